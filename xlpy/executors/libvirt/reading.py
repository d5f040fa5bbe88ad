"""The devices in libvirt's XML of a domain -> the records of libxl."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.usbctrl import Usbctrl
from xlpy.devices.usbdev import Hostdev, Usbdev
from xlpy.devices.vif import Vif
from xlpy.values import parse_vdev

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from xml.etree.ElementTree import Element

    from xlpy.devices.disk import DiskBackend, DiskFormat
    from xlpy.libxl import DeviceRecord

_BACKENDS: dict[str, DiskBackend] = {"phy": "phy", "tap": "tap", "tap2": "tap", "qemu": "qdisk"}
_FORMATS: dict[str, DiskFormat] = {"qcow": "qcow", "qcow2": "qcow2", "vhd": "vhd", "qed": "qed"}
_IN_BACKEND = re.compile(r"vif\d+\.(?P<devid>\d+)(-emu)?")
"""How libxl calls the network interfaces of guests in the backend's domain."""


def devices(root: Element, kind: str) -> Iterator[tuple[Element, DeviceRecord, int]]:
    """Each device of a class: its element, what it is, its devid."""
    path, read = _READERS.get(kind, ("none", _disk))
    devid = -1
    for element in root.findall(f"./devices/{path}"):
        device = read(element)
        devid = _devid(element, device, devid + 1)
        yield element, device, devid


def _devid(element: Element, device: DeviceRecord, following: int) -> int:
    """The number of a device; libxl counts on, which tells that of an interface that has no name, or its user's."""
    if isinstance(device, Disk):
        return parse_vdev(device.vdev or "").number
    if isinstance(device, Vif):
        found = _IN_BACKEND.fullmatch(_attribute(element, "target", "dev") or "")
        return int(found["devid"]) if found else following
    return device.devid if isinstance(device, Usbctrl) else following


def _disk(element: Element) -> Disk:
    image = _attribute(element, "driver", "type") or "raw"
    path = _attribute(element, "source", "file") or _attribute(element, "source", "dev") or _of_network(element)
    is_cdrom = element.get("device") == "cdrom"
    return Disk(
        vdev=_attribute(element, "target", "dev"),
        pdev_path=path,
        backend=_BACKENDS.get(_attribute(element, "driver", "name") or "", "unknown"),
        format=_FORMATS.get(image, "raw") if path else "empty",
        readwrite=int(element.find("readonly") is None and not is_cdrom),
        is_cdrom=int(is_cdrom),
        removable=int(is_cdrom),
        backend_domname=_attribute(element, "backenddomain", "name"),
    )


def _of_network(element: Element) -> str | None:
    """The image as QEMU calls it, without how it is reached."""
    protocol, name = _attribute(element, "source", "protocol"), _attribute(element, "source", "name")
    return f"{protocol}:{name}" if protocol and name else None


def _vif(element: Element) -> Vif:
    name = _attribute(element, "target", "dev") or ""
    model = _attribute(element, "model", "type")
    return Vif(
        mac=_attribute(element, "mac", "address"),
        bridge=_attribute(element, "source", "bridge"),
        script=_attribute(element, "script", "path"),
        ip=" ".join(ip.get("address", "") for ip in element.findall("ip")) or None,
        ifname=None if _IN_BACKEND.fullmatch(name) else name or None,
        model=None if model == "netfront" else model,
        backend_domname=_attribute(element, "backenddomain", "name"),
    )


def _pci(element: Element) -> Pci:
    domain, bus, slot, function = (
        int(_attribute(element, "source/address", name) or "0", 16) for name in ("domain", "bus", "slot", "function")
    )
    return Pci(domain=domain, bus=bus, dev=slot, func=function, seize=element.get("managed") == "yes")


def _controller(element: Element) -> Usbctrl:
    version = 1 if element.get("model") == "qusb1" else 2
    return Usbctrl(type="qusb", devid=int(element.get("index", 0)), version=version, ports=int(element.get("ports", 8)))


def _usb(element: Element) -> Usbdev:
    bus, number = (int(_attribute(element, "source/address", name) or 0) for name in ("bus", "device"))
    return Usbdev(u=Hostdev(hostbus=bus, hostaddr=number))


def _attribute(element: Element, path: str, name: str) -> str | None:
    found = element.find(path)
    return None if found is None else found.get(name)


_READERS: dict[str, tuple[str, Callable[[Element], DeviceRecord]]] = {
    "disk": ("disk", _disk),
    "vif": ("interface", _vif),
    "pci": ("hostdev[@type='pci']", _pci),
    "usbctrl": ("controller[@type='usb']", _controller),
    "usbdev": ("hostdev[@type='usb']", _usb),
}
"""Class -> where its devices stand, and how one is read; libvirt has no other classes."""
