"""`python -m tests.benchscale`: what a simulated host costs with 10,000 domains, and a picture of 500 guests."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.picture.drawn import numbered
from tests.processes import ROOT
from xlpy.cli.plans.drawing import draw
from xlpy.config import load
from xlpy.executors.sim import open_host
from xlpy.host import BUILT_IN
from xlpy.planner.plan import make_plan
from xlpy.source import Source

DOMAINS, EARLY, DRAWN = 10_000, 100, 500
LARGE = BUILT_IN.replace(memory_kib=4 * 1024**3)
"""4 TiB, so that all have room."""
GUEST = 'name = "g{0}"\nkernel = "/boot/vmlinuz"\nmemory = 64\ndisk = ["/dev/vg0/g{0},raw,xvda,w"]\nvif = [""]\n'
LIST = (
    "import resource, sys; from xlpy.cli.main import run; status = run(['list'], 'xl'); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr); sys.exit(status)"
)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/host.db"
        times = [_create(path, number) for number in range(DOMAINS)]
        early, late = (sum(times[at - EARLY // 2 : at]) / (EARLY // 2) for at in (EARLY, DOMAINS))
        print(f"create: {early * 1e3:.1f} ms at {EARLY}, {late * 1e3:.1f} ms at {DOMAINS}, {late / early:.2f} times")
        start = time.perf_counter()
        environment = {**os.environ, "XLPY_CONNECT": f"sim://{path}", "PYTHONPATH": str(ROOT)}
        listed = subprocess.run(
            [sys.executable, "-c", LIST], env=environment, capture_output=True, text=True, check=True
        )
        took = time.perf_counter() - start
        print(f"xl list: {took:.2f} s, {listed.stderr.strip()} MiB, {listed.stdout.count(chr(10)) - 2} guests")
        print(f"host.db: {sum(file.stat().st_size for file in Path(folder).iterdir()) / 2**20:.0f} MiB")
    guests = numbered(DRAWN)
    start = time.perf_counter()
    size = len(draw(guests, BUILT_IN, "html", "both", "auto", whole=True))
    print(f"graph of {DRAWN} guests: {time.perf_counter() - start:.2f} s, {size // 1024} KiB")


def _create(path: str, number: int) -> float:
    """Seconds that one more domain takes, as a process that has just begun would build it."""
    config = load(Source("g.cfg", GUEST.format(number))).config
    host = open_host(path, facts=LARGE)
    start = time.perf_counter()
    host.create(make_plan(config, LARGE))
    took = time.perf_counter() - start
    host.close()
    return took


if __name__ == "__main__":
    main()
