"""The configurations that the simulated host keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import DISK, MIB, VIF, config
from xlpy.executors import UnknownDomain
from xlpy.libxl import UNSET64, SchedParams

if TYPE_CHECKING:
    from tests.sim.guests import Lab


def _rebooted(lab: Lab, domid: int) -> int:
    """The domid of what follows a reboot, up and idle."""
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(6)
    event = lab.host.stopped(domid)
    assert event is not None
    assert event.successor is not None
    return event.successor


def test_what_is_stored_is_what_was_built(lab: Lab) -> None:
    vif = VIF.replace(mac="00:16:3e:01:02:03", nictype="vif")
    given = config(vcpus=2, devices=(DISK, vif), on_reboot="restart")
    domid = lab.create(given)
    kept = lab.host.config(domid)
    assert kept.b_info.video_memkb == 0
    assert kept.b_info.sched_params == SchedParams(sched="credit2", weight=256, cap=0)
    assert kept.b_info.arch_x86.msr_relaxed is False
    assert kept.c_info.domid == domid
    same = {name: getattr(given.b_info, name) for name in ("video_memkb", "sched_params", "arch_x86")}
    disk = DISK.replace(colo_restore_enable=False)
    given = given.replace(devices=(disk, vif))
    assert kept.replace(c_info=given.c_info, b_info=kept.b_info.replace(**same)) == given


def test_what_was_left_to_libxl_is_filled_in(lab: Lab) -> None:
    open_ones = config(info={"max_memkb": UNSET64, "max_vcpus": 0, "avail_vcpus": ()})
    kept = lab.host.config(lab.create(open_ones)).b_info
    assert kept.max_memkb == kept.target_memkb
    assert (kept.max_vcpus, kept.avail_vcpus) == (0, ())


def test_it_follows_a_new_name(lab: Lab) -> None:
    domid = lab.create(config())
    lab.host.rename(domid, "shop")
    assert lab.host.config(domid).name == "shop"


def test_domain_0_has_one(lab: Lab) -> None:
    kept = lab.host.config(0)
    assert (kept.name, kept.memory_kib, kept.b_info.sched_params.sched) == ("Domain-0", 4096 * MIB - 1, "credit2")


def test_a_reboot_keeps_it(lab: Lab) -> None:
    domid = lab.booted(config(devices=(DISK,), on_reboot="restart"))
    before = lab.host.config(domid)
    after = lab.host.config(_rebooted(lab, domid))
    assert after.replace(c_info=after.c_info.replace(domid=domid)) == before


def test_another_one_counts_from_the_next_reboot_on(lab: Lab) -> None:
    domid = lab.booted(config(on_reboot="restart"))
    before = lab.host.config(domid)
    lab.host.update_config(domid, config("shop", memory=256, on_reboot="restart"))
    assert lab.host.config(domid) == before
    after = _rebooted(lab, domid)
    assert (lab.host.config(after).name, lab.host.find("shop").memory_kib) == ("shop", 256 * MIB)
    assert lab.host.config(_rebooted(lab, after)).memory_kib == 256 * MIB


def test_another_one_that_cannot_be_built_leaves_nothing(lab: Lab) -> None:
    domid = lab.booted(config(on_reboot="restart"))
    lab.host.update_config(domid, config(info={"kernel": "/nosuch"}, on_reboot="restart"))
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(6)
    assert lab.states() == {}


def test_unknown_domains_have_none(lab: Lab) -> None:
    with pytest.raises(UnknownDomain):
        lab.host.config(9)
    with pytest.raises(UnknownDomain):
        lab.host.update_config(9, config())
