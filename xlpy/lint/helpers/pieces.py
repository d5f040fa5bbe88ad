"""Fixes inside lists and the specs in them: what is taken out goes with its comma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Edit, Fix
from xlpy.source import Span

if TYPE_CHECKING:
    from xlpy.nodes import Atom

_BLANKS = " \t"


def bounds(atom: Atom, span: Span) -> tuple[int, int]:
    """The offsets in the text of an atom between which a range of the source stands."""
    offsets = range(len(atom.text) + 1)
    start = next((at for at in offsets if atom.inside(at, at).start >= span.start), len(atom.text))
    return start, next((at for at in offsets if atom.inside(at, at).start >= span.end), len(atom.text))


def cut(atom: Atom, start: int, end: int) -> Span:
    """The place of text[start:end] of a spec together with the comma that parts it from the rest."""
    comma = atom.text.rfind(",", 0, start)
    if comma >= 0:
        return atom.inside(comma, end)
    after = atom.text.find(",", end)
    if after < 0:
        return atom.inside(start, len(atom.text))
    rest = atom.text[after + 1 :]
    return atom.inside(start, len(atom.text) - len(rest.lstrip(_BLANKS)))


def without(title: str, atom: Atom, start: int, end: int, *, safe: bool = False) -> Fix:
    """Take text[start:end] out of a spec."""
    return Fix(title=title, edits=(Edit(cut(atom, start, end), ""),), safe=safe)


def without_element(title: str, text: str, element: Span, *, safe: bool = False) -> Fix | None:
    """Take an element out of a list, with its line where nothing else stands there; None where that is not easy."""
    span = _removable(text, *element)
    return None if span is None else Fix(title=title, edits=(Edit(span, ""),), safe=safe)


def _removable(text: str, start: int, end: int) -> Span | None:
    after = _past(text, end)
    before = len(text[:start].rstrip(_BLANKS))
    if text[after : after + 1] == ",":
        after = _past(text, after + 1)
        alone = text[before - 1 : before] == "\n" and text[after : after + 1] == "\n"
        return Span(before, after + 1) if alone else Span(start, after)
    return Span(before - 1, end) if text[before - 1 : before] == "," else None


def _past(text: str, at: int) -> int:
    """The offset of what follows the blanks at AT."""
    while text[at : at + 1] in (" ", "\t"):
        at += 1
    return at
