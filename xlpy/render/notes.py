"""The linter's notes as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.render.text import carets, printable

if TYPE_CHECKING:
    from xlpy.lint.report import Note, Report


def concise(report: Report) -> str:
    """PATH:LINE:COLUMN: level: summary [code], one line for each note."""
    return "".join(f"{_head(report.path, note)}\n" for note in report.notes)


def text(report: Report) -> str:
    """Each note with its line, a mark under the place, and what to do."""
    return "".join(f"{line}\n" for note in report.notes for line in _lines(report.path, note))


def _head(path: str, note: Note) -> str:
    fixable = " [*]" if note.repair and note.repair.safe else ""
    where = f"{printable(path)}:{note.place.line}:{note.place.column}"
    return f"{where}: {note.level}: {printable(note.summary)} [{note.code}]{fixable}"


def _lines(path: str, note: Note) -> list[str]:
    place = note.place
    length = place.end_column - place.column if place.end_line == place.line else len(note.excerpt)
    lines = [_head(path, note), *carets(place.line, note.excerpt, place.column - note.excerpt_column, length)]
    lines += [
        f"    {printable(one.what)}: {printable(one.path or path)}:{one.place.line}:{one.place.column}"
        for one in note.related
    ]
    if note.advice:
        lines.append(f"    help: {printable(note.advice)}")
    return lines
