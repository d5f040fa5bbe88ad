"""What linting one file gave, without its text: flat values for printing, for caches and for other processes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlpy.diagnostic import Severity
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.source import Source, Span

LONGEST_LINE = 400
"""How much of a line is kept for the excerpt."""


class Place(NamedTuple):
    """A range of a file: lines and columns from 1 on, the end behind the last character; offsets in characters."""

    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int


class Change(NamedTuple):
    """An edit of a fix."""

    place: Place
    text: str


class Repair(NamedTuple):
    """A fix as it is reported."""

    title: str
    safe: bool
    changes: tuple[Change, ...]


class Elsewhere(NamedTuple):
    """Another place that a note is about; an empty path is the same file."""

    what: str
    path: str
    place: Place


class Note(NamedTuple):
    """One finding. LEVEL is error, warning or advice; EXCERPT the first line of its place, secrets masked."""

    code: str
    level: str
    summary: str
    advice: str
    place: Place
    excerpt: str
    excerpt_column: int
    """The column with which the excerpt begins: 1 unless the line is very long."""
    repair: Repair | None = None
    related: tuple[Elsewhere, ...] = ()


class Claimed(NamedTuple):
    """What a guest takes, by the code of the rule that compares it with others."""

    code: str
    what: str
    shared: bool
    ignored: bool
    """A comment in the file silences the rule there."""
    place: Place
    excerpt: str
    excerpt_column: int


class Report(NamedTuple):
    """What linting one file gave; `trouble` says why it could not be read."""

    path: str
    notes: tuple[Note, ...] = ()
    claims: tuple[Claimed, ...] = ()
    memory_kib: int = 0
    vcpus: int = 0
    trouble: str = ""


def place(source: Source, span: Span) -> Place:
    """Lines and columns of a range."""
    return Place(*source.position(span.start), *source.position(span.end), *span)


def excerpt(guest: Guest, span: Span) -> tuple[str, int]:
    """The line in which a range begins, or what is near it in a very long one, and its first column."""
    line, column = guest.source.position(span.start)
    text = guest.secrets.line(line)
    if len(text) <= LONGEST_LINE:
        return text, 1
    first = max(0, column - 1 - LONGEST_LINE // 2)
    return text[first : first + LONGEST_LINE], first + 1


def note(guest: Guest, diagnostic: Diagnostic) -> Note:
    """A diagnostic of the linter as a flat value."""
    assert diagnostic.span is not None
    text, column = excerpt(guest, diagnostic.span)
    return Note(
        code=diagnostic.code,
        level=diagnostic.severity.name.lower(),
        summary=guest.secrets.without(diagnostic.summary),
        advice=guest.secrets.without(diagnostic.advice),
        place=place(guest.source, diagnostic.span),
        excerpt=text,
        excerpt_column=column,
        repair=_repair(guest, diagnostic),
        related=tuple(Elsewhere(one.what, "", place(one.source, one.span)) for one in diagnostic.related),
    )


def _repair(guest: Guest, diagnostic: Diagnostic) -> Repair | None:
    """A fix as it is reported; one that would write a secret is not."""
    fix = diagnostic.fix
    if fix is None or any(guest.secrets.are_in(edit.text) for edit in fix.edits):
        return None
    changes = tuple(Change(place(guest.source, edit.span), edit.text) for edit in fix.edits)
    return Repair(guest.secrets.without(fix.title), fix.safe, changes)


def notes(guest: Guest, diagnostics: Sequence[Diagnostic]) -> tuple[Note, ...]:
    """All of them."""
    return tuple(note(guest, diagnostic) for diagnostic in diagnostics)


class Totals(Record):
    """What a run found in all files; FILES counts those that could be read, AFFECTED those of them with notes."""

    files: int
    affected: int
    errors: int
    warnings: int
    advice: int
    fixable: int
    """How many notes --fix mends."""
    unsafe: int
    """How many more --unsafe-fixes mends."""
    by_code: dict[str, int]
    troubles: int
    """How many files could not be read."""


class Tally:
    """Counts what is reported, one report for each file."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._codes: Counter[str] = Counter()

    def add(self, report: Report) -> None:
        """Count one more report."""
        if report.trouble:
            self._counts["troubles"] += 1
            return
        self._counts["files"] += 1
        self._counts["affected"] += bool(report.notes)
        for note in report.notes:
            self._counts[note.level] += 1
            self._counts["fixable"] += is_fixable(note)
            self._counts["unsafe"] += note.repair is not None and not is_fixable(note)
            self._codes[note.code] += 1

    def has(self, level: Severity) -> bool:
        """Whether anything of this level or above was found."""
        return any(self._counts[one.name.lower()] for one in Severity if one >= level)

    def totals(self) -> Totals:
        """What was counted so far."""
        counts = self._counts
        return Totals(
            files=counts["files"],
            affected=counts["affected"],
            errors=counts["error"],
            warnings=counts["warning"],
            advice=counts["advice"],
            fixable=counts["fixable"],
            unsafe=counts["unsafe"],
            by_code=dict(self._codes),
            troubles=counts["troubles"],
        )


def is_fixable(note: Note) -> bool:
    """Whether --fix mends it, which leaves alone what changes the meaning of a file."""
    return note.repair is not None and note.repair.safe
