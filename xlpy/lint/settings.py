"""What the linter is told: which rules, which release, which host, what counts as failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint.rule import Rule, all_rules, selected
from xlpy.record import Record
from xlpy.release import DEFAULT, Release

if TYPE_CHECKING:
    from xlpy.host import HostFacts


class LintSettings(Record):
    """The settings of a run. `per_file` pairs patterns of paths with codes that are ignored there."""

    release: Release = DEFAULT
    host: HostFacts | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fail_on: Severity = Severity.WARNING

    def rules(self) -> list[Rule]:
        """The rules that run."""
        return selected(all_rules(), self.select, self.ignore, self.extend)
