"""What the tests in a lab have measured, shown at the end of a run."""

from __future__ import annotations

NOTES: list[str] = []


def note(text: str) -> None:
    """Have a line shown."""
    NOTES.append(text)
