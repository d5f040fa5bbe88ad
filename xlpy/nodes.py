"""Nodes of a configuration file with their places in the source, and the value of quoted text."""

from __future__ import annotations

import re
from typing import NamedTuple

from xlpy.source import Span

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_BACKSLASH = re.compile(r"\\(.)")
_DECIMAL = re.compile(r"[ \t\n\v\f\r]*[-+]?[0-9]+")


class Atom(NamedTuple):
    """A string or a number, both text to xl. `escapes` lists (offset in text, offset in source) after each escape."""

    text: str
    span: Span
    quoted: bool
    escapes: tuple[tuple[int, int], ...] = ()

    def inside(self, start: int, end: int) -> Span:
        """The span in the source of text[start:end]."""
        if not self.escapes:
            base = self.span.start + self.quoted
            return Span(base + start, base + end)
        return Span(self._offset(start), self._offset(end))

    def _offset(self, index: int) -> int:
        base_text, base_source = 0, self.span.start + self.quoted
        for text_at, source_at in self.escapes:
            if text_at > index:
                break
            base_text, base_source = text_at, source_at
        return base_source + index - base_text


class ListNode(NamedTuple):
    """A list of values."""

    items: tuple[Value, ...]
    span: Span


Value = Atom | ListNode


class Setting(NamedTuple):
    """KEY = VALUE or KEY += VALUE."""

    name: str
    name_span: Span
    append: bool
    value: Value

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.value.span.end


class Pair(NamedTuple):
    """NAME=VALUE of a vif and its kin, or a word (no value), with its offset in the spec; `text` is all of it."""

    name: str
    value: str | None
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


def unescape(text: str, offset: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The value of the text between two quotes, and where its escapes stand; ValueError in xl's words."""
    if "\\" not in text:
        return text, ()
    pieces: list[str] = []
    escapes: list[tuple[int, int]] = []
    length = at = 0
    while (match := _BACKSLASH.search(text, at)) is not None:
        pieces.append(text[at : match.start()])
        char, at = match[1], match.end()
        if char in _ESCAPES:
            pieces.append(_ESCAPES[char])
        elif char in "\\'\"":
            pieces.append(char)
        elif char in "01234567x":
            at = _skip_numeric(text, match.start(1))
        else:
            raise ValueError("invalid character after backlash in quoted string")
        length += sum(map(len, pieces[-2:])) if char not in "01234567x" else len(pieces[-1])
        escapes.append((length, offset + at))
    pieces.append(text[at:])
    return "".join(pieces), tuple(escapes)


def _skip_numeric(text: str, at: int) -> int:
    """Numeric escapes: of three characters behind the first digit xl drops two or more that are a decimal number."""
    number = _DECIMAL.match(text, at + 1, at + 4)
    if text[at] != "x" and number is not None and number.end() > at + 2:
        return number.end()
    kind = "hex" if text[at] == "x" else "octal"
    raise ValueError(f"invalid digit after backslash {kind}numerical character escape in quoted string")
