"""Many files: one report for each, in order, whatever happens to a file or a worker."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import sys
from typing import TYPE_CHECKING

import pytest

from tests.benchfiles import configuration
from tests.linting.files import MANY, NAMED, made
from xlpy.cli.linting import run
from xlpy.cli.linting.spool import Claims
from xlpy.executors import Failure
from xlpy.lint import run as linting
from xlpy.lint.settings import LintSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from xlpy.lint.report import Report
    from xlpy.lint.rule import Rule

PLAIN = LintSettings(select=("unknown-key", "same-name"))


def test_every_number_of_processes_tells_the_same(tmp_path: Path) -> None:
    paths = []
    for number in range(MANY):
        path = tmp_path / f"{number}.cfg"
        path.write_text(configuration(number % 100), encoding="utf-8")  # the last fifty are copies of the first
        paths.append(str(path))
    one, *others = (list(run(paths, LintSettings(), jobs=jobs)) for jobs in (1, 2, 7))
    assert [report.path for report in one] == paths
    assert all(other == one for other in others)
    assert {note.code for note in one[-1].notes} >= {"same-name"}
    assert not any(note.code.startswith("same-") for report in one[:100] for note in report.notes)


def test_reports_come_in_the_order_of_the_paths(tmp_path: Path) -> None:
    paths = made(tmp_path)[::-1]
    reports = list(run(paths, PLAIN, jobs=3))
    assert [report.path for report in reports] == paths
    assert [report.notes[0].excerpt for report in reports] == [f"key{number} = 1" for number in range(MANY)][::-1]


def test_paths_are_taken_one_by_one(tmp_path: Path) -> None:
    paths, taken, seen = made(tmp_path, 2000), list[str](), list[int]()

    def counted() -> Iterator[str]:
        for path in paths:
            taken.append(path)
            yield path

    list(run(counted(), PLAIN, jobs=2, on_progress=lambda done: seen.append(len(taken) - done)))
    assert len(seen) > 50
    assert max(seen) < 1000, "the paths are listed far ahead"


def test_progress_counts_all_files(tmp_path: Path) -> None:
    seen: list[int] = []
    list(run(made(tmp_path), PLAIN, jobs=2, on_progress=seen.append))
    assert seen == sorted(set(seen))
    assert seen[-1] == MANY


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_cannot_be_read_has_a_report_that_says_why(tmp_path: Path, jobs: int) -> None:
    good = made(tmp_path, 100)
    (tmp_path / "folder.cfg").mkdir()
    (tmp_path / "loop.cfg").symlink_to("loop.cfg")
    os.mkfifo(tmp_path / "fifo.cfg")
    with (tmp_path / "huge.cfg").open("wb") as file:
        file.truncate((1 << 26) + 1)
    odd = {
        "gone.cfg": "No such file or directory",
        "folder.cfg": "it is not a plain file",
        "loop.cfg": "Too many levels of symbolic links",
        "fifo.cfg": "it is not a plain file",
        "huge.cfg": "it is longer than 64 MiB: too long to be a configuration",
        "x" * 300: "File name too long",
        "null\0.cfg": "embedded null byte",
    }
    paths = [path for at, name in enumerate(odd) for path in (*good[at * 14 : at * 14 + 14], str(tmp_path / name))]
    reports = list(run(paths, PLAIN, jobs=jobs))
    assert [report.path for report in reports] == paths
    assert [report.trouble for report in reports if report.trouble] == list(odd.values())
    assert all(bool(report.notes) != bool(report.trouble) for report in reports)


def test_standard_input_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'name = "a"\nkernel = "/k"\nmemroy = 1\n')))
    (report,) = run(["-"], PLAIN, jobs=2)
    assert report.path == "<stdin>"
    assert [note.code for note in report.notes] == ["unknown-key"]


def test_no_files_no_reports() -> None:
    assert not list(run([], PLAIN, jobs=2))


def deadly(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Let something happen while a file is linted whose name ends in deadly.cfg."""
    report = linting.report

    def watched(path: str, data: bytes, settings: LintSettings, rules: Sequence[Rule]) -> Report:
        if path.endswith("deadly.cfg"):
            deed()
        return report(path, data, settings, rules)

    monkeypatch.setattr(linting, "report", watched)


def with_deadly(folder: Path) -> list[str]:
    paths = made(folder)
    for name in ("one-deadly.cfg", "two-deadly.cfg"):
        (folder / name).write_text(NAMED.format(name), encoding="utf-8")
    return [*paths[:50], str(folder / "one-deadly.cfg"), *paths[50:60], str(folder / "two-deadly.cfg"), *paths[60:]]


def lost(reports: list[Report]) -> set[str]:
    """What is said of the files that could not be linted, all others being as they should be."""
    assert len(reports) == MANY + 2
    assert all(report.notes for report in reports if not report.trouble)
    assert [report.path.endswith("deadly.cfg") for report in reports] == [bool(report.trouble) for report in reports]
    return {report.trouble for report in reports if report.trouble}


@pytest.mark.parametrize("jobs", [2, 5])
def test_only_the_file_is_lost_that_kills_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    deadly(monkeypatch, lambda: os.kill(os.getpid(), signal.SIGKILL))
    reports = list(run(with_deadly(tmp_path), PLAIN, jobs=jobs))
    assert lost(reports) == {"the process that linted it ended by signal 9: there may be too little memory"}


def test_a_worker_that_leaves_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deadly(monkeypatch, lambda: os._exit(3))
    assert lost(list(run(with_deadly(tmp_path), PLAIN, jobs=2))) == {"the process that linted it ended by status 3"}


def _fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_our_own_is_one_file_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    monkeypatch.delenv("XLPY_DEBUG", raising=False)
    deadly(monkeypatch, lambda: _fail(KeyError("x")))
    assert lost(list(run(with_deadly(tmp_path), PLAIN, jobs=jobs))) == {
        "internal error: KeyError: 'x' (XLPY_DEBUG=1 shows where)"
    }


@pytest.mark.parametrize("jobs", [1, 2])
def test_too_little_memory_is_one_file_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    deadly(monkeypatch, lambda: _fail(MemoryError()))
    assert lost(list(run(with_deadly(tmp_path), PLAIN, jobs=jobs))) == {
        "there is not enough memory for so large a file"
    }


def test_one_process_does_where_no_other_can_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", lambda: _fail(BlockingIOError("no more processes")))
    assert len(list(run(made(tmp_path), PLAIN, jobs=4))) == MANY


def test_an_iterator_that_is_closed_leaves_no_process(tmp_path: Path) -> None:
    def interrupt(done: int) -> None:
        if done >= 60:
            _fail(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        list(run(made(tmp_path), PLAIN, jobs=3, on_progress=interrupt))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_no_room_for_temporary_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Claims, "add", lambda *_: _fail(sqlite3.OperationalError("database or disk is full")))
    with pytest.raises(Failure) as failed:
        list(run(made(tmp_path), PLAIN, jobs=2))
    assert "database or disk is full (see TMPDIR)" in failed.value.advice
