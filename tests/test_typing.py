"""Type checkers know the fields of a configuration and their words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WRONG = """
import xlpy
from xlpy.devices.disk import Disk
from xlpy.libxl import BuildInfo, CreateInfo

xlpy.Config(c_info=CreateInfo(name=5))
CreateInfo(type="HVM")
BuildInfo(max_vcpu=2)
Disk(format="QCOW2")
Disk().format = "raw"
xlpy.load("a.cfg").config.b_info.kernel + 1
"""


def test_mistakes_are_found(tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text(WRONG)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(script)]
    run = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
    lines = {int(line.split(":")[1]) for line in run.stdout.splitlines() if ": error:" in line}
    assert lines == {6, 7, 8, 9, 10, 11}, run.stdout
