"""Scripted guests, core dumps of crashes, and how often domains rebooted."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import MIB, config
from tests.sim.laws import check_laws
from tests.sim.test_saving import moved, sent, shell
from xlpy.executors import Failure, LibxlError, NoPvDrivers
from xlpy.executors.saving import GUEST_TIMEDOUT, SaveFailed
from xlpy.executors.sim.behaviour import BEHAVIOURS, VARIABLE, parse

if TYPE_CHECKING:
    from tests.sim.guests import Lab


NOT_HEARD = "libxl: error: libxl_domain.c:854:pvcontrol_cb: guest didn't acknowledge control request: -9"


@pytest.fixture
def behave(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


def events(lab: Lab, kind: str) -> list[tuple[int, str]]:
    return [(event.domid, event.detail) for event in lab.host.events.since() if event.kind == kind]


def test_the_first_rule_that_fits_counts(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    lab.host.db.execute("UPDATE host SET guests = 'db*=silent, deaf'")
    behave.setenv(VARIABLE, "web=normal,db1=crash:3+deaf")
    for name in ("web", "db1", "db2", "x"):
        lab.create(config(name))
    found = lab.host.db.execute("SELECT name, behaviour FROM domain WHERE domid ORDER BY domid").fetchall()
    assert list(map(tuple, found)) == [("web", ""), ("db1", "crash:3+deaf"), ("db2", "silent"), ("x", "deaf")]


@pytest.mark.parametrize("text", ["nosuch", "web=", "web=deaf:3", "crash:x", "crash:1.2.3", "a=deaf+nosuch"])
def test_what_is_no_behaviour_is_refused(lab: Lab, behave: pytest.MonkeyPatch, text: str) -> None:
    behave.setenv(VARIABLE, text)
    with pytest.raises(Failure) as failed:
        lab.create(config())
    assert failed.value.advice
    assert lab.states() == {}


def test_every_behaviour_can_be_asked_for() -> None:
    assert parse(",".join(BEHAVIOURS)) == tuple(("*", name) for name in BEHAVIOURS)
    assert parse("") == ()


def test_a_slow_boot(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    behave.setenv(VARIABLE, "slow-boot:40")
    domid = lab.create(config(on_reboot="restart"))
    lab.clock.go(39)
    assert lab.states() == {"web": "r"}
    lab.clock.go(2)
    assert lab.states() == {"web": "b"}
    assert (lab.host.console(domid).read() or "").endswith("web login: ")
    behave.delenv(VARIABLE)
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(30)
    assert lab.states() == {"web": "r"}  # the same guest boots as slowly again
    assert lab.host.find("web").domid == 2


def test_a_deaf_guest(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    behave.setenv(VARIABLE, "deaf")
    domid = lab.booted(config())
    for reboot in (False, True):
        with pytest.raises(LibxlError) as failed:
            lab.host.shutdown(domid, reboot=reboot)
        assert (failed.value.rc, failed.value.messages[0].line((4, 17))) == (-9, NOT_HEARD)
    lab.clock.go(1000)
    assert lab.states() == {"web": "b"}
    assert "poweroff" not in shell(lab, domid, "root")
    shell(lab, domid, "poweroff")
    lab.clock.go(3)
    assert lab.states() == {}


@pytest.mark.parametrize("reboot", [False, True])
@pytest.mark.parametrize("command", ["crash", "poweroff"])
def test_a_preserved_guest_hears_nothing(lab: Lab, command: str, reboot: bool) -> None:
    domid = lab.booted(config(on_crash="preserve", on_poweroff="preserve"))
    shell(lab, domid, "root", command)
    lab.clock.go(5)
    with pytest.raises(LibxlError) as failed:
        lab.host.shutdown(domid, reboot=reboot)
    assert (failed.value.rc, failed.value.messages[0].line((4, 17))) == (-9, NOT_HEARD)
    lab.host.destroy(domid)
    assert lab.states() == {}


def test_a_guest_without_a_balloon(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    behave.setenv(VARIABLE, "web=no-balloon")
    lab.booted(config("web", memory=256))
    lab.booted(config("db", memory=256))
    for domid in (1, 2):
        lab.host.memory.set_target(domid, 128 * MIB)
    lab.clock.go(10)
    sizes = {domain.name: domain.memory_kib // MIB for domain in lab.host.domains()}
    assert sizes["web"] == 256
    assert sizes["db"] < 140


def test_a_guest_without_pv_drivers(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    behave.setenv(VARIABLE, "no-pv-drivers")
    domid = lab.booted(config("web", "hvm"))
    with pytest.raises(NoPvDrivers):
        lab.host.shutdown(domid)
    assert lab.host.shutdown(domid, force=True)


def test_a_guest_that_never_reads_its_console(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    behave.setenv(VARIABLE, "silent")
    domid = lab.booted(config())
    assert shell(lab, domid, "root", "poweroff") == ""
    lab.clock.go(5)
    assert lab.states() == {"web": "b"}


def test_a_guest_that_cannot_suspend(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    behave.setenv(VARIABLE, "no-suspend")
    domid = lab.booted(config())
    with pytest.raises(SaveFailed) as failed:
        sent(lab, domid, live=True)
    assert failed.value.rc == GUEST_TIMEDOUT
    assert lab.states() == {"web": "b"}


def test_a_guest_that_crashes(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    behave.setenv(VARIABLE, "crash:20")
    guest = config(on_crash="preserve")
    domid = lab.booted(guest)
    assert lab.states() == {"web": "b"}  # it does not look busy while it waits
    shell(lab, domid, "root")
    lab.clock.go(10)
    moved(lab, guest)  # what is to come goes with it
    lab.clock.go(20)
    assert lab.states() == {"web": "s"}
    assert lab.host.find("web").shutdown_reason == 3
    assert "Kernel panic" in (lab.host.console(2).read() or "")
    check_laws(lab.host)


def test_a_guest_that_reboots_in_a_loop(lab: Lab, behave: pytest.MonkeyPatch) -> None:
    behave.setenv(VARIABLE, "reboot-loop:5")
    lab.create(config(on_reboot="restart"))
    lab.clock.go(60)
    rebooted = lab.host.find("web").domid - 1
    assert 5 <= rebooted <= 60 // 6
    assert lab.host.db.execute("SELECT reboots FROM domain WHERE domid").fetchone()[0] == rebooted
    assert events(lab, "restarted") == [(domid, f"as {domid + 1}") for domid in range(1, rebooted + 1)]
    lab.clock.go(10 * 24 * 3600)
    assert rebooted < lab.host.find("web").domid - 1 < rebooted + 20  # what nobody saw is left out
    check_laws(lab.host)


@pytest.mark.parametrize(("action", "left"), [("coredump_destroy", {}), ("coredump_restart", {"web": "b"})])
def test_the_core_of_a_crash(lab: Lab, action: str, left: dict[str, str]) -> None:
    domid = lab.booted(config(memory=32, on_crash=action))
    lab.host.signals.sysrq(domid, "c")
    lab.clock.go(5)
    assert lab.states() == left
    core = Path(lab.path).parent / "dump" / "web"
    shown = subprocess.run(["readelf", "-h", core], capture_output=True, text=True, check=True).stdout
    assert "CORE (Core file)" in shown
    assert events(lab, "dumped") == [(domid, str(core))]


def test_a_core_that_cannot_be_written_changes_nothing(lab: Lab) -> None:
    domid = lab.booted(config("a/b", memory=32, on_crash="coredump_restart"))
    lab.host.signals.sysrq(domid, "c")
    lab.clock.go(5)
    assert lab.states() == {"a/b": "b"}
    assert events(lab, "dumped") == []
