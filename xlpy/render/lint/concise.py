"""Findings as one line each, as compilers print them and editors read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.render.lint import Renderer
from xlpy.render.lint.text import head

if TYPE_CHECKING:
    from xlpy.lint.report import Report


class Form(Renderer):
    """`--format concise`."""

    def report(self, report: Report) -> str:
        """PATH:LINE:COLUMN: level: summary [code], one line for each note."""
        return "".join(f"{head(report.path, note)}\n" for note in report.notes)
