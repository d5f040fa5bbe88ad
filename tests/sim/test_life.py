"""States, pausing, stopping, and time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import DISK, config
from xlpy.executors import Failure, NoPvDrivers, StopEvent
from xlpy.libxl import Hvm

if TYPE_CHECKING:
    from tests.sim.guests import Lab


def read(lab: Lab, domid: int) -> str:
    return lab.host.console(domid).read() or ""


def test_states_of_a_boot(lab: Lab) -> None:
    lab.create(config("web"), paused=True)
    assert lab.states() == {"web": "p"}
    lab.clock.go(60)
    assert lab.host.find("web").cpu_time == 0
    lab.host.unpause(1)
    assert lab.states() == {"web": "r"}
    lab.clock.go(0.9)
    assert lab.states() == {"web": "r"}
    lab.clock.go(1.1)
    assert lab.states() == {"web": "b"}
    assert lab.host.stopped(1) is None


def test_a_kernel_starts_all_vcpus_but_the_first(lab: Lab) -> None:
    domid = lab.create(config("web", vcpus=3), paused=True)
    assert (lab.host.find("web").vcpus, [one.online for one in lab.host.vcpus(domid)]) == (1, [True, False, False])
    lab.host.unpause(domid)
    lab.clock.go(5)
    lab.host.pause(domid)
    assert (lab.host.find("web").vcpus, [one.online for one in lab.host.vcpus(domid)]) == (3, [True] * 3)


@pytest.mark.parametrize("kind", ["pv", "pvh", "hvm"])
def test_a_boot_takes_one_to_two_seconds(lab: Lab, kind: str) -> None:
    lab.create(config("web", kind, devices=(DISK,)))
    lab.clock.go(0.999)
    assert lab.states() == {"web": "r"}
    lab.clock.go(1.001)
    assert lab.states() == {"web": "b"}


def test_cpu_time_and_uptime_grow(lab: Lab) -> None:
    domid = lab.booted(config("web", vcpus=2))
    first = lab.host.find("web")
    assert 0.5 < first.cpu_time < 2
    assert first.uptime == pytest.approx(3)
    lab.clock.go(1000)
    later = lab.host.find("web")
    assert first.cpu_time < later.cpu_time < first.cpu_time + 10
    assert sum(v.cpu_time for v in lab.host.vcpus(domid)) == pytest.approx(later.cpu_time)
    assert lab.host.find("0").cpu_time > 1


def test_pauses_are_counted(lab: Lab) -> None:
    domid = lab.booted(config("web"))
    lab.host.pause(domid)
    lab.host.pause(domid)
    lab.host.unpause(domid)
    assert lab.states() == {"web": "p"}
    lab.host.unpause(domid)
    assert lab.states() == {"web": "b"}
    with pytest.raises(Failure, match="Unpausing domain: Invalid argument"):
        lab.host.unpause(domid)


def test_a_paused_guest_does_not_run(lab: Lab) -> None:
    domid = lab.create(config("web"))
    lab.clock.go(0.5)
    lab.host.pause(domid)
    before = (lab.host.find("web").cpu_time, read(lab, domid))
    lab.clock.go(100)
    assert (lab.host.find("web").cpu_time, read(lab, domid)) == before
    lab.host.unpause(domid)
    lab.clock.go(0.1)
    assert lab.states() == {"web": "r"}


def test_shutdown(lab: Lab) -> None:
    domid = lab.booted(config("web"))
    assert lab.host.shutdown(domid) is False
    assert lab.states() == {"web": "r"}
    assert lab.host.stopped(domid) is None
    lab.clock.go(1.1)
    assert lab.states() == {}
    assert lab.host.stopped(domid) == StopEvent(domid=1, name="web", reason=0, action="destroy", gone=True)


def test_shutdown_waits_for_the_boot(lab: Lab) -> None:
    domid = lab.create(config("web"))
    lab.host.shutdown(domid)
    lab.clock.go(1.5)
    assert lab.host.stopped(domid) is None
    lab.clock.go(1)
    assert lab.host.stopped(domid) is not None


def test_shutdown_waits_for_unpause(lab: Lab) -> None:
    domid = lab.booted(config("web"))
    lab.host.pause(domid)
    lab.host.shutdown(domid)
    lab.clock.go(60)
    assert lab.states() == {"web": "p"}
    lab.host.unpause(domid)
    lab.clock.go(0.5)
    lab.host.pause(domid)
    lab.clock.go(60)
    lab.host.unpause(domid)
    assert lab.host.stopped(domid) is None
    lab.clock.go(0.6)
    assert lab.host.stopped(domid) is not None


def test_the_first_request_counts(lab: Lab) -> None:
    domid = lab.booted(config("web", on_reboot="restart"))
    lab.host.shutdown(domid)
    lab.clock.go(0.5)
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(0.6)
    assert lab.states() == {}


def test_without_pv_drivers_only_the_button_helps(lab: Lab) -> None:
    domid = lab.booted(config("win", "hvm", info={"u": Hvm(xen_platform_pci=False)}))
    with pytest.raises(NoPvDrivers) as caught:
        lab.host.shutdown(domid, reboot=True)
    assert caught.value.lines == (
        "PV control interface not available: external graceful reboot not possible.",
        'Use "-F" to fallback to ACPI reset event.',
        "reboot failed (rc=-10)",
    )
    assert caught.value.status == 1
    assert lab.host.shutdown(domid, force=True) is True
    lab.clock.go(2)
    assert lab.states() == {}


def test_an_hvm_guest_has_pv_drivers(lab: Lab) -> None:
    domid = lab.booted(config("web", "hvm"))
    assert lab.host.shutdown(domid, force=True) is False


def test_destroy_is_seen_as_an_end(lab: Lab) -> None:
    domid = lab.booted(config("web"))
    lab.host.destroy(domid)
    assert lab.host.stopped(domid) == StopEvent(domid=1, name="web", reason=None, gone=True)


def test_things_happen_in_order(lab: Lab) -> None:
    """The memory of one that ends is there for one that restarts later."""
    first = lab.booted(config("a"))
    second = lab.booted(config("b", on_reboot="restart"))
    lab.host.shutdown(second, reboot=True)
    lab.clock.go(0.2)
    lab.host.shutdown(first)
    lab.clock.go(100)
    assert lab.states() == {"b": "b"}
    assert lab.host.info().free_memory_kib < lab.facts.guest_memory_kib


def test_a_clock_that_goes_back_does_no_harm(lab: Lab) -> None:
    domid = lab.booted(config("web"))
    before = lab.host.find("web")
    lab.clock.go(-86400)
    after = lab.host.find("web")
    assert before.uptime is not None
    assert after.uptime is not None
    assert after.uptime <= before.uptime + 0.001
    assert lab.states() == {"web": "b"}
    lab.host.shutdown(domid)
    lab.clock.go(0.5)
    assert lab.host.stopped(domid) is None
    lab.clock.go(0.6)
    assert lab.states() == {}


def test_a_clock_that_jumps_ahead_does_no_harm(lab: Lab) -> None:
    lab.create(config("web"))
    lab.clock.go(10 * 365 * 86400)
    assert lab.states() == {"web": "b"}
    lab.clock.go(-10 * 365 * 86400)
    lab.host.shutdown(1)
    lab.clock.go(2)
    assert lab.states() == {}


def test_a_deep_sleep_in_the_middle_of_a_boot(lab: Lab) -> None:
    lab.create(config("web"))
    lab.clock.go(0.5)
    lab.clock.go(8 * 3600)
    assert lab.states() == {"web": "b"}
