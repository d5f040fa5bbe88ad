"""Words for messages: what a misspelt word was likely meant to be, and lists of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 60


def quoted(text: str | None) -> str:
    """A text of the user's in quotes, of a very long one the beginning."""
    text = text or ""
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word that is spelt most like this one, in any case of letters; empty when none is."""
    from difflib import get_close_matches

    folded = {one.lower().replace("_", "-"): one for one in known}
    found = get_close_matches(word.strip().lower().replace("_", "-"), sorted(folded), n=1, cutoff=cutoff)
    return folded[found[0]] if found else ""


def either(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def both(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
