"""The canonical layout of a configuration file: the same settings and comments, set out in one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlpy.record import Record
from xlpy.syntax import parse, scan_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.source import Source
    from xlpy.syntax import Token

WIDTH = 100
"""A list that is longer gets a line for each item."""
INDENT = "    "
MOST_BLANK_LINES = 2
DEEPEST = 8
"""A list inside of so many others stays as it is written; xl.cfg has lists in lists at most."""

_FITS_DOUBLE_QUOTES = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+')


class Formatted(Record):
    """What became of a text: the new one, or None and the errors that keep xl from reading the old one."""

    text: str | None
    diagnostics: tuple[Diagnostic, ...] = ()


def format_source(source: Source) -> Formatted:
    """Lay out the text of a configuration file; whether its settings make sense does not matter."""
    diagnostics = parse(source).diagnostics
    if diagnostics:
        return Formatted(text=None, diagnostics=diagnostics)
    file = _read(scan_config(source.text), source.text, 0)
    return Formatted(text="".join(f"{line}\n" for row in file.rows for line in _lines(row, 0)))


# ---- reading


class _Row(NamedTuple):
    """A setting, an item of a list, numbers of a list, or a comment alone (no value), with what belongs to it."""

    blank_lines: int
    key: str
    value: str | _List
    comment: str = ""


class _List:
    """The rows of a list, or of the whole file (depth 0)."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.rows: list[_Row] = []
        self.comment = ""  # behind the opening bracket
        self._newlines = 0 if depth else 1  # since the bracket, the last value or the last comment

    def newline(self) -> None:
        """A line ends, and no comment with it."""
        self._newlines += 1

    def add(self, key: str, value: str | _List) -> None:
        """A setting or an item; numbers of a list that share a line go on doing so."""
        last = self.rows[-1] if self.rows and self.depth and not self._newlines else None
        if last and isinstance(value, str) and isinstance(last.value, str) and self._fit(last.value, value):
            self.rows[-1] = last._replace(value=f"{last.value}, {value}")
        else:
            self.rows.append(_Row(self._blank_lines, key, value))
        self._newlines = 0

    def add_comment(self, comment: str) -> None:
        """A comment, which also ends the line."""
        if self._newlines:
            self.rows.append(_Row(self._blank_lines, "", "", comment))
        elif self.rows:
            self.rows[-1] = self.rows[-1]._replace(comment=comment)
        else:
            self.comment = comment
        self._newlines = 1

    @property
    def _blank_lines(self) -> int:
        return min(self._newlines - 1, MOST_BLANK_LINES) if self.rows and self._newlines else 0

    def _fit(self, numbers: str, number: str) -> bool:
        """Whether these are numbers, with room for them and for two commas on one line."""
        length = self.depth * len(INDENT) + len(f"{numbers}, {number},")
        return numbers[0].isdigit() and number[0].isdigit() and length <= WIDTH


def _read(tokens: Iterator[Token], text: str, depth: int) -> _List:
    """What stands up to the end of a list, or of the file."""
    found = _List(depth)
    key = ""
    for token in tokens:
        match token.kind:
            case "CLOSE":
                break
            case "IDENT":
                key = token.text
            case "ASSIGN" | "APPEND":
                key += f" {token.text} "
            case "STRING" | "NUMBER" | "OPEN":
                found.add(key, _value(token, tokens, text, depth))
            case _ if token.text[0] == "#":
                found.add_comment(token.text.rstrip(" \t\r\n"))
            case "_NL":
                found.newline()
    return found


def _value(token: Token, tokens: Iterator[Token], text: str, depth: int) -> str | _List:
    """The value that begins with a token."""
    if token.kind == "NUMBER":
        return token.text
    if token.kind == "STRING":
        swap = token.text[0] == "'" and _FITS_DOUBLE_QUOTES.fullmatch(token.text, 1, len(token.text) - 1)
        return f'"{token.text[1:-1]}"' if swap else token.text
    if depth < DEEPEST:
        return _read(tokens, text, depth + 1)
    return text[token.start : _end_of_list(tokens)]


def _end_of_list(tokens: Iterator[Token]) -> int:
    """The offset behind the bracket that closes a list which was just opened."""
    level, end = 1, 0
    while level:
        token = next(tokens)
        level += (token.kind == "OPEN") - (token.kind == "CLOSE")
        end = token.end
    return end


# ---- laying out


def _lines(row: _Row, depth: int) -> Iterator[str]:
    """The lines of a row inside of so many lists."""
    indent = INDENT * depth
    start, comma = indent + row.key, "," if depth else ""
    behind = f"  {row.comment}" if row.comment else ""
    yield from [""] * row.blank_lines
    if not row.value:
        yield indent + row.comment
    elif isinstance(row.value, str):
        yield start + row.value + comma + behind
    elif (flat := _flat(row.value)) and len(start + flat + comma) <= WIDTH:
        yield start + flat + comma + behind
    else:
        yield f"{start}[  {row.value.comment}" if row.value.comment else f"{start}["
        for inner in row.value.rows:
            yield from _lines(inner, depth + 1)
        yield f"{indent}]{comma}{behind}"


def _flat(found: _List) -> str | None:
    """A list on one line; None if it holds comments or lists."""
    values = [row.value for row in found.rows if isinstance(row.value, str) and row.value[:1] not in ("", "[")]
    if found.comment or len(values) < len(found.rows) or any(row.comment for row in found.rows):
        return None
    return f"[{', '.join(values)}]"
