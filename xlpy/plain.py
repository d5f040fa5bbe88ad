"""The common form of a file, read by one pattern for each assignment: several times as fast as by the tables.

It takes a part of the language of grammar/xlcfg.lark: no escapes, no lists in lists, nothing that is wrong. Whatever
else stands in a text, xlpy/syntax.py reads all of it by the tables, and gives for this part the very same settings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.nodes import Atom, ListNode, Setting
from xlpy.source import Span

if TYPE_CHECKING:
    from xlpy.nodes import Value

_COMMENT = r"#[^\n]*+"
_FREE = rf"(?:[ \t]++|(?:{_COMMENT})?+\n)*+"
_STRING = r""""[^"\\\n\0]*+"|'[^'\\\n\0]*+'"""
_NUMBER = r"[0-9][0-9a-fx]*+"
_ATOM = rf"(?:{_STRING}|{_NUMBER})"
_LIST = rf"\[{_FREE}(?:{_ATOM}{_FREE}(?:,{_FREE}{_ATOM}{_FREE})*+(?:,{_FREE})?+)?+\]"
_BETWEEN = rf"(?:[ \t;]++|(?:{_COMMENT})?+\n)*+"
_SETTING = re.compile(
    rf"{_BETWEEN}([a-z][a-z0-9._]*+)[ \t]*+(\+?=)[ \t]*+(?:({_STRING})|({_NUMBER})|({_LIST}))"
    rf"[ \t]*+(?=;|(?:{_COMMENT})?+\n|\Z)"
)
_REST = re.compile(_BETWEEN)
_ITEM = re.compile(rf"{_COMMENT}|({_STRING})|({_NUMBER})")


def plain_settings(text: str) -> tuple[Setting, ...] | None:
    """The settings of a text, in order; None where the tables must read it."""
    settings: list[Setting] = []
    at = 0
    while match := _SETTING.match(text, at):
        at = match.end()
        name = Span(*match.span(1))
        settings.append(Setting(match[1], name, match[2] == "+=", _value(text, match)))
    rest = _REST.match(text, at)
    return tuple(settings) if rest is not None and rest.end() == len(text) else None


def _value(text: str, match: re.Match[str]) -> Value:
    """The value of an assignment: its third, fourth or fifth group."""
    group = match.lastindex or 0
    span = Span(*match.span(group))
    if group == 3:
        return Atom(text[span.start + 1 : span.end - 1], span, quoted=True)
    return Atom(match[4], span, quoted=False) if group == 4 else ListNode(tuple(_items(text, span)), span)


def _items(text: str, span: Span) -> list[Value]:
    items: list[Value] = []
    for match in _ITEM.finditer(text, *span):
        if match.lastindex is not None:
            start, end = match.span()
            quoted = match.lastindex == 1
            items.append(Atom(text[start + quoted : end - quoted], Span(start, end), quoted))
    return items
