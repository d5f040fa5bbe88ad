"""Diagnostic: something to say to the user about the text, as a value."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from xlpy.record import Record

if TYPE_CHECKING:
    from xlpy.source import Source, Span


class Severity(IntEnum):
    """How much it matters; see the law of levels: an error is what the real xl refuses."""

    ADVICE = 1
    WARNING = 2
    ERROR = 3


class Diagnostic(Record):
    """One finding.

    `xl_lines` are the lines that xl prints for it on standard error (none where xl is silent), and `xl_exit` the
    status with which xl gives up there (none where xl goes on). Diagnostics are listed in the order in which xl
    would meet them.
    """

    code: str
    severity: Severity
    summary: str
    advice: str = ""
    source: Source | None = None
    span: Span | None = None
    xl_lines: tuple[str, ...] = ()
    xl_exit: int | None = None

    @property
    def place(self) -> str:
        """FILE:LINE:COLUMN, or as much of it as is known."""
        if self.source is None or self.span is None:
            return self.source.name if self.source else ""
        at = self.span.start
        return f"{self.source.name}:{self.source.line(at)}:{self.source.column(at)}"


def xl_verdict(diagnostics: list[Diagnostic]) -> tuple[list[str], int | None]:
    """What xl prints for these diagnostics, and its exit status where it gives up (None: it goes on)."""
    lines: list[str] = []
    for diagnostic in diagnostics:
        lines.extend(diagnostic.xl_lines)
        if diagnostic.xl_exit is not None:
            return lines, diagnostic.xl_exit
    return lines, None
