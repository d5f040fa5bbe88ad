"""Triggers, sysrq, debug keys, Xen's console, the monitor, and the log of events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import config
from tests.sim.laws import check_laws
from xlpy.executors import LibxlError, UnknownDomain
from xlpy.executors.events import KINDS
from xlpy.executors.signals import TRIGGERS
from xlpy.libxl import Hvm

if TYPE_CHECKING:
    from tests.sim.guests import Lab

TRIGGER = "libxl: error: libxl_domain.c:2207:libxl_send_trigger: Domain {}:Send trigger '{}' failed: {}"


def refused(lab: Lab, domid: int, name: str, vcpu: int = 0) -> str:
    """What the libxl of Xen 4.17 says; empty where it sends the trigger."""
    try:
        lab.host.signals.trigger(domid, name, vcpu)
    except LibxlError as error:
        return error.messages[0].line((4, 17))
    return ""


def console(lab: Lab, domid: int) -> str:
    """All lines, without their times."""
    return re.sub(r"(?m)^\[ +[0-9.]+\] ", "", lab.host.console(domid).read() or "")


def test_which_triggers_xen_takes(lab: Lab) -> None:
    """As the hypervisor's code has it: no reset and no init on x86, buttons for HVM guests and PVH ones."""
    domids = {kind: lab.booted(config(kind, kind)) for kind in ("pv", "pvh", "hvm")}
    for kind, domid in domids.items():
        taken = {name for name in TRIGGERS if not refused(lab, domid, name)}
        assert (
            taken
            == {"pv": {"nmi"}, "pvh": {"nmi", "power", "sleep"}, "hvm": {"nmi", "power", "sleep", "s3resume"}}[kind]
        )
    pv = domids["pv"]
    assert refused(lab, pv, "power") == TRIGGER.format(pv, "power", "Invalid argument")
    assert refused(lab, pv, "init") == TRIGGER.format(pv, "init", "Function not implemented")
    assert refused(lab, pv, "nmi", 1) == TRIGGER.format(pv, "nmi", "No such process")
    assert refused(lab, 99, "nmi") == TRIGGER.format(99, "nmi", "No such process")
    with pytest.raises(UnknownDomain):
        lab.host.signals.trigger(99, "s3resume", 0)


def test_an_nmi_as_a_kernel_saw_it(lab: Lab) -> None:
    """The words of a Linux on Xen 4.17."""
    domid = lab.booted(config())
    lab.host.signals.trigger(domid, "nmi", 0)
    lab.host.signals.sysrq(domid, "s")
    assert console(lab, domid).endswith(
        "Uhhuh. NMI received for unknown reason 00 on CPU 0.\n"
        "Dazed and confused, but trying to continue\n"
        "sysrq: Emergency Sync\n"
    )
    assert lab.states() == {"web": "b"}


def test_the_power_button(lab: Lab) -> None:
    lab.booted(config("web", "hvm", on_poweroff="preserve", info={"u": Hvm(xen_platform_pci=False)}))
    lab.host.signals.trigger(1, "power", 0)
    lab.clock.go(3)
    event = lab.host.stopped(1)
    assert event is not None
    assert event.reason == 0


@pytest.mark.parametrize(("letter", "reason"), [("c", 3), ("b", 1), ("o", 0), ("s", None), ("?", None)])
def test_sysrq(lab: Lab, letter: str, reason: int | None) -> None:
    domid = lab.booted(config(on_poweroff="preserve", on_crash="preserve", on_reboot="preserve"))
    lab.host.signals.sysrq(domid, letter)
    lab.clock.go(1)
    event = lab.host.stopped(domid)
    assert (event.reason if event else None) == reason
    check_laws(lab.host)


def test_sysrq_of_a_guest_that_cannot_hear(lab: Lab) -> None:
    lab.booted(config("web", "hvm", info={"u": Hvm(xen_platform_pci=False)}))
    lab.host.signals.sysrq(1, "c")
    lab.host.signals.sysrq(99, "c")
    lab.clock.go(9)
    assert lab.states() == {"web": "b"}


def test_xens_console(lab: Lab) -> None:
    lab.booted(config(vcpus=2))
    signals = lab.host.signals
    start = signals.dmesg()
    assert start.startswith("(XEN) Xen version 4.20.0")
    signals.debug_keys("q")
    told = signals.dmesg().removeprefix(start)
    assert "(XEN) General information for domain 0:\n" in told
    assert "(XEN) General information for domain 1:\n(XEN)     refcnt=3 dying=0 pause_count=0\n" in told
    assert "(XEN)   UNIT1 affinities: hard={0-7} soft={" in told
    assert signals.dmesg(clear=True) == start + told
    signals.debug_keys("\x01")
    assert signals.dmesg() == ""
    for _ in range(40):
        signals.debug_keys("h")
    assert len(signals.dmesg()) == 16 * 1024


def test_the_monitor(lab: Lab) -> None:
    lab.booted(config("web", "hvm"))
    lab.booted(config("small", "pvh"))
    assert lab.host.signals.monitor(1, "frob") == "unknown command: 'frob'\r\n"
    with pytest.raises(LibxlError) as failed:
        lab.host.signals.monitor(2, "info version")
    assert failed.value.messages[0].line((4, 17)) == (
        "libxl: error: libxl_qmp.c:1334:qmp_ev_lock_aquired: Domain 2:Failed to connect to QMP socket "
        "/var/run/xen/qmp-libxl-2: No such file or directory"
    )


def happened(lab: Lab, seq: int = 0) -> list[tuple[str, int, str, str]]:
    return [(e.kind, e.domid, e.name, e.detail) for e in lab.host.events.since(seq)]


def test_events_tell_what_happened(lab: Lab) -> None:
    domid = lab.booted(config(on_poweroff="restart"))
    lab.host.pause(domid)
    lab.host.unpause(domid)
    lab.host.rename(domid, "db")
    lab.host.saving.suspend(domid)
    lab.host.saving.resume(domid)
    lab.host.shutdown(domid)
    lab.clock.go(2)
    lab.host.destroy(2)
    assert happened(lab) == [
        ("created", 1, "web", "pv"),
        ("unpaused", 1, "web", ""),
        ("paused", 1, "web", ""),
        ("unpaused", 1, "web", ""),
        ("renamed", 1, "web", "db"),
        ("shutdown", 1, "db", "suspend"),
        ("resumed", 1, "db", ""),
        ("shutdown", 1, "db", "poweroff"),
        ("destroyed", 1, "db", ""),
        ("created", 2, "db", "pv"),
        ("unpaused", 2, "db", ""),
        ("restarted", 1, "db", "as 2"),
        ("destroyed", 2, "db", ""),
    ]
    assert {kind for kind, *_ in happened(lab)} <= set(KINDS)


def test_events_have_the_time_at_which_they_happened(lab: Lab) -> None:
    """Not that at which somebody looked."""
    start = lab.clock.now
    domid = lab.booted(config(on_poweroff="preserve"))
    lab.host.shutdown(domid)
    lab.clock.go(1000)
    events = lab.host.events.since()
    assert [round(event.at - start) for event in events] == [0, 0, 4]
    assert lab.host.events.since(events[-1].seq) == []
    lab.host.destroy(domid)
    assert [(e.kind, round(e.at - start)) for e in lab.host.events.since(events[-1].seq)] == [("destroyed", 1003)]
