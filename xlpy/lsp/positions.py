"""Offsets in a text to the lines and UTF-16 columns of the protocol, and back."""

from __future__ import annotations

import re
from bisect import bisect_right

_ENDS = re.compile(r"\r\n|\n|\r")


class Positions:
    """The lines of a text as editors count them: from 0, each ended by LF, CRLF or CR."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(match.end() for match in _ENDS.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return line, _units(self._text[self._starts[line] : offset])

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; behind the end of a line it is that end."""
        if line >= len(self._starts):
            return len(self._text)
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        text = self._text[start:end].rstrip("\r\n")
        if text.isascii():
            return start + min(column, len(text))
        at = 0
        while at < len(text) and column > 0:
            column -= _units(text[at])
            at += 1
        return start + at


def _units(text: str) -> int:
    """How many UTF-16 units a text takes."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
