"""What the linter is told: which rules, which release, which host, what counts as failure."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint.rule import Rule, all_rules, matches, selected
from xlpy.record import Record
from xlpy.release import DEFAULT, Release

if TYPE_CHECKING:
    from xlpy.host import HostFacts


class LintSettings(Record):
    """The settings of a run. `per_file` pairs patterns of paths with the codes that are ignored there."""

    release: Release = DEFAULT
    host: HostFacts | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fail_on: Severity = Severity.WARNING
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: str = ""
    base: str = ""
    """The folder from which the patterns of `per_file` are told, as an absolute path; empty: from anywhere."""

    def rules(self) -> list[Rule]:
        """The rules that run."""
        return selected(all_rules(), self.select, self.ignore, self.extend)

    def rules_for(self, path: str, rules: list[Rule]) -> list[Rule]:
        """Those of the rules that run on the file of this path: a pattern is about the path, or an end of it."""
        unwanted = self.ignored_for(path)
        return [rule for rule in rules if not matches(rule, unwanted)] if unwanted else rules

    def ignored_for(self, path: str) -> tuple[str, ...]:
        """The codes, groups and patterns that are ignored in the file of this path alone."""
        if not self.per_file:
            return ()
        told = os.path.relpath(path, self.base) if self.base else path
        return tuple(name for pattern, names in self.per_file if _is_about(pattern, told) for name in names)


def _is_about(pattern: str, path: str) -> bool:
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"*/{pattern}")


def unknown_names(names: tuple[str, ...]) -> list[str]:
    """Those of the names of rules, groups and patterns that fit no rule."""
    return [name for name in names if not any(matches(rule, (name,)) for rule in all_rules())]
