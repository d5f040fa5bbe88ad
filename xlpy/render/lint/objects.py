"""Findings as JSON; docs/lint-json.md says what each field is, and which stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy import __version__
from xlpy.lint.report import is_fixable
from xlpy.render.lint import Renderer
from xlpy.render.lint.pieces import Items, dump, is_valid, project_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.lint.report import Note, Place, Repair, Report, Totals
    from xlpy.lint.rule import Rule

VERSION = 1
"""Counts up when a field goes away or gets another meaning."""


class Form(Renderer):
    """`--format json`."""

    def __init__(self, *, colour: bool, base: str, rules: Sequence[Rule]) -> None:
        """See `renderer`."""
        super().__init__(colour=colour, base=base, rules=rules)
        self._items = Items()
        self._troubles: list[dict[str, str]] = []

    def start(self) -> str:
        """The head of the object, up to its findings."""
        return f'{{"version":{VERSION},"xlpy":{dump(__version__)},"findings":['

    def report(self, report: Report) -> str:
        """The findings of one file."""
        path = project_path(report.path, self.base)
        if report.trouble:
            self._troubles.append({"path": path, "why": report.trouble})
        return self._items.more(self._finding(path, note) for note in report.notes)

    def end(self, totals: Totals) -> str:
        """The files that could not be read, and the counts."""
        return f'\n],"troubles":{dump(self._troubles)},"totals":{dump(totals.as_dict())}}}\n'

    def _finding(self, path: str, note: Note) -> dict[str, Any]:
        return {
            "path": path,
            "code": note.code,
            "level": note.level,
            "summary": note.summary,
            "advice": note.advice,
            **_place(note.place),
            "fixable": is_fixable(note),
            "fix": _fix(note.repair),
            "related": [
                {
                    "what": one.what,
                    "path": project_path(one.path, self.base) if one.path else path,
                    **_place(one.place),
                }
                for one in note.related
            ],
            "doc": f"xlpy rule {note.code}",
        }


def _place(place: Place) -> dict[str, int]:
    return place._asdict()


def _fix(repair: Repair | None) -> dict[str, Any] | None:
    """None also where the text to write cannot be said in JSON, so that nobody writes another one."""
    if repair is None or not all(is_valid(change.text) for change in repair.changes):
        return None
    edits = [{**_place(change.place), "text": change.text} for change in repair.changes]
    return {"title": repair.title, "safe": repair.safe, "edits": edits}
