"""What is shown about the word under the cursor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlpy.lsp.cursor import locate
from xlpy.lsp.vocabulary import key_page, keys, token_page, tokens
from xlpy.source import Span

if TYPE_CHECKING:
    from xlpy.lsp.cursor import Cursor

_WORD = re.compile(r"[A-Za-z0-9_.-]+")


class Hover(NamedTuple):
    """A page in Markdown about a range of the text."""

    page: str
    span: Span


def hover(text: str, offset: int) -> Hover | None:
    """The entry of the manual for the key, or for the word of a device's spec, at an offset."""
    word = _word_at(text, offset)
    if word is None:
        return None
    cursor = locate(text, word.end)
    if cursor.comment:
        return None
    if not cursor.key and not cursor.quoted:
        key = keys().get(text[slice(*word)])
        return Hover(key_page(key), word) if key else None
    return _in_value(text, cursor, word)


def _in_value(text: str, cursor: Cursor, word: Span) -> Hover | None:
    """The word of a spec that the cursor is on, or whose value it is on; else the key of the value."""
    if cursor.quoted:
        start = text.rfind(",", cursor.word.start, word.end) + 1 or cursor.word.start
        name = re.split("[=,]", text[start : cursor.word.end].lstrip())[0].strip()
        token = tokens(cursor.key).get(name)
        if token is not None:
            return Hover(token_page(cursor.key, token), word)
    key = keys().get(cursor.key)
    return Hover(key_page(key), word) if key else None


def _word_at(text: str, offset: int) -> Span | None:
    """The word that an offset is in or at the end of."""
    start = text.rfind("\n", 0, offset) + 1
    for match in _WORD.finditer(text, start):
        if match.start() > offset:
            return None
        if match.end() >= offset:
            return Span(*match.span())
    return None
