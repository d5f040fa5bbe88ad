"""One device -> the XML with which libvirt attaches it to a domain that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.usbctrl import Usbctrl
from xlpy.devices.usbdev import Usbdev
from xlpy.devices.vif import Vif
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Hvm, Pv, Pvh
from xlpy.lost import Lost, find
from xlpy.lower import disk, nic, passthrough
from xlpy.lower.guest import ASSUMED, Guest

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from xlpy.libxl import DeviceRecord, DomainType
    from xlpy.release import Release

_LOWERED = {
    Disk: disk.disks,
    Vif: nic.interfaces,
    Usbctrl: passthrough.controllers,
    Usbdev: passthrough.hostdevs,
    Pci: passthrough.hostdevs,
}
"""What the driver can attach."""
_UNIONS = {"pv": Pv, "pvh": Pvh, "hvm": Hvm}


def lower_device(device: DeviceRecord, kind: DomainType, release: Release) -> tuple[Element | None, tuple[Lost, ...]]:
    """The element, None for what libvirt cannot attach to a guest of this KIND, and what is lost of the device."""
    lowered = _LOWERED.get(type(device))
    if lowered is None:
        return None, ()
    config = DomainConfig(
        c_info=CreateInfo(name="guest", type=kind), b_info=BuildInfo(u=_UNIONS[kind]()), devices=(device,)
    )
    guest = Guest(config, release, ASSUMED)
    made = next(lowered(guest), None)
    of_device = (one for one in find(config, release) if one.field.startswith(f"{device.KIND}["))
    return made, tuple(dict.fromkeys([*of_device, *guest.lost]))
