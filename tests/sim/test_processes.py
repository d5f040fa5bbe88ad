"""Many processes at one host."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from tests.sim.guests import config
from tests.sim.laws import check_laws
from xlpy.executors import Failure
from xlpy.executors.sim import open_host
from xlpy.host import BUILT_IN
from xlpy.planner.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def in_processes(count: int, work: Callable[[int], int]) -> list[int]:
    """Run WORK(number) in processes at the same time; gives what they return, up to 255."""
    start = time.time() + 0.1
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            status = 255
            try:
                time.sleep(max(0.0, start - time.time()))
                status = work(number)
            finally:
                os._exit(status)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_all_may_open_a_new_host(tmp_path: Path) -> None:
    path = str(tmp_path / "host.db")

    def work(_number: int) -> int:
        return len(open_host(path).domains())

    assert in_processes(8, work) == [1] * 8


def test_all_may_create(tmp_path: Path) -> None:
    path = str(tmp_path / "host.db")

    def work(number: int) -> int:
        host = open_host(path)
        for turn in range(10):
            host.create(make_plan(config(f"g{number}-{turn}"), BUILT_IN))
        return 0

    assert in_processes(6, work) == [0] * 6
    host = open_host(path)
    assert [d.domid for d in host.domains()] == list(range(61))
    check_laws(host)


def test_one_gets_the_name(tmp_path: Path) -> None:
    path = str(tmp_path / "host.db")

    def work(_number: int) -> int:
        try:
            return open_host(path).create(make_plan(config("web", created={"uuid": None}), BUILT_IN))
        except Failure:
            return 0

    assert sorted(in_processes(6, work)) == [0, 0, 0, 0, 0, 1]


def test_one_restarts_what_many_see_stop(tmp_path: Path) -> None:
    path = str(tmp_path / "host.db")
    host = open_host(path)
    host.create(make_plan(config("web", on_reboot="restart"), BUILT_IN))
    host.shutdown(1, reboot=True)
    host.db.execute("UPDATE domain SET wake = 0 WHERE domid = 1")
    host.close()

    def work(_number: int) -> int:
        return open_host(path).domains()[-1].domid

    assert in_processes(6, work) == [2] * 6
