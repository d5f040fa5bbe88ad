"""What simulated devices have moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import DISK, VIF, config
from xlpy.executors import UnknownDomain
from xlpy.executors.counters import DomainCounters

if TYPE_CHECKING:
    from tests.sim.guests import Lab

CDROM = DISK.replace(vdev="xvdb", pdev_path="/var/lib/xen/iso/a.iso", readwrite=0, is_cdrom=1)
EMPTY = DISK.replace(vdev="hdc", pdev_path=None, format="empty", readwrite=0, is_cdrom=1)


def test_a_paused_guest_has_moved_nothing(lab: Lab) -> None:
    domid = lab.create(config(devices=(DISK, VIF)), paused=True)
    lab.clock.go(60)
    (net,), (disk,) = lab.host.counters.of(domid).nets, lab.host.counters.of(domid).disks
    assert (net.devid, net.rx_bytes, net.tx_bytes) == (0, 0, 0)
    assert (disk.vdev, disk.number, disk.read_requests, disk.write_requests) == ("xvda", 51712, 0, 0)


def test_counters_grow_with_the_time_of_the_guest(lab: Lab) -> None:
    domid = lab.booted(config(devices=(DISK, VIF)))
    early = lab.host.counters.of(domid)
    lab.clock.go(100)
    late = lab.host.counters.of(domid)
    assert late.nets[0].rx_packets > early.nets[0].rx_packets > 0
    assert late.nets[0].rx_bytes > late.nets[0].tx_bytes > early.nets[0].tx_bytes
    assert late.disks[0].written_sectors > early.disks[0].written_sectors
    assert early.disks[0].read_requests > 1000  # the boot


def test_only_the_disk_that_boots_is_read_much_and_only_writable_ones_are_written(lab: Lab) -> None:
    domid = lab.booted(config(devices=(DISK, CDROM, EMPTY)))
    lab.clock.go(100)
    first, second, empty = lab.host.counters.of(domid).disks
    assert first.read_requests > 100 * second.read_requests > 0
    assert second.written_sectors == 0
    assert (empty.number, empty.read_requests, empty.write_requests) == (5632, 0, 0)


def test_domain_0_has_no_devices_and_others_are_unknown(lab: Lab) -> None:
    assert lab.host.counters.of(0) == DomainCounters()
    with pytest.raises(UnknownDomain):
        lab.host.counters.of(7)
