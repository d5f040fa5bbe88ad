"""The outline of a configuration: its settings, and the items of their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.lint.secrets import secret_names
from xlpy.nodes import ListNode
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.nodes import Value

_LONGEST = 60


class Symbol(NamedTuple):
    """An entry of the outline; `span` is all of it, `name_span` what is selected."""

    name: str
    detail: str
    span: Span
    name_span: Span
    children: tuple[Symbol, ...] = ()


def symbols(guest: Guest) -> Iterator[Symbol]:
    """The settings in order; values that are secret are not shown."""
    for setting in guest.assignments:
        secret = setting.name in secret_names()
        yield Symbol(
            name=setting.name,
            detail="" if secret else _shown(setting.value),
            span=Span(setting.name_span.start, setting.end),
            name_span=setting.name_span,
            children=tuple(_items(setting.value)),
        )


def _items(value: Value) -> Iterator[Symbol]:
    for item in value.items if isinstance(value, ListNode) else ():
        yield Symbol(_shown(item) or "[]", "", item.span, item.span, tuple(_items(item)))


def _shown(value: Value) -> str:
    if isinstance(value, ListNode):
        return f"{len(value.items)} items" if len(value.items) != 1 else "1 item"
    text = "***" if "passwd=" in value.text else value.text
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
