"""kill -9 at any moment: the host opens, its laws hold, and what was acknowledged is in effect."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import config
from tests.sim.laws import check_laws
from xlpy.executors.saving import SaveFailed
from xlpy.executors.sim import SimHost, open_host
from xlpy.host import BUILT_IN
from xlpy.planner.plan import make_plan

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 200
TOGETHER = 2
VERBS = ("create", "destroy", "rename", "sleep", "pause")
MOST_SECONDS = 0.16
Domains = dict[str, int]
"""Name -> domid."""


def work(path: str, worker: int, seed: int, pipe: int) -> None:
    """Change domains for ever; each change is told to the pipe before it is tried, and once it is done."""
    dice = random.Random(seed)
    host = open_host(path)
    own = {d.name: d.domid for d in host.domains() if d.name.startswith(f"w{worker}-")}
    serial = seed * 1000
    while True:
        serial += 1
        new, some = f"w{worker}-{serial}", dice.choice([*own, ""])
        verb = dice.choice(VERBS if len(own) < 8 else ("destroy",)) if some else "create"
        tell(pipe, "try", verb, some, new)
        if verb == "create":
            own[new] = host.create(make_plan(config(new, memory=32, created={"uuid": None}), BUILT_IN))
        elif verb == "destroy":
            host.destroy(own.pop(some))
        elif verb == "sleep":
            with suppress(SaveFailed):  # it was killed before while the domain slept, or was paused
                host.saving.suspend(own[some])
            host.saving.resume(own[some])
        elif verb == "pause":
            host.pause(own[some])
            host.unpause(own[some])
        else:
            host.rename(own[some], new)
            own[new] = own.pop(some)
        tell(pipe, "done", verb, some, new, own.get(new, 0))


def tell(pipe: int, *words: str | int) -> None:
    os.write(pipe, (json.dumps(words) + "\n").encode())


def start(path: str, worker: int, seed: int) -> tuple[int, int]:
    """A process at work, and what it tells."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            work(path, worker, seed, writer)
        finally:
            os._exit(1)
    os.close(writer)
    return child, reader


def told(reader: int) -> list[list[str | int]]:
    """All lines of a process that is dead; a half one is not told."""
    with os.fdopen(reader, "rb") as pipe:
        return [json.loads(line) for line in pipe.read().split(b"\n")[:-1]]


def expected(before: Domains, lines: list[list[str | int]]) -> list[Domains]:
    """What may be there: all that was done, without or with what was only tried (0: any domid)."""
    done = dict(before)
    for line in lines:
        if line[0] == "done":
            _, verb, some, new, domid = line
            done = after(done, verb, some, new, domid)
    if lines and lines[-1][0] == "try":
        _, verb, some, new = lines[-1]
        return [done, after(done, verb, some, new, 0)]
    return [done]


def after(domains: Domains, verb: str | int, some: str | int, new: str | int, domid: str | int) -> Domains:
    domains = dict(domains)
    if verb == "create":
        domains[str(new)] = int(domid)
    elif verb in ("rename", "destroy"):
        old = domains.pop(str(some))
        if verb == "rename":
            domains[str(new)] = old
    return domains


def found(host: SimHost, worker: int, possible: list[Domains]) -> Domains:
    """What is there of a worker's domains, which must be one of what is possible."""
    actual = {d.name: d.domid for d in host.domains() if d.name.startswith(f"w{worker}-")}
    assert any(
        actual.keys() == domains.keys() and all(domid in (0, actual[name]) for name, domid in domains.items())
        for domains in possible
    ), (actual, possible)
    return actual


@pytest.mark.parametrize("seed", [1])
def test_kill(tmp_path: Path, seed: int) -> None:
    path, dice = str(tmp_path / "host.db"), random.Random(seed)
    known: list[Domains] = [{} for _ in range(TOGETHER)]
    acknowledged = 0
    for turn in range(KILLS // TOGETHER):
        children = [start(path, worker, turn * TOGETHER + worker) for worker in range(TOGETHER)]
        for child, _ in children:
            time.sleep(dice.uniform(0, MOST_SECONDS / TOGETHER))
            os.kill(child, signal.SIGKILL)
        assert all(os.waitpid(child, 0)[1] == signal.SIGKILL for child, _ in children)
        host = open_host(path)
        assert host.db.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"
        check_laws(host)
        for worker, (_, reader) in enumerate(children):
            lines = told(reader)
            acknowledged += sum(line[0] == "done" for line in lines)
            known[worker] = found(host, worker, expected(known[worker], lines))
        host.close()
    assert acknowledged > KILLS // 10  # it was at work when it was killed, on a busy machine too
