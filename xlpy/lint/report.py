"""What linting one file gave, without its text: flat values for printing, for caches and for other processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.lint.secrets import masked_line

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
    ends = (source.line(span.start), source.column(span.start), source.line(span.end), source.column(span.end))
    return Place(*ends, *span)


def excerpt(guest: Guest, span: Span) -> tuple[str, int]:
    """The line in which a range begins, or what is near it in a very long one, and its first column."""
    line = guest.source.line(span.start)
    text = masked_line(guest, line)
    first = max(0, guest.source.column(span.start) - 1 - LONGEST_LINE // 2) if len(text) > LONGEST_LINE else 0
    return text[first : first + LONGEST_LINE], first + 1


def note(guest: Guest, diagnostic: Diagnostic) -> Note:
    """A diagnostic of the linter as a flat value."""
    assert diagnostic.span is not None
    text, column = excerpt(guest, diagnostic.span)
    return Note(
        code=diagnostic.code,
        level=diagnostic.severity.name.lower(),
        summary=diagnostic.summary,
        advice=diagnostic.advice,
        place=place(guest.source, diagnostic.span),
        excerpt=text,
        excerpt_column=column,
        repair=_repair(guest.source, diagnostic),
        related=tuple(Elsewhere(one.what, "", place(one.source, one.span)) for one in diagnostic.related),
    )


def _repair(source: Source, diagnostic: Diagnostic) -> Repair | None:
    fix = diagnostic.fix
    if fix is None:
        return None
    return Repair(fix.title, fix.safe, tuple(Change(place(source, edit.span), edit.text) for edit in fix.edits))


def notes(guest: Guest, diagnostics: Sequence[Diagnostic]) -> tuple[Note, ...]:
    """All of them."""
    return tuple(note(guest, diagnostic) for diagnostic in diagnostics)
