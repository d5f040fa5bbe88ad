"""What an HVM guest's virtual machine is made of: power states, buses, emulated and Xen's own devices."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from xlpy.diagnostic import Severity
from xlpy.kinds import BOOLEAN, INTEGER, KIB_PER_MIB, MIB, STRING, choice, enum
from xlpy.libxl import GfxPassthruKind, Hdtype, Hvm, VendorDevice
from xlpy.loss import LOST, STAYS_ON, TUNING, Loss
from xlpy.vocabulary import HVM, Key, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader

_HDTYPE = enum(Hdtype, 'ERROR: invalid value "{value}" for "{name}"', "unknown-hdtype")
_VENDOR = enum(VendorDevice, "xl: unknown vendor_device '{value}'", "unknown-vendor-device", status=3)
_GFX = enum(GfxPassthruKind, 'ERROR: invalid value "{value}" for "{name}"', "unknown-gfx-passthru")
_GENERATION = choice(
    {"generate": "generate", "none": "none"},
    'ERROR: "ms_vm_genid" option must be "generate" or "none"',
    "bad-generation-id",
)
_GENERATION_BYTES = 16
SOUND_CARDS = ("hda", "ac97", "es1370", "adlib", "cs4231a", "gus", "sb16")
"""What libxl takes for soundhw, in any case of letters."""
_NO_WINDOW = TUNING.replace(when=lambda flag, config: bool(flag) and config.b_info.u.vga.kind != "none")
_SOUND = Loss(
    why="libvirt's driver for Xen knows hda, ac97, es1370 and sb16, and one of them at a time",
    when=lambda card, _: card not in (None, "", "hda", "ac97", "es1370", "sb16"),
)
_MMIO_HOLE_KIB = (256 * KIB_PER_MIB, 3840 * KIB_PER_MIB)


def _read_mmio_hole(reader: Reader, key: Key) -> None:
    size = reader.integer(key.name)
    if size is None:
        return
    smallest, largest = _MMIO_HOLE_KIB
    if smallest <= size * KIB_PER_MIB % 2**64 <= largest:
        reader.put(key.field, size * KIB_PER_MIB, key.name)
    else:
        reader.refuse("bad-mmio-hole", f'ERROR: invalid value {size} for "mmio_hole"', key=key.name)


def _read_generation_id(reader: Reader, key: Key) -> None:
    if _GENERATION.read(reader, key.name) == "generate":
        reader.put(key.field, tuple(os.urandom(_GENERATION_BYTES)), key.name)


def _read_gfx_passthru(reader: Reader, key: Key) -> None:
    """A number switches it on or off; a word, too, and says which kind it is."""
    number = reader.integer(key.name, quiet=True)
    if number is not None:
        reader.put(key.field, number != 0, key.name)
        return
    kind = _GFX.read(reader, key.name)
    if kind is not None:
        reader.put(key.field, True, key.name)
        reader.put("b_info.u.hvm.gfx_passthru_kind", kind, key.name)


def _write_gfx_passthru(config: DomainConfig) -> bool | str | None:
    hvm = config.b_info.u
    if not isinstance(hvm, Hvm) or hvm.gfx_passthru_kind == "default":
        return hvm.gfx_passthru if isinstance(hvm, Hvm) else None
    return hvm.gfx_passthru_kind


def _key(
    name: str,
    order: int,
    kind: Kind,
    doc: str,
    good: str,
    bad: str,
    *,
    default: str = "0",
    since: str = "4.1",
    read: Callable[[Reader, Key], None] | None = None,
    write: Callable[[DomainConfig], Any] | None = None,
    field: str = "",
    unit: str = "",
    libvirt: Loss = LOST,
) -> Key:
    return Key(
        name=name,
        kind=kind,
        order=order,
        read=read,
        write=write,
        field=f"b_info.u.hvm.{field or name}",
        guests=(HVM,),
        default=default,
        since=since,
        unit=unit,
        libvirt=libvirt,
        doc=doc,
        good=(good,),
        bad=(bad,),
    )


_YES = '"yes"'

KEYS = (
    _key("acpi_s3", 1922, BOOLEAN, "Suspend to RAM.", "0", _YES, default="1", since="4.2", libvirt=STAYS_ON),
    _key("acpi_s4", 1923, BOOLEAN, "Suspend to disk.", "0", _YES, default="1", since="4.2", libvirt=STAYS_ON),
    _key(
        "acpi_laptop_slate",
        1924,
        BOOLEAN,
        "The switch of a convertible laptop between laptop and tablet.",
        "1",
        _YES,
        since="4.9",
    ),
    _key("nx", 1925, BOOLEAN, "Pages that cannot be executed.", "0", _YES, default="1", libvirt=STAYS_ON),
    _key(
        "hvm_pirq",
        1929,
        BOOLEAN,
        "Route the interrupts of emulated and passed through devices over event channels.",
        "1",
        _YES,
        since="4.19",
        field="pirq",
    ),
    _key(
        "mmio_hole",
        1981,
        MIB,
        "The space below 4 GiB that is kept free for devices, 256 to 3840.",
        "3072",
        "128",
        default="unset",
        since="4.5",
        read=_read_mmio_hole,
        field="mmio_hole_memkb",
        unit="MiB",
    ),
    _key(
        "ms_vm_genid",
        2071,
        _GENERATION,
        'An identifier of this run of the guest, by which Windows notices that it was cloned: "generate" or "none".',
        '"generate"',
        '"new"',
        default='"none"',
        since="4.5",
        read=_read_generation_id,
    ),
    _key(
        "hdtype",
        2929,
        _HDTYPE,
        'The bus of the emulated disks hda to hdd: "ide" or "ahci".',
        '"ahci"',
        '"scsi"',
        default='"ide"',
        since="4.6",
    ),
    _key("nographic", 2960, BOOLEAN, "No emulated graphics at all.", "1", _YES, libvirt=_NO_WINDOW),
    _key(
        "gfx_passthru",
        2961,
        _GFX,
        'A graphics card in pci is the primary one: 1, or "igd" for Intel\'s.',
        '"igd"',
        '"nvidia"',
        read=_read_gfx_passthru,
        write=_write_gfx_passthru,
    ),
    _key(
        "usbversion",
        2993,
        INTEGER,
        "The emulated USB controller: 1, 2 or 3.",
        "2",
        '"2.0"',
        since="4.4",
    ),
    _key(
        "vkb_device",
        3013,
        BOOLEAN,
        "A PV keyboard and pointer.",
        "0",
        _YES,
        default="1",
        since="4.13",
        libvirt=STAYS_ON,
    ),
    _key(
        "soundhw",
        3014,
        STRING,
        f"The emulated sound card: {', '.join(SOUND_CARDS[:-1])} or {SOUND_CARDS[-1]}.",
        '"hda"',
        "[]",
        default="none",
        libvirt=_SOUND,
    ),
    _key(
        "xen_platform_pci",
        3015,
        BOOLEAN,
        "The PCI device by which PV drivers find Xen.",
        "0",
        _YES,
        default="1",
        libvirt=STAYS_ON,
    ),
    _key(
        "xen_platform_pci_bar_uc",
        3017,
        BOOLEAN,
        "Map the memory of the Xen platform device uncached; without it guests may use it for grants more quickly.",
        "0",
        _YES,
        default="1",
        since="4.21",
        libvirt=STAYS_ON.replace(severity=Severity.WARNING),
    ),
    _key(
        "vendor_device",
        3030,
        _VENDOR,
        'A PCI device for which Windows Update has PV drivers: "xenserver".',
        '"xenserver"',
        '"citrix"',
        default='"none"',
        since="4.4",
    ),
)
