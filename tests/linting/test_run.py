"""Many files: one report for each, in order, whatever happens to a file or a worker."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.benchfiles import configuration
from tests.processes import ROOT
from xlpy.cli.linting import run
from xlpy.lint import run as linting
from xlpy.lint.settings import LintSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlpy.lint.report import Report
    from xlpy.lint.rule import Rule

MANY = 150
GUEST = 'name = "{}"\nkernel = "/boot/vmlinuz"\nmemory = 64\n'
PLAIN = LintSettings(select=("unknown-key", "same-name"))


def made(folder: Path, count: int = MANY) -> list[str]:
    """Files of guests, each with a name of its own and a key that xl does not know."""
    paths = [folder / f"{number:05}.cfg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(f"{GUEST.format(number)}key{number} = 1\n", encoding="utf-8")
    return [str(path) for path in paths]


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
        (folder / name).write_text(GUEST.format(name), encoding="utf-8")
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


SCRIPT = """
import sys
from xlpy.cli.linting import run
from xlpy.lint import run as linting
from xlpy.lint.settings import LintSettings

report = linting.report
def slow(path, *rest):
    if path.endswith("00060.cfg"):
        print("here", flush=True)
        import time
        time.sleep(60)
    return report(path, *rest)
linting.report = slow
try:
    list(run(sys.argv[1:], LintSettings(), jobs=3))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_workers_end_with_their_parent(tmp_path: Path, number: signal.Signals, status: int) -> None:
    """As Ctrl-C reaches all of them; a worker that sleeps does not hear of a parent that is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *made(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"here\n"
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
        assert process.wait(timeout=20) == status
        assert process.stderr.read() == b""
    else:
        process.kill()
        assert process.wait(timeout=20) == status
        left = _living(process.pid)
        assert left <= 1, "workers that wait for work live on"
        _end_group(process.pid)
    process.stdout.close()
    process.stderr.close()
    _gone(process.pid)


def _living(group: int) -> int:
    """How many processes of a group there are once those that notice have gone."""
    for _ in range(50):
        count = sum(_group_of(stat) == group for stat in Path("/proc").glob("[0-9]*/stat"))
        if count <= 1:
            break
        time.sleep(0.1)
    return count


def _group_of(stat: Path) -> int:
    try:
        return int(stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[2])
    except (OSError, IndexError):
        return 0


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _gone(group: int) -> None:
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("processes are left")


PEAK = """
import resource, sys
from xlpy.cli.linting import run
from xlpy.cli.paths import find_files
from xlpy.lint.settings import LintSettings
count = sum(1 for _ in run(find_files([sys.argv[1]]), LintSettings(), jobs=1))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_files(tmp_path: Path) -> None:
    peaks = []
    for count in (400, 4000):
        folder = tmp_path / str(count)
        folder.mkdir()
        made(folder, count)
        said = subprocess.run(
            [sys.executable, "-c", PEAK, str(folder)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        linted, peak = map(int, said.stdout.split())
        assert linted == count
        peaks.append(peak)
    assert peaks[1] < 1.25 * peaks[0]
