"""What the linter found, in the formats that people and programs read; each format is one module."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from xlpy.lint.rule import rules_by_code
from xlpy.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.lint.report import Report, Totals
    from xlpy.lint.rule import Rule

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit")


class Renderer:
    """One format, written piece by piece: `start` once, `report` for each file as it comes, `end` once.

    Together the pieces are one document, in which no byte of a linted file can do harm; all but text, concise and
    github are ASCII. Nothing is kept of what was written but the files that could not be read.
    """

    def __init__(self, *, colour: bool, base: str, rules: Sequence[Rule]) -> None:
        """See `renderer`."""
        self.colour = colour
        self.base = base
        self.rules = rules

    def start(self) -> str:
        """What stands before the first report."""
        return ""

    def report(self, report: Report) -> str:
        """The notes of one file, or why it could not be read where the format has a place for that."""
        raise NotImplementedError

    def end(self, totals: Totals) -> str:  # noqa: ARG002 - the formats that count use it
        """What stands behind the last report."""
        return ""


def renderer(name: str, *, colour: bool = False, base: str = "", rules: Sequence[Rule] | None = None) -> Renderer:
    """The renderer of one of FORMATS.

    COLOUR is for text on a terminal. Paths for programs are told from the folder BASE on, or as they were given
    where it is empty. RULES are those that ran (None: all), which SARIF lists.
    """
    if name not in FORMATS:
        raise ValueError(f"there is no format {name}: there are {', '.join(FORMATS)}")
    form: type[Renderer] = import_module(f"{__name__}.{_MODULES.get(name, name)}").Form
    return form(colour=colour, base=base, rules=list(rules_by_code().values()) if rules is None else rules)


_MODULES = {"json": "objects"}
"""The modules that have another name than their format; json would hide Python's own."""


def render_trouble(report: Report) -> str:
    """The line for standard error about a file that could not be read."""
    return f"{printable(report.path)}: cannot be read: {printable(report.trouble)}\n"


def render_statistics(totals: Totals) -> str:
    """How often each rule found something, the most frequent first: count, level, code, summary."""
    counts = sorted(totals.by_code.items(), key=lambda pair: (-pair[1], pair[0]))
    digits = max((len(str(count)) for _, count in counts), default=0)
    width = max((len(code) for code, _ in counts), default=0)
    return "".join(f"{count:{digits}}  {_described(code, width)}\n" for code, count in counts)


def _described(code: str, width: int) -> str:
    rule = rules_by_code().get(code)
    return f"{rule.severity.name.lower():7}  {code:{width}}  {rule.summary}" if rule else f"{'':7}  {code}"
