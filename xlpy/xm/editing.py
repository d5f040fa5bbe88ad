"""A text with pieces replaced, which still knows where each of its characters stood before."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Edit(NamedTuple):
    """Characters [start, end) become TEXT."""

    start: int
    end: int
    text: str


class Edited:
    """The text after all edits, which are in order and do not overlap."""

    def __init__(self, text: str, edits: Iterable[Edit]) -> None:
        pieces: list[str] = []
        self._new: list[int] = [0]
        self._old: list[int] = [0]
        at = length = 0
        for edit in edits:
            pieces += text[at : edit.start], edit.text
            length += edit.start - at
            self._mark(length, edit.start)
            length, at = length + len(edit.text), edit.end
            self._mark(length, at)
        pieces.append(text[at:])
        self.text = "".join(pieces)

    def _mark(self, new: int, old: int) -> None:
        self._new.append(new)
        self._old.append(old)

    def origin(self, offset: int) -> int:
        """Where a character stood before the edits; for a new one, a place in what it replaces."""
        at = bisect_right(self._new, offset) - 1
        old = self._old[at] + offset - self._new[at]
        return old if at + 1 == len(self._old) else min(old, self._old[at + 1])
