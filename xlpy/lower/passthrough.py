"""Controllers, and devices of the host that the guest gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.pci import Pci
from xlpy.devices.usbctrl import Usbctrl
from xlpy.devices.usbdev import Usbdev
from xlpy.libxl import UNSET32
from xlpy.lower.guest import element, yes_no
from xlpy.values import ALL_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.lower.guest import Guest


def controllers(guest: Guest) -> Iterator[Element]:
    """The bus of Xen, where its limits are set, and USB controllers, which are QEMU's PV ones."""
    info = guest.config.b_info
    frames = info.max_grant_frames if info.max_grant_frames not in (0, UNSET32) else None
    channels = info.event_channels or None
    if frames or channels:
        yield element("controller", type="xenbus", index=0, maxGrantFrames=frames, maxEventChannels=channels)
    for index, controller in enumerate(guest.config.devices_of(Usbctrl)):
        number = index if controller.devid < 0 else controller.devid
        model = "qusb1" if controller.version == 1 else "qusb2"
        yield element("controller", type="usb", index=number, model=model, ports=controller.ports or None)


def hostdevs(guest: Guest) -> Iterator[Element]:
    """PCI devices, then those of USB."""
    for index, device in enumerate(guest.config.devices_of(Pci)):
        if device.name is None:
            yield _pci(guest, device, f"pci[{index}]")
    for index, usb in enumerate(guest.config.devices_of(Usbdev)):
        if usb.u is None or not (usb.u.hostbus and usb.u.hostaddr):
            guest.lose(
                "usbdev", f"usbdev[{index}]", f"usbdev {usb.title()}", why="libvirt needs the bus and the device"
            )
            continue
        address = element("address", bus=usb.u.hostbus, device=usb.u.hostaddr)
        yield element("hostdev", element("source", address), mode="subsystem", type="usb", managed="no")


def _pci(guest: Guest, device: Pci, field: str) -> Element:
    """A device that is seized is taken from its driver by libvirt."""
    if device.vfunc_mask == ALL_FUNCTIONS:
        guest.lose("pci", f"{field}.vfunc_mask", device.bdf, token="bdf")
    address = element(
        "address",
        domain=f"0x{device.domain:04x}",
        bus=f"0x{device.bus:02x}",
        slot=f"0x{device.dev:02x}",
        function=f"0x{device.func:x}",
    )
    source = element("source", address, writeFiltering="no" if device.permissive else None)
    return element("hostdev", source, mode="subsystem", type="pci", managed=yes_no(flag=device.seize))
