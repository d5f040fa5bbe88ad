"""Secrets in a configuration: where they stand, and its lines without them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest

MASK = "*"
_IN_TEXT = re.compile(r"""(?:vnc|spice)passwd[ \t]*\+?=[ \t]*(?:"([^"\n]*)|'([^'\n]*)|([^"',\s\]]*))""")


def masked_line(guest: Guest, number: int) -> str:
    """One line, its secrets starred out with as many characters."""
    text = guest.source.line_text(number)
    for start, end in _ranges(text):
        text = text[:start] + MASK * (end - start) + text[end:]
    return text


def _ranges(text: str) -> Iterator[tuple[int, int]]:
    if "passwd" in text:
        for match in _IN_TEXT.finditer(text):
            group = next(number for number in (1, 2, 3) if match[number] is not None)
            yield match.span(group)


def secret_names() -> tuple[str, ...]:
    """The keys whose values are secrets."""
    return tuple(key.name for key in vocabulary.all_keys() if key.secret)
