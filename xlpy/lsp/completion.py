"""What may be written at the cursor: keys, values, and the words of device specs, for the guest's type."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.lsp.cursor import Cursor, locate
from xlpy.lsp.vocabulary import is_for, key_page, keys, token_page, tokens, values
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest


class Choice(NamedTuple):
    """Something that may be written in the place of `span`."""

    label: str
    text: str
    span: Span
    detail: str = ""
    page: str = ""
    kind: str = "value"
    """What it is: key, word, value."""
    deprecated: bool = False


def complete(guest: Guest, offset: int) -> list[Choice]:
    """What fits at an offset of the guest's text."""
    cursor = locate(guest.text, offset)
    if cursor.comment:
        return []
    if not cursor.key:
        return [] if cursor.quoted or cursor.depth else list(_keys(guest, cursor, offset))
    if cursor.depth and not cursor.quoted:
        return []
    if cursor.quoted and tokens(cursor.key):
        return list(_words(guest, cursor, offset))
    return list(_values(guest, cursor, offset))


def _keys(guest: Guest, cursor: Cursor, offset: int) -> Iterator[Choice]:
    """The keys that a guest of this type may have and that the file does not set yet."""
    span = Span(cursor.word.start, max(cursor.word.end, offset))
    line = guest.text[span.end :].partition("\n")[0].strip()
    behind = "" if line.startswith(("=", "+=")) else " = "
    present = {one.name for one in guest.assignments if not one.name_span.start <= offset <= one.name_span.end}
    for name, key in keys().items():
        if name not in present and is_for(key, guest.kind, guest.release):
            detail = f"{key.kind.name}{f' ({key.unit})' if key.unit else ''}"
            yield Choice(name, name + behind, span, detail, key_page(key), "key", bool(key.deprecated))


def _values(guest: Guest, cursor: Cursor, offset: int) -> Iterator[Choice]:
    key = keys().get(cursor.key)
    if key is None:
        return
    span = Span(cursor.word.start, max(cursor.word.end, offset))
    for value in values(key, guest.release):
        bare = value[1:-1] if value[:1] in "\"'" else value
        if cursor.quoted and bare == value and value[:1] == "[":
            continue
        yield Choice(bare, bare if cursor.quoted else value, span, key.kind.name, kind="value")


def _words(guest: Guest, cursor: Cursor, offset: int) -> Iterator[Choice]:
    """The names of a spec, or behind NAME= what it may be."""
    start = max(guest.text.rfind(",", cursor.word.start, offset) + 1, cursor.word.start)
    start += len(guest.text[start:offset]) - len(guest.text[start:offset].lstrip())
    name, equals, _ = guest.text[start:offset].partition("=")
    known = {word: token for word, token in tokens(cursor.key).items() if token.known_to(guest.release)}
    if equals:
        if name in known:
            span = Span(start + len(name) + 1, offset)
            yield from (Choice(value, value, span, kind="value") for value in known[name].values if value)
        return
    for word, token in known.items():
        text = word if token.form == "flag" else f"{word}="
        yield Choice(text, text, Span(start, offset), page=token_page(cursor.key, token), kind="word")
