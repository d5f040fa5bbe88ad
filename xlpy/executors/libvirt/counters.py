"""The facet `counters` through libvirt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring

from xlpy.executors.counters import DiskCounters, DomainCounters, NetCounters
from xlpy.executors.libvirt import reading
from xlpy.values import parse_vdev

if TYPE_CHECKING:
    from xlpy.executors.libvirt.access import Access

_SECTOR = 512


class LibvirtCounters:
    """See the Counters protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def of(self, domid: int) -> DomainCounters:
        """What the devices have moved; one that libvirt cannot count has moved nothing."""
        return self._access.on(domid, self._look)

    def _look(self, domain: Any) -> DomainCounters:
        root = fromstring(domain.XMLDesc(0))
        nets = [(devid, element.find("target")) for element, _, devid in reading.devices(root, "vif")]
        disks = [target.get("dev", "") for target in root.findall("./devices/disk/target")]
        return DomainCounters(
            nets=tuple(self._net(domain, devid, "" if at is None else at.get("dev", "")) for devid, at in nets),
            disks=tuple(self._disk(domain, name) for name in disks),
        )

    def _net(self, domain: Any, devid: int, name: str) -> NetCounters:
        name = name or f"vif{domain.ID()}.{devid}"
        try:
            received, in_packets, in_errors, in_drops, sent, packets, errors, drops = domain.interfaceStats(name)
        except self._access.api.libvirtError:
            return NetCounters(devid=devid)
        return NetCounters(
            devid=devid,
            rx_bytes=received,
            rx_packets=in_packets,
            rx_errors=in_errors,
            rx_drops=in_drops,
            tx_bytes=sent,
            tx_packets=packets,
            tx_errors=errors,
            tx_drops=drops,
        )

    def _disk(self, domain: Any, vdev: str) -> DiskCounters:
        number = parse_vdev(vdev).number
        try:
            reads, read, writes, written, _errors = domain.blockStats(vdev)
        except self._access.api.libvirtError:
            return DiskCounters(vdev=vdev, number=number)
        return DiskCounters(
            vdev=vdev,
            number=number,
            read_requests=reads,
            write_requests=writes,
            read_sectors=read // _SECTOR,
            written_sectors=written // _SECTOR,
        )
