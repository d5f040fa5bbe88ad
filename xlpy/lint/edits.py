"""The changes that fixes are made of; none of them loses a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Edit, Fix
from xlpy.lint.helpers.words import both
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    spans = sorted(_removable(guest.text, one) for name in names for one in guest.assignments_of(name))
    return Fix(
        title=f"remove {both(names)}", edits=tuple(Edit(span, "") for span in _merged(guest.text, spans)), safe=safe
    )


def _merged(text: str, spans: list[Span]) -> Iterator[Span]:
    """Ranges in order, those that overlap as one: two settings of a line may share what separates them."""
    taken = spans[0]
    for span in spans[1:]:
        if span.start < taken.end:
            taken = Span(taken.start, max(taken.end, span.end))
        else:
            yield _with_separator(text, *taken)
            taken = span
    yield _with_separator(text, *taken)


def _with_separator(text: str, start: int, end: int) -> Span:
    """A range at the start of a line, with the semicolon behind it."""
    after = _past(text, end)
    first = not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t")
    return Span(start, _past(text, after + 1)) if first and text[after : after + 1] == ";" else Span(start, end)


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
    before = text[line_start:start].rstrip(" \t")
    if before.endswith(";"):
        return Span(line_start + len(before.rstrip(" \t;")), end)
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
