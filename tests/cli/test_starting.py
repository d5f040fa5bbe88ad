"""Verbs that start another program, or a daemon."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.fake import FakeExecutor
from tests.oracle.ours import Run, run_ours
from xlpy.executors.sim import open_host

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = (
    b"xl: devd: a simulated host attaches the devices of driver domains by itself: there is nothing to listen for\n"
)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: open_host(":memory:"))


@pytest.mark.usefixtures("simulated")
def test_devd_has_nothing_to_do_on_a_simulated_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[bool] = []
    monkeypatch.setattr(signal, "pause", lambda: waited.append(True))
    assert run_ours("4.20", ("devd", "-p", "pid"), tmp_path) == Run(b"", NOTHING, 0)
    assert waited == []
    assert run_ours("4.20", ("devd", "-F"), tmp_path) == Run(b"", NOTHING, 0)
    assert waited == [True]


@pytest.mark.parametrize(("ended", "status"), [(0, 0), (127 << 8, 0), (2, 2)])
def test_top_starts_xentop_and_ends_with_what_system_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: int, status: int
) -> None:
    started: list[str] = []

    def system(command: str) -> int:
        started.append(command)
        return ended

    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: FakeExecutor())
    monkeypatch.setattr(os, "system", system)
    assert run_ours("4.20", ("top",), tmp_path) == Run(b"", b"", status)
    assert started == ["xentop"]
