"""What Xen keeps for a simulated domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import DISK, config
from xlpy.devices.vif import Vif
from xlpy.executors import UnknownDomain

if TYPE_CHECKING:
    from tests.sim.guests import Lab

NIC = Vif(mac="00:16:3e:00:00:02", bridge="xenbr0")


def test_a_paused_domain_has_only_what_libxl_gave_it(lab: Lab) -> None:
    domid = lab.create(config(devices=(DISK, NIC)), paused=True)
    found = lab.host.inspect(domid)
    assert [(one.port, one.use) for one in found.event_channels] == [(1, "xenstore"), (2, "console")]
    assert [(one.ref, one.use) for one in found.grants] == [(0, "console"), (1, "xenstore")]
    assert [(end.frontend_state, end.backend_state) for end in found.devices] == [(1, 2), (1, 2)]
    assert (found.most_event_channels, found.most_grants) == (1023, 32768)


def test_no_event_channel_and_no_grant_is_used_twice(lab: Lab) -> None:
    domid = lab.booted(config("web", "pvh", vcpus=3, devices=(DISK, NIC, NIC.replace(mac="00:16:3e:00:00:03"))))
    lab.host.devices.attach(domid, Vif(bridge="xenbr0"))
    lab.clock.go(1)
    found = lab.host.inspect(domid)
    assert {(end.frontend_state, end.backend_state) for end in found.devices} == {(4, 4)}
    ports = [one.port for one in found.event_channels]
    refs = [ref for one in found.grants for ref in range(one.ref, one.ref + one.count)]
    assert len(set(ports)) == len(ports)
    assert len(set(refs)) == len(refs)
    assert max(ports) < found.most_event_channels
    queues = 3
    assert len(refs) == 2 + queues + 1 + 3 * queues * 514


def test_the_recorded_rings_of_a_guest_with_one_vcpu(lab: Lab) -> None:
    found = lab.host.inspect(lab.booted(config("pvh1", "pvh", devices=(NIC,))))
    assert {(one.ref, one.use) for one in found.grants if "ring" in one.use} == {
        (520, "vif 0 tx-ring-ref"),
        (521, "vif 0 rx-ring-ref"),
    }
    assert {(one.port, one.use) for one in found.event_channels if "vif" in one.use} == {
        (7, "vif 0 event-channel-tx"),
        (8, "vif 0 event-channel-rx"),
    }


def test_who_has_no_grants_left_does_not_connect(lab: Lab) -> None:
    domid = lab.booted(config(devices=(NIC,), info={"max_grant_frames": 2}))
    lab.host.devices.attach(domid, Vif(bridge="xenbr0"))
    lab.clock.go(60)
    assert [end.frontend_state for end in lab.host.inspect(domid).devices] == [4, 1]


def test_domain_0_and_nobody(lab: Lab) -> None:
    assert lab.host.inspect(0).event_channels == ()
    with pytest.raises(UnknownDomain):
        lab.host.inspect(7)


def test_vcpus_that_come_later_have_event_channels_behind_the_devices(lab: Lab) -> None:
    domid = lab.booted(config(devices=(DISK, NIC), info={"max_vcpus": 3}))
    before = {one.port for one in lab.host.inspect(domid).event_channels}
    lab.host.cpus.set_online(domid, (0, 1, 2))
    lab.clock.go(3)
    ports = [one.port for one in lab.host.inspect(domid).event_channels]
    assert len(set(ports)) == len(ports) == len(before) + 2 * 6
    assert before < set(ports)
