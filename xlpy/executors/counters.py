"""What the devices of domains have moved so far, as xentop shows it: the facet `executor.counters`.

Counters only grow while a domain lives, and begin at 0 with it. Directions are the guest's: what it receives is rx.
"""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # typing is slow to import


class NetCounters(Record):
    """A network interface of a domain."""

    devid: int
    rx_bytes: int = 0
    rx_packets: int = 0
    rx_errors: int = 0
    rx_drops: int = 0
    tx_bytes: int = 0
    tx_packets: int = 0
    tx_errors: int = 0
    tx_drops: int = 0


class DiskCounters(Record):
    """A disk of a domain; sectors have 512 bytes."""

    vdev: str
    number: int
    """Xen's number of the vdev: 51712 for xvda."""
    waits: int = 0
    """How often a request had to wait because all slots were taken (xentop: VBD_OO)."""
    read_requests: int = 0
    write_requests: int = 0
    read_sectors: int = 0
    written_sectors: int = 0


class DomainCounters(Record):
    """All counters of a domain."""

    nets: tuple[NetCounters, ...] = ()
    disks: tuple[DiskCounters, ...] = ()


class Counters(Protocol):
    """Reads the counters of a host."""

    def of(self, domid: int) -> DomainCounters:
        """The counters of a domain (else UnknownDomain); a host that cannot count raises Failure, with the reason."""
