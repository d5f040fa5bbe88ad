"""The file of a baseline: made from today's findings when it is not there, else what is in it is not told again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.cli.files.plainfile import read_plain
from xlpy.executors import Failure
from xlpy.lint.baseline import Baseline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.lint.report import Report

STATUS = 2


class BaselineFile:
    """A baseline on disk. Paths in it are told from its folder on, so that it can be kept with the files."""

    def __init__(self, filename: str, *, renew: bool = False) -> None:
        """RENEW accepts today's findings in place of what the file holds. Raises Failure where it cannot be read."""
        self._path = Path(filename)
        self.made = renew or not self._path.exists()
        self._baseline = Baseline() if self.made else self._read()

    def _read(self) -> Baseline:
        try:
            return Baseline.parse(read_plain(str(self._path)).decode())
        except (OSError, ValueError) as error:
            raise Failure(status=STATUS, advice=f"{self._path}: no baseline can be read from it: {error}") from None

    def filtered(self, reports: Iterable[Report]) -> Iterator[Report]:
        """The reports without what the baseline knows; all of it while a baseline is made."""
        for report in reports:
            path = self._relative(report.path)
            if self.made:
                self._baseline.add(path, report)
                yield report._replace(notes=())
            else:
                yield report._replace(notes=self._baseline.new_in(path, report.notes))

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self._path.parent).encode("utf-8", "backslashreplace").decode()

    def save(self) -> None:
        """Write a baseline that was made; raises Failure."""
        if self.made:
            try:
                self._path.write_text(self._baseline.text(), encoding="utf-8")
            except OSError as error:
                raise Failure(status=STATUS, advice=f"{self._path}: cannot be written: {error.strerror}") from None
