"""What follows when a guest has stopped: on_poweroff and its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sim.guests import DISK, VIF, config
from xlpy.executors import LibxlError

if TYPE_CHECKING:
    from tests.sim.guests import Lab
    from xlpy.executors import StopEvent


def read(lab: Lab, domid: int) -> str:
    return lab.host.console(domid).read() or ""


def type_line(lab: Lab, domid: int, *lines: str) -> None:
    console = lab.host.console(domid)
    for line in lines:
        console.write(line + "\r")


def stop(lab: Lab, how: str, **actions: Any) -> StopEvent:
    """A guest that goes down by a command typed on its console."""
    domid = lab.booted(config("web", **actions))
    type_line(lab, domid, "root", how)
    lab.clock.go(2)
    event = lab.host.stopped(domid)
    assert event is not None
    assert event.domid == domid
    return event


@pytest.mark.parametrize(("how", "reason", "key"), [("poweroff", 0, "on_poweroff"), ("crash", 3, "on_crash")])
def test_preserve(lab: Lab, how: str, reason: int, key: str) -> None:
    event = stop(lab, how, **{key: "preserve"})
    assert (event.reason, event.action, event.gone) == (reason, "preserve", False)
    (domain,) = [d for d in lab.host.domains() if d.domid]
    assert (domain.shutdown, domain.shutdown_reason, domain.running, domain.blocked) == (True, reason, False, False)
    before = domain.cpu_time
    lab.clock.go(100)
    with pytest.raises(LibxlError):
        lab.host.shutdown(domain.domid)
    assert lab.host.find("web").cpu_time == before
    lab.host.destroy(domain.domid)
    gone = lab.host.stopped(domain.domid)
    assert gone is not None
    assert (gone.reason, gone.gone) == (reason, True)


def test_restart(lab: Lab) -> None:
    event = stop(lab, "reboot", on_reboot="restart", devices=(DISK,))
    assert (event.reason, event.action, event.successor, event.gone) == (1, "restart", 2, True)
    domain = lab.host.find("web")
    assert (domain.domid, domain.running) == (2, True)
    assert domain.uptime == pytest.approx(1, abs=0.01)
    assert "Linux version" in read(lab, 2)
    lab.clock.go(2)
    assert lab.states() == {"web": "b"}
    lab.host.shutdown(2, reboot=True)
    lab.clock.go(1.5)
    assert lab.host.find("web").domid == 3


def test_a_restart_happens_when_it_was_due(lab: Lab) -> None:
    domid = lab.booted(config("web", on_reboot="restart"))
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(3600)
    assert lab.states() == {"web": "b"}
    assert lab.host.find("web").uptime == pytest.approx(3599)


def test_a_restart_keeps_name_and_uuid(lab: Lab) -> None:
    domid = lab.booted(config("old", on_reboot="restart"))
    uuid = lab.host.find("old").uuid
    lab.host.rename(domid, "new")
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(2)
    assert (lab.host.find("new").uuid, lab.host.find("new").domid) == (uuid, 2)


def test_rename_restart(lab: Lab) -> None:
    uuid = config("web").c_info.uuid
    event = stop(lab, "reboot", on_reboot="restart_rename")
    assert (event.successor, event.gone) == (2, False)
    assert lab.states() == {"web-20231114T2213Z": "s", "web": "r"}
    assert lab.host.find("web").uuid == uuid
    assert lab.host.find("1").uuid != uuid


def test_rename_restart_stops_when_the_name_is_taken(lab: Lab) -> None:
    lab.create(config("web-20231114T2213Z"))
    event = stop(lab, "reboot", on_reboot="restart_rename")
    assert event.successor is None
    assert lab.states() == {"web-20231114T2213Z": "b", "web": "s"}


@pytest.mark.parametrize(("action", "successor"), [("coredump_destroy", None), ("coredump_restart", 2)])
def test_coredump(lab: Lab, action: str, successor: int | None) -> None:
    event = stop(lab, "crash", on_crash=action)
    assert (event.reason, event.action, event.successor) == (3, action, successor)


def test_soft_reset_boots_again_in_place(lab: Lab) -> None:
    domid = lab.booted(config("web", on_crash="soft_reset"))
    console = lab.host.console(domid)
    console.read()
    before = lab.host.find("web")
    type_line(lab, domid, "root", "crash")
    lab.clock.go(1)
    assert lab.states() == {"web": "r"}
    assert lab.host.stopped(domid) is None
    lab.clock.go(2)
    text = console.read() or ""
    assert text.index("Kernel panic") < text.index("Linux version") < text.rindex("web login: ")
    after = lab.host.find("web")
    assert after.domid == before.domid
    assert after.cpu_time > before.cpu_time + 0.5
    assert before.uptime is not None
    assert after.uptime == pytest.approx(before.uptime + 3)


def test_nobody_acts_without_a_watcher(lab: Lab) -> None:
    domid = lab.booted(config("web", on_poweroff="restart"), watched=False)
    lab.host.shutdown(domid)
    lab.clock.go(2)
    assert lab.states() == {"web": "s"}
    event = lab.host.stopped(domid)
    assert event is not None
    assert (event.reason, event.action, event.gone) == (0, "", False)


def test_a_restart_that_is_not_possible_any_more(lab: Lab) -> None:
    lab.booted(config("a", memory=30 * 1024, on_reboot="restart"))
    lab.create(config("b", memory=20 * 1024))
    lab.host.db.execute("UPDATE node SET xen_kib = xen_kib + 10 * 1024 * 1024")
    lab.host.shutdown(1, reboot=True)
    lab.clock.go(2)
    assert lab.states() == {"b": "b"}
    event = lab.host.stopped(1)
    assert event is not None
    assert (event.action, event.successor) == ("restart", None)
    lab.create(config("c"))


def test_a_restart_without_its_driver_domain_leaves_nothing(lab: Lab) -> None:
    lab.create(config("net"))
    lab.booted(config("web", devices=(DISK, VIF.replace(backend_domname="net")), on_reboot="restart"))
    lab.host.destroy(1)
    lab.host.shutdown(2, reboot=True)
    lab.clock.go(2)
    assert lab.states() == {}
    assert lab.host.info().free_memory_kib == lab.facts.guest_memory_kib
    lab.create(config("other", devices=(DISK,)))
