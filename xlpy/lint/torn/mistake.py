"""Mistake: something that xl's parser refuses, with the rule that it breaks; and the small change that mends it."""

from __future__ import annotations

from typing import NamedTuple

from xlpy.diagnostic import Edit, Fix
from xlpy.lint.rule import Finding
from xlpy.source import Span

LONGEST = 40
"""Longer texts are cut in messages."""


class Mistake(NamedTuple):
    """A finding and the code of its rule."""

    code: str
    finding: Finding


def mistake(code: str, start: int, end: int, summary: str, advice: str, fix: Fix | None = None) -> Mistake:
    """A finding from START to END."""
    return Mistake(code, Finding(Span(start, end), summary, advice, fix))


def shown(text: str) -> str:
    """A text for a message: what is long is cut."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def change(title: str, *edits: tuple[int, int, str]) -> Fix:
    """A fix that puts a text in the place of each range; the mend of what xl refuses is never safe."""
    return Fix(title=title, edits=tuple(Edit(Span(start, end), new) for start, end, new in edits), safe=False)


def quoted(text: str, start: int) -> Fix:
    """Put quotes around TEXT, which stands at START."""
    end = start + len(text)
    if "\\" in text or ('"' in text and "'" in text):
        return change("put it in quotes", (start, end, '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'))
    quote = "'" if '"' in text else '"'
    return change("put it in quotes", (start, start, quote), (end, end, quote))
