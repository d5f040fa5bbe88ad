"""Start-up times and throughput: medians, side by side in one run. Run with `make bench`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 25
FILES = 1000
EXAMPLE = Path(__file__).parent.parent / "examples" / "etc-xen" / "debian.cfg"


def milliseconds(argv: list[str], environment: dict[str, str]) -> float:
    """How long one run of a command takes."""
    start = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True, env=environment)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print the table: each command beside bare python, in turns so that all see the same machine."""
    xl = str(Path(sys.executable).parent / "xl")
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "xl list": [xl, "list"],
        "xl create -n": [xl, "create", "-q", "-n", str(EXAMPLE)],
    }
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "XLPY_CONNECT": f"sim://{state}/host.db"}
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, argv in commands.items():
                times[name].append(milliseconds(argv, environment))
    bare = statistics.median(times["python -c pass"])
    for name, samples in times.items():
        median = statistics.median(samples)
        print(f"{name:<28} {median:8.1f} ms {median / bare:6.1f} x python")
    print(f"{f'{FILES} files parsed':<28} {parse_many():8.1f} ms")


def parse_many() -> float:
    """How long one process takes for many files."""
    from xlpy import config
    from xlpy.source import Source

    data = EXAMPLE.read_bytes()
    config.load(Source.from_bytes("warm-up", data))
    start = time.perf_counter()
    for number in range(FILES):
        config.load(Source.from_bytes(f"{number}.cfg", data))
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    from tests import benchlint

    main()
    benchlint.main()
