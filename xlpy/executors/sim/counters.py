"""The counters of simulated devices: what a guest has moved follows from how long it has booted and run."""

from __future__ import annotations

from xlpy.executors.counters import DiskCounters, DomainCounters, NetCounters
from xlpy.executors.sim import rows
from xlpy.values import parse_vdev

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from xlpy.devices.disk import Disk
    from xlpy.executors.sim.facets import Facets

_SECTORS_PER_READ = 32
_SECTORS_PER_WRITE = 16
_BOOT_READS = 1400
"""Requests for each second of booting, from the first disk; idle guests hardly read."""
_IDLE_READS = 0.05
_IDLE_WRITES = 0.8
_RX_PACKETS = 3.0
"""Each second, broadcasts among them."""
_TX_PACKETS = 1.0
_RX_BYTES = 92
_TX_BYTES = 74


class SimCounters:
    """See the Counters protocol."""

    def __init__(self, host: Facets) -> None:
        """The counters of HOST."""
        self._host = host

    def of(self, domid: int) -> DomainCounters:
        """The counters of a domain; Domain-0 has no devices."""
        from xlpy.devices.disk import Disk
        from xlpy.devices.vif import Vif

        if domid == 0:
            return DomainCounters()
        config = self._host.config(domid)
        with self._host.store.look() as now:
            row = rows.domain(self._host.db, domid)
            ran, booting = rows.guest_time(row, now), _seconds_of_boot(row, now)
        nets = [device for device in config.devices if isinstance(device, Vif)]
        disks = [device for device in config.devices if isinstance(device, Disk)]
        return DomainCounters(
            nets=tuple(_net(max(place, net.devid), ran) for place, net in enumerate(nets)),
            disks=tuple(_disk(disk, ran, booting if place == 0 else 0.0) for place, disk in enumerate(disks)),
        )


def _seconds_of_boot(row: sqlite3.Row, now: float) -> float:
    return max(0.0, min(rows.guest_time(row, now), float(row["booted"])) - float(row["booting"]))


def _net(devid: int, ran: float) -> NetCounters:
    heard, sent = int(ran * _RX_PACKETS), int(ran * _TX_PACKETS)
    return NetCounters(
        devid=devid, rx_packets=heard, rx_bytes=heard * _RX_BYTES, tx_packets=sent, tx_bytes=sent * _TX_BYTES
    )


def _disk(disk: Disk, ran: float, booting: float) -> DiskCounters:
    """An empty drive or a read-only disk is not written to."""
    reads = int(booting * _BOOT_READS + ran * _IDLE_READS) if disk.pdev_path else 0
    writes = int(ran * _IDLE_WRITES) if disk.pdev_path and disk.readwrite else 0
    vdev = disk.vdev or "0"
    return DiskCounters(
        vdev=vdev,
        number=parse_vdev(vdev).number,
        read_requests=reads,
        read_sectors=reads * _SECTORS_PER_READ,
        write_requests=writes,
        written_sectors=writes * _SECTORS_PER_WRITE,
    )
