"""Disks and CD drives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.disk import Disk
from xlpy.lower import netdisk
from xlpy.lower.guest import backend_domain, element
from xlpy.values import Vdev, parse_vdev

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.lower.guest import Guest

_DRIVERS = {"phy": "phy", "tap": "tap", "qdisk": "qemu"}
"""Libxl's backends; without a name the driver leaves the choice to libxl, for raw images."""
_BUSES = {"xvd": "xen", "sd": "scsi", "hd": "ide"}
_IDE_MAJORS = {3: 0, 22: 2}
"""The numbers of the two channels, and the first disk of each."""


def disks(guest: Guest) -> Iterator[Element]:
    """One element each; a disk that libvirt cannot have is left out."""
    _check_first(guest)
    for index, disk in enumerate(guest.config.devices_of(Disk)):
        made = _disk(guest, disk, f"disk[{index}]")
        if made is not None:
            yield made


def _check_first(guest: Guest) -> None:
    """A bootloader looks into the first disk, and libvirt sorts them."""
    if guest.type == "hvm" or guest.config.b_info.bootloader is None:
        return
    numbers = [vdev.disk for disk in guest.config.devices_of(Disk) if (vdev := _vdev(disk.vdev or ""))]
    if numbers and numbers[0] != min(numbers):
        what = f"vdev={guest.config.devices_of(Disk)[0].vdev}"
        why = "libvirt sorts disks by their names, so that the bootloader would look into another one"
        guest.lose("disk", "disk[0].vdev", what, why=why)


def _disk(guest: Guest, disk: Disk, field: str) -> Element | None:
    source = _source(guest, disk, field)
    vdev = _vdev(disk.vdev or "")
    if vdev is None:
        guest.lose("disk", f"{field}.vdev", f"vdev={disk.vdev}", why="libvirt knows xvdX, hdX and sdX")
    if vdev is None or (source is None and (disk.pdev_path or not disk.is_cdrom)):
        return None
    backend = guest.line("disk", f"{field}.backend_domname", backend_domain(disk))
    return element(
        "disk",
        _driver(disk),
        source,
        None if backend is None else element("backenddomain", name=backend),
        element("target", dev=vdev.name, bus=_BUSES[vdev.bus] if guest.type == "hvm" else "xen"),
        None if disk.readwrite and not disk.is_cdrom else element("readonly"),
        type=_type(disk, source),
        device="cdrom" if disk.is_cdrom else "disk",
    )


def _source(guest: Guest, disk: Disk, field: str) -> Element | None:
    """Where the image is; None for an empty drive, and for what libvirt cannot reach."""
    target, place = disk.pdev_path or "", f"{field}.pdev_path"
    if not netdisk.protocol(target):
        path = guest.path("disk", place, target, f"target={target}")
        is_block = disk.backend == "phy" or target.startswith("/dev/")
        return None if path is None else element("source", **{"dev" if is_block else "file": path})
    what = f"target={netdisk.shown(target)}"
    made = netdisk.source(target, disk.backend) if guest.line("disk", place, target, what) else None
    if isinstance(made, str):
        guest.lose("disk", place, what, why=made)
        return None
    return made


def _type(disk: Disk, source: Element | None) -> str:
    """Where libvirt looks for the image."""
    if source is None:
        return "block" if disk.backend == "phy" else "file"
    return "network" if source.get("protocol") else "file" if source.get("file") else "block"


def _driver(disk: Disk) -> Element | None:
    """What reads the image; a format other than raw needs QEMU."""
    is_raw = disk.format in ("raw", "unknown")
    is_empty = disk.format == "empty"
    unchosen = None if is_raw or is_empty else "qemu"
    discard = None if disk.discard_enable is None else "unmap" if disk.discard_enable else "ignore"
    name = _DRIVERS.get(disk.backend, unchosen)
    if is_empty and name is None:
        return None
    image = "raw" if is_raw else None if is_empty else disk.format
    return element("driver", name=name, type=image, discard=discard)


def _vdev(text: str) -> Vdev | None:
    """A virtual device under a name that libvirt knows: xvdX, hdX or sdX."""
    try:
        vdev = parse_vdev(text)
    except ValueError:
        return None
    return vdev if vdev.bus in _BUSES else _by_number(vdev.number)


def _by_number(number: int) -> Vdev | None:
    """The device that Xen knows by a number."""
    major, minor = divmod(number, 256)
    if number >> 28 == 1:
        return Vdev("xvd", (number >> 8) & 0xFFFFF, minor, number)
    if major == 202:
        return Vdev("xvd", minor >> 4, minor & 15, number)
    if major == 8:
        return Vdev("sd", minor >> 4, minor & 15, number)
    if major in _IDE_MAJORS:
        return Vdev("hd", _IDE_MAJORS[major] + (minor >> 6 & 1), minor & 63, number)
    return None
