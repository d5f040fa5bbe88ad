"""Where a cursor is in a configuration: in which value of which key, also while the text is being written."""

from __future__ import annotations

import re
from typing import NamedTuple

from xlpy.source import Span

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|(?P<comment>\#[^\n]*)|(?P<newline>\n)|(?P<open>\[)|(?P<close>\])"""
    r"""|(?P<comma>,)|(?P<end>;)|(?P<assign>\+?=)|(?P<word>[A-Za-z0-9_.]+)|(?P<blank>[ \t\r]+)|(?P<other>.)"""
)
_SETTING = re.compile(r"[ \t]*[a-z][a-z0-9._]*[ \t]*\+?=")


class Cursor(NamedTuple):
    """A place in a text."""

    key: str
    """The key whose value it is in; empty where a key is to be written."""
    word: Span
    """The word, or text in quotes without them, that it is in or behind; empty between words."""
    quoted: bool
    """Whether the word stands in quotes."""
    depth: int
    """In how many lists it is."""
    comment: bool = False


def locate(text: str, offset: int) -> Cursor:
    """Where the character before OFFSET is."""
    reading = _Reading(text)
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() >= offset:
            break
        if (found := _within(reading, match, offset)) is not None:
            return found
        reading.take(match)
        at = match.end()
    return reading.cursor(Span(max(at, offset), max(at, offset)))


def _within(reading: _Reading, match: re.Match[str], offset: int) -> Cursor | None:
    """The cursor, if it is inside a token that is more than a mark, or at the end of a word."""
    start, end = match.span()
    if match.lastgroup == "string" and _is_inside(match[0], offset - start):
        closed = len(match[0]) > 1 and match[0][-1] == match[0][0]
        return reading.cursor(Span(start + 1, end - closed), quoted=True)
    if match.lastgroup == "comment" and offset <= end:
        return Cursor("", Span(offset, offset), quoted=False, depth=0, comment=True)
    if match.lastgroup == "word" and offset <= end:
        return reading.cursor(Span(start, end))
    return None


class _Reading:
    """What is known of the statement that is being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._key = self._word = ""
        self._assigned = False
        self._depth = 0

    def cursor(self, word: Span, *, quoted: bool = False) -> Cursor:
        return Cursor(self._key if self._assigned else "", word, quoted=quoted, depth=self._depth)

    def take(self, match: re.Match[str]) -> None:
        """Read one token."""
        kind = match.lastgroup
        if kind == "word" and not self._assigned:
            self._word = match[0]
        elif kind == "assign":
            self._key, self._assigned = self._word, True
        elif kind == "open":
            self._depth += self._assigned
        elif kind == "close":
            self._depth = max(0, self._depth - 1)
        elif kind == "end" or (kind == "newline" and self._ends(match.end())):
            self._key, self._word, self._assigned, self._depth = "", "", False, 0

    def _ends(self, at: int) -> bool:
        """Whether a newline ends the statement: in a list only when the next line begins another, as none is closed."""
        return not self._depth or _SETTING.match(self._text, at) is not None


def _is_inside(literal: str, offset: int) -> bool:
    """Whether an offset into a quoted text is between its quotes; behind the last one it is not."""
    closed = len(literal) > 1 and literal[-1] == literal[0]
    return 0 < offset <= len(literal) - closed
