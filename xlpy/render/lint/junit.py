"""Findings as JUnit's XML: a suite for each file, in it a case for each finding."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from xlpy.render.lint import Renderer
from xlpy.render.lint.pieces import project_path
from xlpy.render.lint.text import lines
from xlpy.render.text import printable

if TYPE_CHECKING:
    from xlpy.lint.report import Note, Report, Totals


class Form(Renderer):
    """`--format junit`. Errors and warnings are failures; advice is only told; a clean file is a case that passes."""

    def start(self) -> str:
        """The head of the document."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="xlpy lint">\n'

    def report(self, report: Report) -> str:
        """The suite of one file."""
        path = project_path(report.path, self.base)
        cases = [_case(path, note) for note in report.notes]
        if report.trouble:
            cases = [_outcome(path, "cannot be read", "error", "cannot-be-read", report.trouble, [report.trouble])]
        failures = sum(note.level != "advice" for note in report.notes)
        counts = {"tests": len(cases) or 1, "failures": failures, "errors": int(bool(report.trouble)), "skipped": 0}
        head = _tag("testsuite", {"name": path, **counts, "time": 0})
        return "".join([f"  {head}\n", *(cases or [_passed(path)]), "  </testsuite>\n"])

    def end(self, totals: Totals) -> str:  # noqa: ARG002 - there is no place for them
        """The end of the document."""
        return "</testsuites>\n"


def _passed(path: str) -> str:
    return f"    {_tag('testcase', _named(path, 'lint'))}</testcase>\n"


def _case(path: str, note: Note) -> str:
    name = f"{note.code} ({note.place.line}:{note.place.column})"
    told = lines(path, note)
    if note.level == "advice":
        return f"    {_tag('testcase', _named(path, name))}<system-out>{_body(told)}</system-out></testcase>\n"
    return _outcome(path, name, "failure", note.level, note.summary, told)


def _outcome(path: str, name: str, element: str, kind: str, message: str, told: list[str]) -> str:
    inner = f"{_tag(element, {'type': kind, 'message': message})}{_body(told)}</{element}>"
    return f"    {_tag('testcase', _named(path, name))}{inner}</testcase>\n"


def _named(path: str, name: str) -> dict[str, object]:
    return {"name": name, "classname": path, "file": path, "time": 0}


def _tag(name: str, attributes: dict[str, object]) -> str:
    said = "".join(f' {key}="{_ascii(printable(str(value)))}"' for key, value in attributes.items())
    return f"<{name}{said}>"


def _body(told: list[str]) -> str:
    return "\n".join(_ascii(printable(line)) for line in told)


def _ascii(text: str) -> str:
    """Text that is printable, and so allowed in XML, in ASCII: whatever the locale is, the document is valid."""
    return escape(text).encode("ascii", "xmlcharrefreplace").decode()
