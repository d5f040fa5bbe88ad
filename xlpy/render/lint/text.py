"""Findings as text for people: the place, what is wrong, the line with a mark under it, the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.lint.report import is_fixable
from xlpy.render.lint import Renderer
from xlpy.render.text import carets, paint, printable

if TYPE_CHECKING:
    from xlpy.lint.report import Note, Report, Totals


class Form(Renderer):
    """`--format text`."""

    def report(self, report: Report) -> str:
        """Each note with its line."""
        blocks = [(note.level, lines(report.path, note)) for note in report.notes]
        if self.colour and blocks:
            return paint(blocks)
        return "".join(f"{line}\n" for _, block in blocks for line in block)

    def end(self, totals: Totals) -> str:
        """What there was in all, in one line."""
        unread = f"; {_files(totals.troubles)} could not be read" if totals.troubles else ""
        counts = [(totals.errors, "error"), (totals.warnings, "warning")]
        parts = [f"{count} {what}{'s' * (count > 1)}" for count, what in counts if count]
        parts += [f"{totals.advice} advice"] if totals.advice else []
        if not totals.files and totals.troubles:
            return ""
        if not parts:
            return f"{_files(totals.files)} checked: nothing to say{unread}.\n"
        found = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
        fixes = [f"{totals.fixable} fixable with --fix"] if totals.fixable else []
        fixes += [f"{totals.unsafe}{' more' * bool(fixes)} with --unsafe-fixes"] if totals.unsafe else []
        fixable = f" ({', '.join(fixes)})" if fixes else ""
        return f"Found {found} in {totals.affected} of {_files(totals.files)}{fixable}{unread}.\n"


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"


def head(path: str, note: Note) -> str:
    """PATH:LINE:COLUMN: level: summary [code]; [*] behind it says that --fix mends it."""
    fixable = " [*]" if is_fixable(note) else ""
    where = f"{printable(path)}:{note.place.line}:{note.place.column}"
    return f"{where}: {note.level}: {printable(note.summary)} [{note.code}]{fixable}"


def lines(path: str, note: Note) -> list[str]:
    """All lines about a note; of a place on several lines the first is shown and marked to its end."""
    place = note.place
    length = place.end_column - place.column if place.end_line == place.line else len(note.excerpt)
    block = [head(path, note), *carets(place.line, note.excerpt, place.column - note.excerpt_column, length)]
    block += [
        f"    {printable(one.what)}: {printable(one.path or path)}:{one.place.line}:{one.place.column}"
        for one in note.related
    ]
    if note.advice:
        block.append(f"    help: {printable(note.advice)}")
    return block
