"""Linting many files beside the real xl, which reads one file in each process: files per second, and memory."""

from __future__ import annotations

import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.benchfiles import configuration
from tests.oracle.real import OracleUnavailableError, oracle

FILES = 10_000
FEW, MANY = 1_000, 100_000
ROUNDS = 3
RELEASE = "4.20"
CORES = len(os.sched_getaffinity(0))
LINT = [str(Path(sys.executable).parent / "xlpy"), "lint", "--isolated"]
REAL, COLD, WARM = "xl create -n, one by one", "xlpy lint, cold", "xlpy lint, warm"


class Ran(NamedTuple):
    """How long a command took, also of processor time, and the largest of its processes in KiB."""

    seconds: float
    cpu_seconds: float
    peak_kib: int


def make(folder: Path, count: int) -> None:
    """Write so many different files, a thousand to a folder."""
    for number in range(count):
        inner = folder / f"{number // 1000:03}"
        if number % 1000 == 0:
            inner.mkdir(parents=True)
        (inner / f"{number:06}.cfg").write_text(configuration(number), encoding="utf-8")


def ran(argv: list[str], environment: dict[str, str] | None = None, given: str = os.devnull) -> Ran:
    """Run a command to its end, its output to nowhere."""
    with open(given, "rb") as source:  # noqa: PTH123 - a device or a file
        start = time.perf_counter()
        process = subprocess.Popen(
            argv, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )
        _, _, usage = os.wait4(process.pid, 0)
        return Ran(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def real_xl() -> list[str]:
    """The command line of the real xl, without the shell script that starts it; raises OracleUnavailableError."""
    script = (oracle() / f"xl-{RELEASE}").read_text(encoding="utf-8")
    root = re.search("^root='(.*)'$", script, re.MULTILINE)
    words = shlex.split(script.partition("\nexec ")[2].replace("\\\n", " "))
    return [word.replace("$root", root[1] if root else "") for word in words if word != "$@"]


def measured(folder: Path, cache: Path) -> dict[str, list[Ran]]:
    """The runs of each kind, in turns so that all see the same machine."""
    environment = {**os.environ, "XLPY_CACHE_DIR": str(cache)}
    names = folder / "names"
    names.write_text("\0".join(map(str, sorted(folder.glob("*/*.cfg")))), encoding="utf-8")
    runs: dict[str, list[Ran]] = {REAL: [], COLD: [], WARM: []}
    for _ in range(ROUNDS):
        try:
            one_by_one = ["xargs", "-0", "-P", str(CORES), "-n", "1", *real_xl(), "create", "-q", "-n"]
            runs[REAL].append(ran(one_by_one, given=str(names)))
        except OracleUnavailableError as error:
            print(f"the real xl cannot be had here: {error}")
        for file in cache.glob("*"):
            file.unlink()
        runs[COLD].append(ran([*LINT, str(folder)], environment))
        runs[WARM].append(ran([*LINT, str(folder)], environment))
    return runs


def compare(folder: Path) -> None:
    """Print how many files a second each does, and how many times as many as the real xl."""
    make(folder / "files", FILES)
    runs = measured(folder / "files", folder / "cache")
    print(f"\n{FILES} files, {CORES} processes at a time; medians of {ROUNDS} runs in turns")
    medians = {name: _medians(of) for name, of in runs.items() if of}
    for name, (seconds, cpu) in medians.items():
        ratios = [base / own for base, own in zip(medians.get(REAL, ()), (seconds, cpu), strict=False)]
        times = f"{ratios[0]:6.1f} x xl, by processor time {ratios[1]:6.1f} x" if ratios else ""
        print(f"{name:<26} {seconds:8.2f} s {FILES / seconds:8.0f} files/s {times}")


def _medians(runs: list[Ran]) -> tuple[float, float]:
    """Seconds on the clock, and of processor time."""
    return statistics.median(one.seconds for one in runs), statistics.median(one.cpu_seconds for one in runs)


def memory(folder: Path) -> None:
    """Print the largest process of a run over few files and of one over many."""
    peaks = []
    print("\nthe most memory that one process of xlpy lint has (maximum RSS)")
    for count in (FEW, MANY):
        make(folder / str(count), count)
        environment = {**os.environ, "XLPY_CACHE_DIR": str(folder / f"cache{count}")}
        for kind in ("cold", "warm"):
            peaks.append(ran([*LINT, str(folder / str(count))], environment).peak_kib)
            print(f"{count:>7} files, {kind:<12} {peaks[-1] / 1024:8.1f} MiB")
    print(f"many against few             {max(peaks[2:]) / max(peaks[:2]):8.2f}")


def main() -> None:
    """Print both tables."""
    for table in (compare, memory):
        with tempfile.TemporaryDirectory() as folder:
            table(Path(folder))
