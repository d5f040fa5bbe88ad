"""What the tests of linting many files have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.linting.files import GUEST
from xlpy.lint import run as linting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlpy.lint.report import Report
    from xlpy.lint.rule import Rule
    from xlpy.lint.settings import LintSettings


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """Some files, each with something to say about it."""
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:03}.cfg").write_text(GUEST.format(number), encoding="utf-8")
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of files that are really linted, and not known to the cache."""
    report, seen = linting.report, list[str]()

    def watched(path: str, data: bytes, settings: LintSettings, rules: Sequence[Rule]) -> Report:
        seen.append(path)
        return report(path, data, settings, rules)

    monkeypatch.setattr(linting, "report", watched)
    return seen
