"""The changes that fixes are made of; none of them loses a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Edit, Fix
from xlpy.lint.words import both
from xlpy.source import Span

if TYPE_CHECKING:
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Setting


def replace(title: str, span: Span, text: str, *, safe: bool = True) -> Fix:
    """Put TEXT in the place of a range."""
    return Fix(title=title, edits=(Edit(span, text),), safe=safe)


def rename(setting: Setting, name: str, *, safe: bool = True) -> Fix:
    """Assign the same value to another key."""
    return replace(f"rename {setting.name} to {name}", setting.name_span, name, safe=safe)


def remove(text: str, setting: Setting, *, safe: bool = True) -> Fix:
    """Take an assignment out of TEXT, with its line where nothing else stands there."""
    return Fix(title=f"remove {setting.name}", edits=(Edit(_removable(text, setting), ""),), safe=safe)


def remove_keys(guest: Guest, *names: str, safe: bool = True) -> Fix:
    """Take all assignments to these keys out."""
    settings = (setting for name in names for setting in guest.assignments_of(name))
    taken = tuple(Edit(_removable(guest.text, setting), "") for setting in settings)
    return Fix(title=f"remove {both(names)}", edits=taken, safe=safe)


def insert(title: str, text: str, setting: Setting, new: str, *, safe: bool = False) -> Fix:
    """Put an assignment in front of another one, on a line of its own where that begins one."""
    start = setting.name_span.start
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    separator = "; " if indent.strip(" \t") else f"\n{indent}"
    return replace(title, Span(start, start), f"{new}{separator}", safe=safe)


def _removable(text: str, setting: Setting) -> Span:
    start, end = setting.name_span.start, setting.end
    line_start = text.rfind("\n", 0, start) + 1
    after = _past(text, end)
    if text[after : after + 1] == ";":
        return Span(start, _past(text, after + 1))
    alone = not text[line_start:start].strip(" \t")
    if alone and text[after : after + 1] in ("\n", ""):
        return Span(line_start, min(after + 1, len(text)))
    return Span(start, after if alone else end)


def _past(text: str, at: int) -> int:
    """The offset of what follows the blanks at AT."""
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at
