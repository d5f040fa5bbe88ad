"""Findings as SARIF 2.1.0, which code scanners exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from xlpy import __version__
from xlpy.render.lint import Renderer
from xlpy.render.lint.pieces import Items, Names, dump, is_valid, project_path
from xlpy.render.rules import rule_markdown, rule_text
from xlpy.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.lint.report import Elsewhere, Note, Place, Repair, Report, Totals
    from xlpy.lint.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "advice": "note"}
ROOT = "%SRCROOT%"


class Form(Renderer):
    """`--format sarif`."""

    def __init__(self, *, colour: bool, base: str, rules: Sequence[Rule]) -> None:
        """See `renderer`."""
        super().__init__(colour=colour, base=base, rules=rules)
        self._items = Items()
        self._index = {rule.code: index for index, rule in enumerate(rules)}
        self._troubles: list[dict[str, Any]] = []

    def start(self) -> str:
        """The head of the log, up to the results of its only run."""
        driver = {"name": "xlpy", "version": __version__, "rules": [_descriptor(rule) for rule in self.rules]}
        run = f'"tool":{dump({"driver": driver})},"columnKind":"unicodeCodePoints","results":['
        return f'{{"$schema":{dump(SCHEMA)},"version":"2.1.0","runs":[{{{run}'

    def report(self, report: Report) -> str:
        """The results of one file."""
        path = project_path(report.path, self.base)
        if report.trouble:
            message = _message(f"cannot be read: {printable(report.trouble)}")
            self._troubles.append({"level": "error", "message": message, "locations": [_location(path)]})
        names = Names()
        return self._items.more(self._result(path, note, names) for note in report.notes)

    def end(self, totals: Totals) -> str:  # noqa: ARG002 - there is no place for them
        """How the run went, and the end of the log."""
        invocation: dict[str, Any] = {"executionSuccessful": not self._troubles}
        if self._troubles:
            invocation["toolExecutionNotifications"] = self._troubles
        return f'\n],"invocations":{dump([invocation])}}}]}}\n'

    def _result(self, path: str, note: Note, names: Names) -> dict[str, Any]:
        result: dict[str, Any] = {"ruleId": note.code}
        if note.code in self._index:
            result["ruleIndex"] = self._index[note.code]
        result |= {
            "level": LEVELS[note.level],
            "message": _message("\n".join(filter(None, [printable(note.summary), printable(note.advice)]))),
            "locations": [_location(path, note.place)],
            "partialFingerprints": {"xlpy/v1": names.of(note)},
        }
        if note.related:
            result["relatedLocations"] = [self._related(path, one) for one in dict.fromkeys(note.related)]
        fix = _fix(path, note.repair)
        return {**result, "fixes": [fix]} if fix else result

    def _related(self, path: str, one: Elsewhere) -> dict[str, Any]:
        where = project_path(one.path, self.base) if one.path else path
        return {**_location(where, one.place), "message": _message(printable(one.what))}


def _descriptor(rule: Rule) -> dict[str, Any]:
    """A rule as the log describes it."""
    return {
        "id": rule.code,
        "shortDescription": _message(rule.summary),
        "fullDescription": _message(rule.why),
        "help": {"text": rule_text(rule), "markdown": rule_markdown(rule)},
        "defaultConfiguration": {"level": LEVELS[rule.severity.name.lower()]},
        "properties": {"tags": [rule.group]},
    }


def _message(text: str) -> dict[str, str]:
    """A message; what SARIF would take for a link in it is none."""
    return {"text": text.replace("](", "] (")}


def _location(path: str, place: Place | None = None) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(path)}
    return {"physicalLocation": physical if place is None else {**physical, "region": _region(place)}}


def _artifact(path: str) -> dict[str, str]:
    """The address of a file, of any bytes; a relative one is meant from the root of the project."""
    uri = quote(path.encode("utf-8", "surrogateescape"))
    return {"uri": f"file://{uri}"} if path.startswith("/") else {"uri": uri, "uriBaseId": ROOT}


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _fix(path: str, repair: Repair | None) -> dict[str, Any] | None:
    """None also where the text to write cannot be said in JSON, so that nobody writes another one."""
    if repair is None or not all(is_valid(change.text) for change in repair.changes):
        return None
    replacements = [
        {"deletedRegion": _region(change.place), "insertedContent": {"text": change.text}} for change in repair.changes
    ]
    changes = [{"artifactLocation": _artifact(path), "replacements": replacements}]
    return {"description": _message(repair.title), "artifactChanges": changes, "properties": {"safe": repair.safe}}
