"""Diagnostic: something to say to the user about the text, as a value."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.source import Source, Span


class Severity(IntEnum):
    """How much it matters; see the law of levels: an error is what the real xl refuses."""

    ADVICE = 1
    WARNING = 2
    ERROR = 3


class Edit(NamedTuple):
    """A change of the source: the text that takes the place of a range."""

    span: Span
    text: str


class Fix(Record):
    """What mends a finding. A safe one leaves what the file means as it is, which is proven before it is made."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Related(NamedTuple):
    """Another place that a finding is about."""

    what: str
    source: Source
    span: Span


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
    xl_unended: bool = False
    """Xl forgets the newline after the last line, so that whatever it prints next stands on the same line."""
    fix: Fix | None = None
    related: tuple[Related, ...] = ()

    @property
    def place(self) -> str:
        """FILE:LINE:COLUMN, or as much of it as is known."""
        if self.source is None or self.span is None:
            return self.source.name if self.source else ""
        at = self.span.start
        return f"{self.source.name}:{self.source.line(at)}:{self.source.column(at)}"


def xl_output(diagnostics: Iterable[Diagnostic]) -> tuple[str, int | None]:
    """What xl prints for these diagnostics, to the byte, and its exit status where it gives up (None: it goes on)."""
    text: list[str] = []
    for diagnostic in diagnostics:
        text.append("\n".join(diagnostic.xl_lines))
        if diagnostic.xl_lines and not diagnostic.xl_unended:
            text.append("\n")
        if diagnostic.xl_exit is not None:
            return "".join(text), diagnostic.xl_exit
    return "".join(text), None
