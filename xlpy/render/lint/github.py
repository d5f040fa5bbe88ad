"""Findings as commands of a GitHub workflow, which shows them at the lines of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.render.lint import Renderer
from xlpy.render.lint.pieces import project_path
from xlpy.render.text import printable

if TYPE_CHECKING:
    from xlpy.lint.report import Note, Report

COMMANDS = {"error": "error", "warning": "warning", "advice": "notice"}
_IN_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


class Form(Renderer):
    """`--format github`."""

    def report(self, report: Report) -> str:
        """One command for each finding."""
        path = printable(project_path(report.path, self.base))
        if report.trouble:
            return _command("error", {"file": path, "title": "cannot be read"}, printable(report.trouble))
        return "".join(_annotation(path, note) for note in report.notes)


def _annotation(path: str, note: Note) -> str:
    place = note.place
    properties: dict[str, object] = {"file": path, "line": place.line}
    if place.line == place.end_line:  # GitHub takes columns of one line only
        properties |= {"col": place.column, "endLine": place.end_line, "endColumn": place.end_column}
    else:
        properties["endLine"] = place.end_line
    message = "\n".join(filter(None, [printable(note.summary), printable(note.advice)]))
    return _command(COMMANDS[note.level], {**properties, "title": note.code}, message)


def _command(command: str, properties: dict[str, object], message: str) -> str:
    said = ",".join(f"{name}={str(value).translate(_IN_PROPERTY)}" for name, value in properties.items())
    return f"::{command} {said}::{message.translate(_IN_MESSAGE)}\n"
