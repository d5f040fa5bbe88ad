"""Bringing xlpy into a Dom0: as a wheel, as pip builds it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.xenlab.errors import LabError
from tests.xenlab.hosts import PROGRAMS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.xenlab.lab import Lab

WHEELS = "/root/wheels"


def make_wheels(folder: Path) -> None:
    """Build the wheel of this checkout into FOLDER, and have those that it needs."""
    argv = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder), str(ROOT)]
    run = subprocess.run(argv, capture_output=True, text=True, check=False)
    if run.returncode:
        raise LabError(f"pip cannot make the wheels: {run.stderr.strip().splitlines()[-1]}")


def install(lab: Lab, wheels: Path) -> None:
    """Install the wheels of a folder in Dom0, where no network is."""
    lab.put(wheels, WHEELS)
    said = lab.run(f"{PROGRAMS}/pip install --quiet --no-index --no-deps --no-compile {WHEELS}/*.whl", seconds=300)
    if said.status:
        raise LabError(f"pip cannot install in Dom0: {said.err.strip()}")
