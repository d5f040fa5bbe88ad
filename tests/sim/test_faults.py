"""Faults on demand: at every step of every example, and what is left of the host then."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sim.guests import Lab, config, state
from tests.sim.laws import check_laws
from tests.sim.test_saving import received, sent
from xlpy.config import load
from xlpy.executors import Failure, LibxlError
from xlpy.executors.faults import POINTS, Fault
from xlpy.executors.saving import GUEST_TIMEDOUT, SaveFailed
from xlpy.executors.sim.stepfaults import points_of
from xlpy.planner.plan import make_plan
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.planner.plan import Plan

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "etc-xen").glob("*.cfg"))
NO_MEMORY = "xc_dom_boot_mem_init: can't allocate low memory for domain: Out of memory"
FORGOTTEN = {"fault", "log", "sqlite_sequence", "share"}
"""Tables that are not part of what a host is; and of the host's row what time changes, and the next domid."""


def add(lab: Lab, point: str, how: str = "fail", **other: Any) -> int:
    return lab.host.faults.add(Fault(number=0, point=point, how=how, **other))


def everything(lab: Lab) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, once what is due has happened."""
    lab.host.domains()
    db = lab.host.db
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    some = {"busy": "busy WHERE number"}  # a pCPU that nobody uses any more may have a row or none
    found = {name: sorted(map(tuple, db.execute(f"SELECT * FROM {some.get(name, name)}")), key=repr) for name in names}
    host = dict(db.execute("SELECT * FROM host").fetchone())
    kept = [host[name] for name in host if name not in ("time", "wall", "moment", "next_domid")]
    return {name: rows for name, rows in found.items() if name not in FORGOTTEN} | {"host": [tuple(kept)]}


def plan_of(path: Path, lab: Lab) -> Plan:
    loaded = load(Source(str(path), path.read_text(encoding="utf-8")), host=lab.facts)
    return make_plan(loaded.config, lab.facts)


def steps_of(plan: Plan) -> Iterator[str]:
    yield from (points_of(step)[0] for step in plan.steps)


def killed(work: Any) -> bool:
    """Whether a process that does this is killed by itself."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_failure_at_any_step_leaves_the_host_as_it_was(lab: Lab, path: Path) -> None:
    """But for the domid, which is used up, as by xl."""
    lab.booted(config("other" if path.stem == "netdom" else "netdom"))
    plan, before = plan_of(path, lab), everything(lab)
    for point in steps_of(plan):
        number = add(lab, point)
        following = lab.host.db.execute("SELECT next_domid FROM host").fetchone()[0]
        with pytest.raises(Failure) as failed:
            lab.host.create(plan)
        assert (failed.value.status, bool(failed.value.lines)) == (3, True), point
        assert everything(lab) == before, point
        used = lab.host.db.execute("SELECT next_domid FROM host").fetchone()[0] - following
        assert used == (point != "step:free-memory"), point
        lab.host.faults.remove(number)
    lab.host.create(plan)
    check_laws(lab.host)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_death_at_any_step_leaves_what_xl_leaves(lab: Lab, path: Path) -> None:
    """A domain that is paused and not complete, for xl destroy to take away; nothing before it has a domid."""
    lab.booted(config("other" if path.stem == "netdom" else "netdom"))
    plan, before = plan_of(path, lab), everything(lab)
    for point in steps_of(plan):
        number = add(lab, point, "die")
        assert killed(lambda: lab.open().create(plan)), point
        left = [domain for domain in lab.host.domains() if domain.domid > 1]
        if point in ("step:free-memory", "step:allocate-domid"):
            assert left == []
        else:
            running = point == "step:unpause"
            assert [domain.name for domain in left] == [plan.name]
            assert (state(left[0]) == "p") is not running
            lab.host.config(left[0].domid)
            lab.host.vcpus(left[0].domid)
            lab.host.shutdown(left[0].domid, force=True)
            lab.host.destroy(left[0].domid)
        now = everything(lab)
        assert {name for name in now if now[name] != before[name]} <= {"event", "console"}, point
        lab.host.faults.remove(number)


def test_what_hangs_fails_after_its_time(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Meanwhile the others see the domain that is being built."""
    add(lab, "step:load-kernel", "hang", seconds=40)
    seen = []
    monkeypatch.setattr("time.sleep", lambda seconds: seen.append((seconds, lab.open().domains()[-1])))
    before = everything(lab)
    with pytest.raises(LibxlError):
        lab.create(config())
    assert [(seconds, domain.name, state(domain)) for seconds, domain in seen] == [(40, "web", "p")]
    after = everything(lab)
    assert {name for name in after if after[name] != before[name]} <= {"event", "console"}


def test_the_words_of_a_failure_are_libxls(lab: Lab) -> None:
    """Those that the real one of Xen 4.17 printed for a host without memory enough."""
    add(lab, "step:load-kernel")
    with pytest.raises(LibxlError) as failed:
        lab.create(config())
    assert [*filter(None, (message.line((4, 17)) for message in failed.value.messages))] == [
        f"xc: error: panic: xg_dom_boot.c:119: {NO_MEMORY}",
        "libxl: error: libxl_dom.c:586:libxl__build_dom: xc_dom_boot_mem_init failed: Cannot allocate memory",
        "libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain 1:cannot (re-)build domain: -3",
        "libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain 1:Non-existant domain",
        "libxl: error: libxl_domain.c:1137:domain_destroy_callback: Domain 1:Unable to destroy guest",
        "libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain 1:Destruction of domain failed",
    ]


def outcomes(lab: Lab, count: int) -> list[bool]:
    """Whether each of some creates succeeds; nothing of them stays."""
    found = []
    for _ in range(count):
        try:
            lab.host.destroy(lab.create(config()))
        except Failure:
            found.append(False)
        else:
            found.append(True)
    return found


def test_a_chance_goes_by_its_seed(lab: Lab) -> None:
    runs = []
    for seed in (1, 1, 2):
        number = add(lab, "step:create-domain", chance=0.5, seed=seed)
        runs.append(outcomes(lab, 20))
        lab.host.faults.remove(number)
    assert runs[0] == runs[1] != runs[2]
    assert 3 < sum(runs[0]) < 17


def test_a_fault_may_strike_a_few_times_only(lab: Lab) -> None:
    add(lab, "memory", times=2)
    assert outcomes(lab, 4) == [False, False, True, True]
    [fault] = lab.host.faults.all()
    assert (fault.times, fault.met) == (0, 2)
    assert [e.detail for e in lab.host.events.since() if e.kind == "failed"] == ["fail at step:free-memory"] * 2


@pytest.mark.parametrize("point", ["device", "device:disk", "device:disk:51712", "step:attach", "step:*:disk*", "*"])
def test_points_by_what_they_begin_with(lab: Lab, point: str) -> None:
    path = next(path for path in EXAMPLES if path.stem == "debian")
    add(lab, point)
    with pytest.raises(Failure):
        lab.host.create(plan_of(path, lab))


@pytest.mark.parametrize(
    ("point", "live", "rc"),
    [
        ("migrate:send", True, GUEST_TIMEDOUT),
        ("migrate:round:0", True, GUEST_TIMEDOUT),
        ("migrate:round:1", True, GUEST_TIMEDOUT),
        ("migrate:suspend", True, GUEST_TIMEDOUT),
        ("migrate:state", True, -3),
        ("save:send", False, GUEST_TIMEDOUT),
        ("save:suspend", False, GUEST_TIMEDOUT),
        ("save:state", False, -3),
    ],
)
def test_a_sender_that_fails(lab: Lab, point: str, *, live: bool, rc: int) -> None:
    """Libxl's error says whether the guest was suspended and must be resumed."""
    domid = lab.booted(config(memory=1024))
    add(lab, point)
    with pytest.raises(SaveFailed) as failed:
        sent(lab, domid, live=live)
    assert failed.value.rc == rc
    assert lab.states() == {"web": "b" if rc == GUEST_TIMEDOUT else "s"}
    lab.host.saving.resume(domid)
    assert lab.states() == {"web": "b"}
    check_laws(lab.host)


@pytest.mark.parametrize(("point", "name"), [("restore", "web"), ("migrate:receive", "web--incoming"), ("step", "web")])
def test_a_receiver_that_fails_or_dies(lab: Lab, point: str, name: str) -> None:
    guest = config()
    domid = lab.booted(guest)
    data, _ = sent(lab, domid)
    lab.host.destroy(domid)
    coming = guest.replace(c_info=guest.c_info.replace(name=name))
    number = add(lab, point)
    with pytest.raises(Failure):
        received(lab, coming, data)
    assert lab.states() == {}
    lab.host.faults.remove(number)
    add(lab, f"{point}*" if point == "step" else point, "die", times=1)
    assert killed(lambda: received(lab, coming, data))
    assert set(lab.states().values()) <= {"p"}
    for domain in lab.host.domains()[1:]:
        with pytest.raises(Failure):
            lab.host.unpause(domain.domid)  # half a guest does not run
        lab.host.destroy(domain.domid)
    received(lab, coming, data)


def test_a_domain_that_arrives_may_not_get_its_name(lab: Lab) -> None:
    domid = lab.booted(config("web--incoming"), paused=True)
    add(lab, "migrate:start")
    with pytest.raises(LibxlError):
        lab.host.rename(domid, "web")
    assert lab.states() == {"web--incoming": "p"}


def test_a_domain_that_does_not_die(lab: Lab) -> None:
    domid = lab.booted(config(memory=512))
    free = lab.host.info().free_memory_kib
    add(lab, "destroy", "hang")
    lab.host.destroy(domid)
    [zombie] = lab.host.domains()[1:]
    assert (zombie.name, state(zombie), lab.host.info().free_memory_kib) == ("(null)", "pd", free)
    event = lab.host.stopped(domid)
    assert event is not None
    assert event.gone
    lab.create(config(memory=512))  # the name is free
    lab.host.faults.clear()
    assert lab.states() == {"web": "r"}
    assert lab.host.info().free_memory_kib == free
    check_laws(lab.host)


def test_a_disk_that_takes_no_more(lab: Lab) -> None:
    domid = lab.booted(config(memory=64))
    add(lab, "store:write", times=3)
    before = everything(lab)
    for work in (
        lambda: lab.host.pause(domid),
        lambda: lab.create(config("db")),
        lambda: lab.host.destroy(domid),
    ):
        with pytest.raises(Failure, match="disk I/O error"):
            work()
    assert everything(lab) == before
    lab.host.pause(domid)
    assert lab.states() == {"web": "p"}


def test_a_restart_that_fails_leaves_no_domain(lab: Lab) -> None:
    domid = lab.booted(config(on_reboot="restart"))
    add(lab, "step:attach*", times=1)
    add(lab, "step:set-memory", times=1)
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(3)
    assert lab.states() == {}
    assert [fault.times for fault in lab.host.faults.all()] == [1, 0]
    check_laws(lab.host)


def test_all_kinds_of_points_are_tried_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for point in POINTS:
        assert f'"{point.partition(":")[0]}' in text, point
