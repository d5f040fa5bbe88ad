"""Files to lint, and linting with a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cli.linting import run
from xlpy.lint.settings import LintSettings

if TYPE_CHECKING:
    from pathlib import Path

    from xlpy.lint.report import Report

MANY = 150
NAMED = 'name = "{}"\nkernel = "/boot/vmlinuz"\nmemory = 64\n'
SETTINGS = LintSettings()
SECRET = "hunter2-and-more"
GUEST = f'name = "{{}}"\nkernel = "/boot/vmlinuz"\nmemroy = 64\nvncpasswd = "{SECRET}"\n'


def made(folder: Path, count: int = MANY) -> list[str]:
    """Files of guests, each with a name of its own and a key that xl does not know."""
    paths = [folder / f"{number:05}.cfg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(f"{NAMED.format(number)}key{number} = 1\n", encoding="utf-8")
    return [str(path) for path in paths]


def again(paths: list[str], folder: Path, settings: LintSettings = SETTINGS) -> list[Report]:
    """Lint files in one process, with the cache in a folder."""
    return list(run(paths, settings, jobs=1, cache=folder))
