"""Many files: what is left of a run that ends early, and how large one grows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.linting.files import made
from tests.processes import ROOT

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
from xlpy.cli.files.paths import find_files
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
