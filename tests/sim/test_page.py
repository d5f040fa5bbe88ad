"""The page about the simulated host names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from xlpy.executors.faults import HOWS
from xlpy.executors.sim.behaviour import BEHAVIOURS, VARIABLE

PAGE = (Path(__file__).parents[2] / "docs" / "simulated-host.md").read_text(encoding="utf-8")


def test_every_behaviour_is_there_and_no_other() -> None:
    assert re.findall(r"(?m)^\| `([a-z-]+)", PAGE) == list(BEHAVIOURS)
    assert VARIABLE in PAGE


def test_what_faults_do() -> None:
    assert all(f"`{how}`" in PAGE or f"`--how {how}`" in PAGE for how in HOWS)
