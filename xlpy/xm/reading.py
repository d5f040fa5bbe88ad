"""The text of an xm file -> its syntax tree, with the places of the nodes and the comments; nothing of it is run."""

from __future__ import annotations

import ast
import warnings
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlpy.diagnostic import Diagnostic, Severity
from xlpy.source import Span
from xlpy.xm.editing import Edit, Edited
from xlpy.xm.lexer import tokens
from xlpy.xm.python2 import modernised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.source import Source

MOST_CHARACTERS = 1 << 18
"""The guest files of xm have some hundred lines."""
_BYTES = range(0xDC80, 0xDD00)
"""What stands in a Source for bytes that are not UTF-8."""
_PRIVATE = 0x10DC80 - 0xDC80
"""What Python's parser takes in their place: characters of a private plane."""
_PRIVATE_PLANE = "10DC"
_TO_PRIVATE = {byte: byte + _PRIVATE for byte in _BYTES}
_TO_BYTES = {byte + _PRIVATE: byte for byte in _BYTES}


class Comment(NamedTuple):
    """A comment, without blanks at its end; `alone` where nothing stands before it on its line."""

    line: int
    text: str
    alone: bool


class Program:
    """An xm file as Python reads it; lines are counted from 1, as Python counts them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.body: list[ast.stmt] = []
        self._characters = Edited(source.text, _settled(source.text))
        plain = self._characters.text.translate(_TO_PRIVATE)
        self._tokens = Edited(plain, modernised(plain))
        self.text = self._tokens.text
        self.lines = self.text.split("\n")

    def parse(self) -> None:
        """Fill `body`; SyntaxError, ValueError, RecursionError or MemoryError as Python's parser has them."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.body = ast.parse(self.text).body

    @cached_property
    def divides_truly(self) -> bool:
        """Whether 1/2 is 0.5, as the file may ask Python 2 for."""
        imports = [one for one in self.body if isinstance(one, ast.ImportFrom) and one.module == "__future__"]
        return any(alias.name == "division" for one in imports for alias in one.names)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def place(self, node: ast.AST) -> Span:
        """Where a node stands in the source."""
        start = self._offset(getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
        end = self._offset(getattr(node, "end_lineno", None) or 1, getattr(node, "end_col_offset", None) or 0)
        first, last = self.origin(start), self.origin(max(start, end))
        return Span(first, last - (last > first and self.source.text[last - 1] == "\r"))

    def place_of_error(self, error: SyntaxError) -> Span:
        """Where Python's parser stumbled, which it tells in characters."""
        line = min(max(error.lineno or 1, 1), len(self.lines))
        column = min(max((error.offset or 1) - 1, 0), len(self.lines[line - 1]))
        start = min(self.origin(self._starts[line - 1] + column), len(self.source.text))
        return Span(start, min(start + 1, len(self.source.text)))

    def origin(self, offset: int) -> int:
        """Where a character of `text` stands in the source."""
        return self._characters.origin(self._tokens.origin(offset))

    def _offset(self, line: int, column: int) -> int:
        """An offset in `text`: ast counts columns in bytes of UTF-8."""
        line = min(line, len(self.lines))
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="ignore"))
        return self._starts[line - 1] + min(column, len(text))

    def comments(self) -> Iterator[Comment]:
        """All comments, in order."""
        line, alone = 1, True
        for token in tokens(self.text):
            if token.kind == "COMMENT":
                yield Comment(line, as_written(token.text.rstrip()), alone)
            alone = token.kind == "NEWLINE" or (alone and token.kind == "BLANK" and "\n" not in token.text)
            line += token.text.count("\n")


def as_written(text: str) -> str:
    """A text of the tree with the bytes that stand in the file."""
    return text.translate(_TO_BYTES)


def _settled(text: str) -> Iterator[Edit]:
    """No byte order mark, and line ends as Python sees them."""
    if text.startswith("\ufeff"):
        yield Edit(0, 1, "")
    at = text.find("\r")
    while at >= 0:
        yield Edit(at, at + 1, "" if text.startswith("\n", at + 1) else "\n")
        at = text.find("\r", at + 1)


def read(source: Source) -> Program | Diagnostic:
    """The program of a file, or what is wrong with its text."""
    if len(source.text) > MOST_CHARACTERS:
        summary = f"the file has more than {MOST_CHARACTERS >> 10} KiB: that is no guest file of xm"
        return _refusal(source, summary, None)
    nul = source.text.find("\0")
    if nul >= 0:
        return _refusal(source, "there is a NUL byte, which no Python text has", Span(nul, nul + 1))
    program = Program(source)
    try:
        program.parse()
    except SyntaxError as error:
        what = "a byte that is not UTF-8" if f"U+{_PRIVATE_PLANE}" in error.msg else error.msg
        return _refusal(source, f"Python cannot read this: {what}", program.place_of_error(error))
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return _refusal(source, "Python cannot read this: it is nested too deeply, or a number is too long", None)
    return program


def _refusal(source: Source, summary: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        code="not-python",
        severity=Severity.ERROR,
        summary=summary,
        advice="xm would not have read it either: is it an xm file, and whole?" if span else "",
        source=source,
        span=span,
    )
