"""Secrets in a configuration: where they stand, and texts without them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from xlpy import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest

MASK = "*"
_SHORTEST = 3
"""A shorter secret is not looked for in messages: it would be found in any of them."""
_WORD = re.compile(r"[^\s\[\]\"',]+")
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"?|\'((?:[^\'\\\n]|\\.)*)\'?')


@cache
def secret_names() -> tuple[str, ...]:
    """The keys whose values are secrets."""
    return tuple(key.name for key in vocabulary.all_keys() if key.secret)


class Secrets:
    """The secrets of one text."""

    def __init__(self, guest: Guest) -> None:
        self._source = guest.source
        self._ranges = sorted(_ranges(guest))
        self._texts = {guest.text[start:end] for start, end in self._ranges if end - start >= _SHORTEST}

    def line(self, number: int) -> str:
        """One line of the text, with stars for its secrets, as many as they have characters."""
        text = self._source.line_text(number)
        if self._ranges:
            at = self._source.offset(number)
            for start, end in self._ranges:
                first, last = max(start - at, 0), min(end - at, len(text))
                if first < last:
                    text = text[:first] + MASK * (last - first) + text[last:]
        return text

    def without(self, text: str) -> str:
        """A message without the secrets."""
        for secret in self._texts:
            text = text.replace(secret, MASK * len(secret))
        return text

    def are_in(self, text: str) -> bool:
        """Whether a text holds one."""
        return any(secret in text for secret in self._texts)


def masked(text: str) -> str:
    """Lines of a configuration, such as those of a diff, with stars for secrets."""
    for start, end in _written(text):
        text = text[:start] + MASK * (end - start) + text[end:]
    return text


@cache
def _names() -> re.Pattern[str]:
    return re.compile(rf"(^[-+ \t]*)?\b(?:{'|'.join(secret_names())})[ \t]*\+?=[ \t]*", re.MULTILINE)


def _ranges(guest: Guest) -> Iterator[tuple[int, int]]:
    """What is written behind the name of a secret, and what the values of such keys hold over several lines."""
    if not any(name in guest.text for name in secret_names()):
        return
    yield from _written(guest.text)
    for setting in guest.assignments:
        if setting.name in secret_names():
            yield from (match.span() for match in _WORD.finditer(guest.text, *setting.value.span))


def _written(text: str) -> Iterator[tuple[int, int]]:
    if not any(name in text for name in secret_names()):
        return
    for match in _names().finditer(text):
        at = match.end()
        if (string := _STRING.match(text, at)) is not None:
            yield string.span(1 if string[1] is not None else 2)
            at = string.end()
        if match[1] is not None:
            yield from _words(text, at)
        elif string is None and (word := _WORD.match(text, at)) is not None:
            yield word.span()


def _words(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The words up to the end of the line or a comment."""
    end = text.find("\n", at)
    for match in _WORD.finditer(text, at, len(text) if end < 0 else end):
        if match[0].startswith("#"):
            return
        yield match.span()
