"""The devices that a guest should have and those that it has -> what differs.

Disks, media and network cards are changed while the guest runs; the boot disk and all else need a new build. Media are
changed in the drives of HVM guests; other guests get another drive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.devices.disk import Disk
from xlpy.devices.vif import NO_MAC, Vif
from xlpy.fleet.edits import AttachDevice, ChangeMedium, DetachDevice
from xlpy.libxl import Hvm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.fleet.compare import Difference
    from xlpy.libxl import DeviceRecord, DomainConfig

_CHOSEN: dict[str, dict[str, Any]] = {
    "vif": {"mac": None, "devid": -1, "nictype": "unknown", "model": None, "bridge": None, "script": None},
    "disk": {"backend": "unknown", "format": "unknown", "specification": "unknown"},
}
"""What libxl fills in where a file leaves it open, with the open values."""


def differences(wanted: DomainConfig, built: DomainConfig, *, exact: bool = True) -> Iterator[Difference]:
    """All of them; where the host does not keep all of a configuration (EXACT), only what both sides say counts."""
    if not exact:
        wanted, built = _common(wanted, built), _common(built, wanted)
    yield from _disks(wanted, built)
    yield from _vifs(wanted, built)
    yield from _others(wanted, built)


def _common(config: DomainConfig, other: DomainConfig) -> DomainConfig:
    """The configuration with the fields of devices open that are open in the other; classes that it lacks are gone."""
    kinds: dict[str, list[DeviceRecord]] = {}
    for device in other.devices:
        kinds.setdefault(device.KIND, []).append(device)
    counts: dict[str, int] = {}
    found = []
    for device in config.devices:
        index = counts.get(device.KIND, 0)
        counts[device.KIND] = index + 1
        kin = kinds.get(device.KIND, [])
        if index < len(kin):
            given = kin[index]
            default = type(device)()
            opened = {
                name: getattr(default, name) for name in device.FIELDS if getattr(given, name) == getattr(default, name)
            }
            found.append(device.replace(**opened))
        elif kin or isinstance(device, Disk | Vif):
            found.append(device)
    return config.replace(devices=tuple(found))


def _disks(wanted: DomainConfig, built: DomainConfig) -> Iterator[Difference]:
    """By their vdev; the first one is what the guest boots from."""
    before = {disk.number(index): disk for index, disk in enumerate(built.devices_of(Disk))}
    after = {disk.number(index): disk for index, disk in enumerate(wanted.devices_of(Disk))}
    fixed = {next(iter(before), None), next(iter(after), None)}
    hvm = built.c_info.type == "hvm"
    for number in sorted(before.keys() | after.keys()):
        old, new = before.get(number), after.get(number)
        name = f"disk {(new or old or Disk()).vdev}"
        if old is None or new is None:
            drive = (old or new or Disk()).is_cdrom and hvm
            yield _one(name, old, new, number, in_place=number not in fixed and not drive)
        elif not _same(new, old):
            medium = {"pdev_path": old.pdev_path, "format": old.format}
            if hvm and new.is_cdrom and _same(new.replace(**medium), old):
                yield _medium(name, old, new)
            else:
                yield _one(name, old, new, number, in_place=number not in fixed and not (new.is_cdrom and hvm))


def _medium(name: str, old: Disk, new: Disk) -> Difference:
    from xlpy.fleet.compare import Difference

    edits, undo = (ChangeMedium(disk=new),), (ChangeMedium(disk=old),)
    return Difference(setting=name, before=_words(old), after=_words(new), edits=edits, undo=undo)


def _vifs(wanted: DomainConfig, built: DomainConfig) -> Iterator[Difference]:
    """By their MAC where the file gives it, else by their place."""
    before = {vif.number(index): vif for index, vif in enumerate(built.devices_of(Vif))}
    after = list(enumerate(wanted.devices_of(Vif)))
    macs = {(vif.mac or "").lower(): number for number, vif in before.items()}
    pairs: dict[int, Vif] = {}
    rest = []
    for index, vif in after:
        number = macs.get((vif.mac or "").lower()) if vif.mac else None
        if number is not None and number not in pairs:
            pairs[number] = vif
        else:
            rest.append((vif.number(index), vif))
    for number, vif in rest:
        free = number if number not in pairs else max([*pairs, *before, -1]) + 1
        pairs[free] = vif
    for number in sorted(before.keys() | pairs.keys()):
        old, new = before.get(number), pairs.get(number)
        if old is None or new is None or not _same(new, old):
            yield _one(f"vif {number}", old, new, number, in_place=True)


def _one(name: str, old: DeviceRecord | None, new: DeviceRecord | None, number: int, *, in_place: bool) -> Difference:
    from xlpy.fleet.compare import Difference

    edits: list[Any] = []
    undo: list[Any] = []
    if in_place and old is not None:
        edits.append(DetachDevice(device=old, devid=number))
        undo.insert(0, AttachDevice(device=old, devid=number))
    if in_place and new is not None:
        placed = new.replace(devid=number) if "devid" in new.FIELDS else new
        edits.append(AttachDevice(device=placed, devid=number))
        undo.insert(0, DetachDevice(device=placed, devid=number))
    words = _words(old) if old else "(none)", _words(new) if new else "(none)"
    if words[0] == words[1] and old is not None and new is not None:
        names = _unlike(new, old)
        words = _fields(old, names), _fields(new, names)
    return Difference(setting=name, before=words[0], after=words[1], edits=tuple(edits), undo=tuple(undo))


def _others(wanted: DomainConfig, built: DomainConfig) -> Iterator[Difference]:
    """Devices of the other classes, by class and place."""
    from xlpy.fleet.compare import Difference

    before, after = _by_place(built), _by_place(wanted)
    if ("usbctrl", 0) not in after and _has_usb(wanted):
        before.pop(("usbctrl", 0), None)  # QEMU's own, which libxl notes
    for place in sorted(before.keys() | after.keys()):
        old, new = before.get(place), after.get(place)
        if old is None or new is None or not _same(new, old):
            words = [one.title() or "there" if one else "(none)" for one in (old, new)]
            if words[0] == words[1] and old is not None and new is not None:
                names = _unlike(new, old)
                words = [_fields(old, names), _fields(new, names)]
            yield Difference(setting=f"{place[0]} {place[1]}", before=words[0], after=words[1])


def _has_usb(config: DomainConfig) -> bool:
    hvm = config.b_info.u
    return isinstance(hvm, Hvm) and bool(hvm.usb or hvm.usbdevice or hvm.usbdevice_list or hvm.usbversion)


def _by_place(config: DomainConfig) -> dict[tuple[str, int], DeviceRecord]:
    counts: dict[str, int] = {}
    found: dict[tuple[str, int], DeviceRecord] = {}
    for device in config.devices:
        if not isinstance(device, Disk | Vif):
            index = counts.get(device.KIND, 0)
            counts[device.KIND] = index + 1
            found[device.KIND, index] = device
    return found


def _same(wanted: DeviceRecord, built: DeviceRecord) -> bool:
    return type(wanted) is type(built) and not _unlike(wanted, built)


def _unlike(wanted: DeviceRecord, built: DeviceRecord) -> list[str]:
    """The fields that differ, but for those that libxl has chosen: those of _CHOSEN, and switches left open."""
    chosen = {"devid": -1, **_CHOSEN.get(wanted.KIND, {})}
    found = []
    for name in wanted.FIELDS:
        after, before = getattr(wanted, name), getattr(built, name)
        left_open = name in chosen and after in (chosen[name], NO_MAC if name == "mac" else chosen[name])
        left_open |= after is None and wanted.FIELDS[name] == "Defbool"
        if after != before and not left_open:
            found.append(name)
    return found


def _words(device: DeviceRecord) -> str:
    if isinstance(device, Disk):
        return device.pdev_path or "empty"
    if isinstance(device, Vif):
        return " ".join(filter(None, (device.bridge or "default bridge", device.mac)))
    return device.title()


def _fields(device: DeviceRecord, names: list[str]) -> str:
    from xlpy.fleet.compare import shown

    return ", ".join(f"{name} {shown(getattr(device, name), name)}" for name in names)
