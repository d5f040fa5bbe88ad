"""The screen of top, by its keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import DISK, VIF, Lab, config
from xlpy.executors import Failure
from xlpy.top.table import View

textual = pytest.importorskip("textual", reason="the extra top is not installed")

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any

    from textual.pilot import Pilot

    from xlpy.executors import Executor
    from xlpy.top.screen import Top


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = Lab(tmp_path)
    for name in ("web", "db"):
        lab.create(config(name, devices=(DISK.replace(pdev_path=f"/dev/vg0/{name}"), VIF), vcpus=2))
    lab.clock.go(60)
    lab.host.close()
    return lab


def shown(app: Top, part: str = "#table") -> str:
    from textual.widgets import Static

    return str(app.query_one(part, Static).content)


def drive(
    connect: Callable[[], Executor],
    act: Callable[[Top, Pilot[None]], Coroutine[Any, Any, None]],
    *,
    delay: float = 60.0,
    iterations: int = 0,
) -> Top:
    """Start the screen and do something with it."""
    from xlpy.top.screen import Top

    app = Top(connect, View(), delay=delay, iterations=iterations)

    async def run() -> None:
        async with app.run_test(size=(100, 24)) as pilot:
            for _ in range(100):
                await pilot.pause(0.05)
                if shown(app) or shown(app, "#summary"):
                    break
            await act(app, pilot)

    asyncio.run(run())
    return app


def test_it_shows_summary_and_table(lab: Lab) -> None:
    async def look(app: Top, pilot: Pilot[None]) -> None:
        assert shown(app, "#summary").splitlines()[1].startswith("3 domains: ")
        rows = shown(app).splitlines()
        assert rows[0].split()[:3] == ["NAME", "STATE", "CPU(sec)"]
        assert [row.split()[0] for row in rows[1:]] == ["db", "Domain-0", "web"]

    drive(lab.open, look)


def test_its_keys_are_xentops(lab: Lab) -> None:
    async def press(app: Top, pilot: Pilot[None]) -> None:
        for key, begin in (("n", "Net0 RX:"), ("b", "VBD BlkBack"), ("v", "VCPUs(sec):")):
            await pilot.press(key)
            assert sum(row.startswith(begin) for row in shown(app).splitlines()) >= 2, key
            await pilot.press(key)
            assert begin not in shown(app)
        await pilot.press("r")
        assert sum("STATE" in row for row in shown(app).splitlines()) == 3
        await pilot.press("r", "z")
        assert shown(app).splitlines()[1].split()[0] == "Domain-0"
        await pilot.press("z", "s", "s")
        assert shown(app).splitlines()[1].split()[0] == "Domain-0"  # by CPU(sec)
        await pilot.press("S", "S")
        assert shown(app).splitlines()[1].split()[0] == "db"

    drive(lab.open, press)


def test_the_delay_is_asked_for(lab: Lab) -> None:
    async def press(app: Top, pilot: Pilot[None]) -> None:
        before = shown(app)
        lab.clock.go(1000)
        await pilot.press("d", "0", ".", "1", "enter")
        await pilot.pause(0.5)
        assert shown(app) != before
        await pilot.press("d", "x", "enter")
        assert app.focused is None
        await pilot.press("d")
        assert not app.query_one("Footer").display
        await pilot.press("escape")
        assert app.query_one("Footer").display
        assert app.is_running

    drive(lab.open, press)


def test_it_ends_after_so_many_looks_and_with_q(lab: Lab) -> None:
    async def wait(app: Top, pilot: Pilot[None]) -> None:
        await pilot.pause(1)

    assert drive(lab.open, wait, delay=0.05, iterations=2).is_running is False

    async def leave(app: Top, pilot: Pilot[None]) -> None:
        await pilot.press("q")
        await pilot.pause(0.2)
        assert not app.is_running

    drive(lab.open, leave)


def test_a_host_that_fails_is_told_and_asked_again(lab: Lab) -> None:
    tries: list[int] = []

    def connect() -> Executor:
        tries.append(1)
        if len(tries) == 1:
            raise Failure("the host is \x1b[31mgone", advice="wait")
        return lab.open()

    async def look(app: Top, pilot: Pilot[None]) -> None:
        if len(tries) == 1:
            assert shown(app, "#summary") == "the host is \\x1b[31mgone wait"
        for _ in range(40):
            await pilot.pause(0.05)
        assert "3 domains" in shown(app, "#summary")

    drive(connect, look, delay=0.3)
