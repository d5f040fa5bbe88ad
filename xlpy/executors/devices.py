"""Facet `devices` of an executor: disks, network interfaces and their kin of a running domain."""

from __future__ import annotations

from types import MappingProxyType

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Protocol

    from xlpy.devices.disk import Disk
    from xlpy.executors import LibxlMessage
    from xlpy.libxl import DeviceRecord
else:
    Protocol = object  # typing is slow to import


class DeviceInfo(Record):
    """A device of a domain as xl's -list verbs see it."""

    device: DeviceRecord
    """What it was made from, with what the host has chosen: the MAC, the devid."""
    devid: int
    """51712 for xvda; for a USB device its controller * 256 + its port; else it counts from 0."""
    backend_domid: int = 0
    kind: str = ""
    """The kind of its backend, a component of its path: vbd, qdisk, vif ..."""
    backend: str = ""
    """The path of the backend in xenstore; empty where the host does not know it."""
    frontend: str = ""
    state: int = 0
    """XenbusState of the frontend, 1 to 6; 4 is connected, 0 where the host does not know it."""
    backend_state: int = 0
    front: Mapping[str, str] = MappingProxyType({})
    """What stands in xenstore below the frontend: `event-channel`, `tx-ring-ref`, `queue-0/ring-ref` ..."""


class Devices(Protocol):
    """Every method takes a domid; KIND is the KIND of a device class: disk, vif, vtpm, vkb, vdispl, vsnd, usbctrl ...

    They raise UnknownDomain, or LibxlError. What libxl says though it goes on is returned.
    """

    def attached(self, domid: int, kind: str) -> Sequence[DeviceInfo]:
        """The devices of one class, in the order in which xl lists them."""

    def attach(self, domid: int, device: DeviceRecord) -> Sequence[LibxlMessage]:
        """Add a device; libxl chooses what the record leaves open: devid, MAC, backend."""

    def detach(
        self, domid: int, kind: str, devid: int, *, force: bool = False, safe: bool = False
    ) -> Sequence[LibxlMessage]:
        """Take a device away, with the guest's consent; waits 10 s for that.

        Then it goes all the same, unless this is to be SAFE (xl block-detach). With FORCE nobody is asked.
        """

    def change_medium(self, domid: int, disk: Disk) -> Sequence[LibxlMessage]:
        """Put another medium into the CD drive that has the vdev of DISK; a disk of format `empty` ejects."""
