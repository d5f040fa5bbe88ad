"""Fixes carried out on a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.diagnostic import Edit, Fix


def applied(text: str, fixes: Iterable[Fix]) -> str:
    """The text after the fixes, in their order; one that touches what another has changed waits for the next time."""
    taken: list[tuple[int, int]] = []
    edits: list[Edit] = []
    for fix in fixes:
        ranges = [(edit.span.start, edit.span.end) for edit in fix.edits]
        if all(end < begun or start > ended for start, end in ranges for begun, ended in taken):
            taken += ranges
            edits += fix.edits
    for span, new in sorted(edits, reverse=True):
        text = text[: span.start] + new + text[span.end :]
    return text
