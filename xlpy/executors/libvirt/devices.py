"""The facet `devices` through libvirt: the XML of a domain tells what it has; xenstore on Dom0, how it fares."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, fromstring, tostring

from xlpy.devices.usbctrl import Usbctrl
from xlpy.devices.usbdev import Usbdev
from xlpy.devices.vif import Vif
from xlpy.diagnostic import Severity
from xlpy.executors import Failure
from xlpy.executors.devices import DeviceInfo
from xlpy.executors.libvirt import errors, facts, reading
from xlpy.executors.sim.refusals import exists, no_drive, not_added
from xlpy.lower.device import lower_device
from xlpy.xenstore import link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.devices.disk import Disk
    from xlpy.executors import LibxlMessage
    from xlpy.executors.libvirt.access import Access
    from xlpy.libxl import DeviceRecord, DomainType

    _Found = tuple[Element, DeviceRecord, int]

_TYPES: dict[str, DomainType] = {"hvm": "hvm", "xenpvh": "pvh"}
_NO_DRIVE = ("No device with bus", "Removable media not supported", "cannot be updated")
_WORDS = ("state", "event-channel", "ring-ref", "tx-ring-ref", "rx-ring-ref", "handle", "mac")


class LibvirtDevices:
    """See the Devices protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def attached(self, domid: int, kind: str) -> Sequence[DeviceInfo]:
        """Those that libvirt knows."""
        root = self._access.on(domid, lambda domain: fromstring(domain.XMLDesc(0)))
        guest = _guest(root)
        return [self._info(domid, guest, device, devid) for _, device, devid in self._found(domid, root, kind)]

    def _found(self, domid: int, root: Element, kind: str) -> list[_Found]:
        """The devices of a class: element, what it is, devid; of some xenstore knows that better."""
        found = [*reading.devices(root, kind)]
        if kind == Usbdev.KIND:
            return [*self._in_ports(domid, root, found)]
        if kind != Vif.KIND or self._access.modules.store is None:
            return found
        folder = f"/libxl/{domid}/device/vif"
        numbers = self._access.modules.xenstore("xenstore", "ls", folder) or []
        by_mac = {self._access.modules.read(f"{folder}/{number}/mac"): int(number) for number in numbers}
        return [(element, vif, by_mac.get(getattr(vif, "mac", None), devid)) for element, vif, devid in found]

    def _in_ports(self, domid: int, root: Element, found: Sequence[_Found]) -> Iterator[_Found]:
        """USB devices, numbered by controller and port; without xenstore in the first ports, where libxl begins."""
        ports: dict[int, str | None] = {}
        for _, controller, devid in reading.devices(root, Usbctrl.KIND):
            mirror = link(controller, domid, devid, _guest(root)).mirror
            for port in range(1, getattr(controller, "ports", 0) + 1):
                ports[devid * 256 + port] = self._access.modules.read(f"{mirror}/port/{port}")
        places = {where: devid for devid, busid in ports.items() if busid and (where := facts.usb_address(busid))}
        free = iter([devid for devid in ports if devid not in places.values()])
        for element, device, following in found:
            known = places.get(_usb_address(device) or (0, 0))
            yield element, device, next(free, following) if known is None else known

    def attach(self, domid: int, device: DeviceRecord) -> Sequence[LibxlMessage]:
        """Add a device, if libvirt has all the words for it."""
        try:
            self._change(domid, device, "attachDeviceFlags")
        except Failure as failure:
            if "already exists" not in str(failure):
                raise
            raise not_added(exists(domid, device.KIND)) from None
        return ()

    def detach(
        self, domid: int, kind: str, devid: int, *, force: bool = False, safe: bool = False
    ) -> Sequence[LibxlMessage]:
        """libxl waits for the guest, then takes it all the same."""
        root = self._access.on(domid, lambda domain: fromstring(domain.XMLDesc(0)))
        found = [element for element, _, number in self._found(domid, root, kind) if number == devid]
        if not found:
            raise Failure(f"libxl: error: Domain {domid}:no {kind} {devid}", advice=f"libvirt knows no such {kind}")
        xml = tostring(found[0], encoding="unicode")
        live = self._access.api.VIR_DOMAIN_AFFECT_LIVE
        self._access.act(domid, lambda domain: domain.detachDeviceFlags(xml, live))
        return ()

    def change_medium(self, domid: int, disk: Disk) -> Sequence[LibxlMessage]:
        """Another medium in a CD drive."""
        try:
            self._change(domid, disk, "updateDeviceFlags")
        except Failure as failure:
            if not any(words in str(failure) for words in _NO_DRIVE):
                raise
            raise no_drive(domid) from None
        return ()

    def _change(self, domid: int, device: DeviceRecord, method: str) -> None:
        kind = self._access.on(domid, lambda domain: _guest(fromstring(domain.XMLDesc(0))))
        xml = device_xml(self._access, device, kind)
        live = self._access.api.VIR_DOMAIN_AFFECT_LIVE
        self._access.act(domid, lambda domain: getattr(domain, method)(xml, live))

    def _info(self, domid: int, guest: DomainType, device: DeviceRecord, devid: int) -> DeviceInfo:
        ends = link(device, domid, devid, guest)
        backend = self._access.modules.read(f"{ends.mirror}/backend") or ends.backend
        found = {name: self._access.modules.read(f"{ends.frontend}/{name}") for name in _WORDS}
        front = {name: value for name, value in found.items() if value is not None}
        state = self._access.modules.read(f"{backend}/state")
        return DeviceInfo(
            device=device,
            devid=devid,
            kind=backend.split("/")[5] if backend.count("/") > 5 else ends.kind,
            backend=backend,
            frontend=ends.frontend,
            state=int(front.get("state", 0)),
            backend_state=int(state or 0),
            front=front,
        )


def device_xml(access: Access, device: DeviceRecord, kind: DomainType) -> str:
    """The XML of a device for a guest of a KIND; Failure where libvirt has no words for all of it."""
    made, lost = lower_device(device, kind, facts.release(access.told))
    if made is None or any(one.severity is Severity.ERROR for one in lost):
        reasons = [f"libvirt: error: {errors.printable(f'{one.what}: {one.why}')}" for one in lost]
        raise Failure(*reasons, advice=f"libvirt cannot attach this {device.KIND}; Xen's own xl can")
    for one in lost:
        access.tell(f"not carried out by libvirt: {errors.printable(f'{one.what}: {one.why}')}")
    return tostring(made, encoding="unicode")


def _usb_address(device: DeviceRecord) -> tuple[int, int] | None:
    host = device.u if isinstance(device, Usbdev) else None
    return (host.hostbus, host.hostaddr) if host is not None else None


def _guest(root: Element) -> DomainType:
    return _TYPES.get(root.findtext("./os/type") or "", "pv")
