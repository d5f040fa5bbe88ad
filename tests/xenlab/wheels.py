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
_PACKED = "/root/xlpy.tar.gz"
_LIMIT = 300


def make_wheels(folder: Path) -> None:
    """Build the wheel of this checkout into FOLDER, and have those that it needs."""
    argv = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder), str(ROOT)]
    run = subprocess.run(argv, capture_output=True, text=True, check=False)
    if run.returncode:
        raise LabError(f"pip cannot make the wheels: {run.stderr.strip().splitlines()[-1]}")


def install(lab: Lab, wheels: Path) -> None:
    """Install the wheels of a folder in Dom0, where no network is."""
    lab.put(wheels, WHEELS)
    _must(lab, f"{PROGRAMS}/pip install --quiet --no-index --no-deps {WHEELS}/*.whl")


def pack(lab: Lab, file: Path) -> None:
    """Keep in FILE what `install` has installed of xlpy itself, because pip takes long under emulation."""
    _must(lab, f"tar -c -z -f {_PACKED} {PROGRAMS}/xl* /opt/xlpy/lib/python3*/site-packages/xlpy*")
    lab.get(_PACKED, file)


def unpack(lab: Lab, file: Path) -> None:
    """Install what `pack` has kept."""
    lab.put(file, _PACKED)
    _must(lab, f"tar -x -z -f {_PACKED} -C /")


def _must(lab: Lab, command: str) -> None:
    said = lab.run(command, seconds=_LIMIT)
    if said.status:
        raise LabError(f"xlpy cannot be installed in Dom0: {said.err.strip()}")
