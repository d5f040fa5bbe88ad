"""Findings as a Code Quality report of GitLab."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from xlpy.render.lint import Renderer
from xlpy.render.lint.pieces import Items, Names, project_path
from xlpy.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.lint.report import Report, Totals
    from xlpy.lint.rule import Rule

SEVERITIES = {"error": "critical", "warning": "major", "advice": "info"}


class Form(Renderer):
    """`--format gitlab`."""

    def __init__(self, *, colour: bool, base: str, rules: Sequence[Rule]) -> None:
        """See `renderer`."""
        super().__init__(colour=colour, base=base, rules=rules)
        self._items = Items()

    def start(self) -> str:
        """The head of the array."""
        return "["

    def report(self, report: Report) -> str:
        """The findings of one file."""
        return self._items.more(self._issues(report))

    def end(self, totals: Totals) -> str:  # noqa: ARG002 - there is no place for them
        """The end of the array."""
        return "\n]\n"

    def _issues(self, report: Report) -> Iterator[dict[str, Any]]:
        path = project_path(report.path, self.base)
        if report.trouble:
            yield _issue(path, "cannot-be-read", f"cannot be read: {report.trouble}", "critical", (1, 1), "")
        names = Names()
        for note in report.notes:
            lines = (note.place.line, note.place.end_line)
            yield _issue(path, note.code, note.summary, SEVERITIES[note.level], lines, names.of(note))


def _issue(path: str, code: str, summary: str, severity: str, lines: tuple[int, int], name: str) -> dict[str, Any]:
    unique = f"{path}\0{code}\0{name}".encode("utf-8", "surrogateescape")
    return {
        "description": printable(summary),
        "check_name": code,
        "fingerprint": hashlib.sha256(unique).hexdigest()[:32],
        "severity": severity,
        "location": {"path": path, "lines": {"begin": lines[0], "end": lines[1]}},
    }
