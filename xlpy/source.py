"""Source and Span: the text that the user wrote, and half-open ranges of it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of characters of one source: [start, end)."""

    start: int
    end: int


class Source:
    """A named text. Bytes that are not UTF-8 stand in it as lone surrogates, so that nothing is lost."""

    def __init__(self, name: str, text: str) -> None:
        """NAME is what messages call it: the path as the user gave it."""
        self.name = name
        self.text = text

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Source:
        """Read bytes as xl does: any bytes at all."""
        return cls(name, data.decode("utf-8", "surrogateescape"))

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        at = self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def line(self, offset: int) -> int:
        """The line of a character, counted from 1."""
        return bisect_right(self._starts, offset)

    def column(self, offset: int) -> int:
        """The column of a character, counted from 1."""
        return offset - self._starts[self.line(offset) - 1] + 1

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, number: int) -> int:
        """Where a line begins."""
        return self._starts[number - 1]

    def line_text(self, number: int) -> str:
        """One line without its end."""
        start = self._starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]
