"""Features of the virtual machine, most of them for HVM guests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.differences import VIRIDIAN_NESTED
from xlpy.kinds import BOOLEAN, INTEGER, STRING, STRING_OR_LIST, string_or_list
from xlpy.libxl import Hvm
from xlpy.loss import STAYS_ON, Loss
from xlpy.syntax import ListNode
from xlpy.vocabulary import HVM, PV, PVH, Key

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader

VIRIDIAN_GROUPS = (
    "base",
    "freq",
    "time_ref_count",
    "reference_tsc",
    "hcall_remote_tlb_flush",
    "apic_assist",
    "crash_ctl",
    "synic",
    "stimer",
    "hcall_ipi",
    "ex_processor_masks",
    "no_vp_limit",
    "cpu_hotplug",
)
"""In the order of their numbers in libxl."""
_ALL_GROUPS = frozenset(range(64))
USB_DEVICES = ("tablet", "mouse", "keyboard", "wacom-tablet", "braille")
"""What QEMU emulates for usbdevice."""


def _read_viridian(reader: Reader, key: Key) -> None:
    """A boolean, or a list of groups of enlightenments, later items over earlier ones."""
    items = reader.items(key.name, quiet=True)
    if items is None:
        flag = reader.boolean(key.name, quiet=True)
        if flag is None:
            reader.overlook(key.name)
        else:
            reader.put(key.field, flag, key.name)
        return
    enable: set[int] = set()
    disable: set[int] = set()
    for item in items:
        if isinstance(item, ListNode):
            reader.refuse(*VIRIDIAN_NESTED.told(), span=item.span)
            break
        if item.text == "defaults":
            reader.put(key.field, True, key.name)
        elif item.text == "all":
            enable |= _ALL_GROUPS
        elif not _switch_group(item.text, enable, disable):
            name = item.text.removeprefix("!")
            reader.refuse("unknown-viridian", f"xl: unknown viridian enlightenment '{name}'", span=item.span, status=3)
            break
    reader.put("b_info.u.hvm.viridian_enable", tuple(sorted(enable)), key.name)
    reader.put("b_info.u.hvm.viridian_disable", tuple(sorted(disable)), key.name)


def _switch_group(text: str, enable: set[int], disable: set[int]) -> bool:
    """Enable NAME, or disable it for !NAME; False when there is no such group."""
    name = text.removeprefix("!").lower()
    if name not in VIRIDIAN_GROUPS:
        return False
    number = VIRIDIAN_GROUPS.index(name)
    if text.startswith("!"):
        disable.add(number)
        enable.discard(number)
    else:
        enable.add(number)
        disable.discard(number)
    return True


def _read_apic(reader: Reader, key: Key) -> None:
    """Xl reads it for HVM guests only, although PVH guests have the field."""
    if reader.domain_type == HVM:
        flag = reader.boolean(key.name)
        if flag is not None:
            reader.put(key.field, flag, key.name)


def _write_viridian(config: DomainConfig) -> bool | list[str] | None:
    hvm = config.b_info.u
    if not isinstance(hvm, Hvm) or not (hvm.viridian_enable or hvm.viridian_disable):
        return hvm.viridian if isinstance(hvm, Hvm) else None
    names = dict(enumerate(VIRIDIAN_GROUPS))
    disabled = [group for group in hvm.viridian_disable if group in names]
    words = ["defaults"] if hvm.viridian else []
    words += [f"!{names[group]}" for group in disabled if group in hvm.viridian_enable]
    if len(hvm.viridian_enable) > len(VIRIDIAN_GROUPS):
        words.append("all")
    else:
        words += [names[group] for group in hvm.viridian_enable if group in names]
    words += [f"!{names[group]}" for group in disabled if group not in hvm.viridian_enable]
    return words


def _either(config: DomainConfig, single: str, several: str) -> Any:
    """The field for one value, or the one for a list."""
    hvm = config.b_info.u
    given = getattr(hvm, single, None)
    return given if given is not None else getattr(hvm, several, None) or None


def _wanted(config: DomainConfig) -> tuple[str, ...]:
    """The emulated USB devices."""
    hvm = config.b_info.u
    if not isinstance(hvm, Hvm):
        return ()
    return hvm.usbdevice_list or (() if hvm.usbdevice is None else (hvm.usbdevice,))


_ACPI = Loss(
    why="libvirt's driver for Xen keeps ACPI on for a PVH guest, and for one with NUMA nodes",
    when=lambda flag, config: (
        flag is False and (config.c_info.type == PVH or (config.c_info.type == HVM and config.b_info.vnuma_nodes != ()))
    ),
)
_VIRIDIAN = Loss(
    why="libvirt's driver for Xen pays no heed to viridian",
    when=lambda flag, config: bool(flag or getattr(config.b_info.u, "viridian_enable", ())),
)
_SERIAL = Loss(
    why="libvirt knows pty, null, stdio, vc, file:, pipe:, tcp:, udp:, telnet:, unix: and /dev/...", judged=True
)
_BOOT = Loss(why="libvirt knows a, c, d and n, each of them once", judged=True)
_BUS = Loss(
    why="libvirt's driver for Xen has an emulated USB bus only where a tablet or a mouse is on it",
    when=lambda flag, config: bool(flag) and not {"tablet", "mouse"}.intersection(_wanted(config)),
)
_DEVICES = Loss(
    why="libvirt's driver for Xen knows the tablet and the mouse",
    when=lambda _, config: not {"tablet", "mouse"}.issuperset(_wanted(config)),
)

KEYS = (
    Key(
        name="e820_host",
        kind=BOOLEAN,
        order=1689,
        field="b_info.u.pv.e820_host",
        guests=(PV,),
        default="0, or 1 with pci devices",
        since="4.2",
        doc="Give the guest a memory map like the host's, which PV guests with PCI devices need.",
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="rtc_timeoffset",
        kind=INTEGER,
        order=1796,
        field="b_info.rtc_timeoffset",
        signed=True,
        default="0",
        since="4.2",
        unit="seconds",
        doc="How far the guest's clock is ahead of UTC. A negative number must be quoted.",
        good=("3600", '"-3600"'),
        bad=('"1h"',),
    ),
    Key(
        name="localtime",
        kind=BOOLEAN,
        order=1803,
        field="b_info.localtime",
        default="0",
        since="4.2",
        doc="The guest's clock shows local time, as Windows expects.",
        good=("1",),
        bad=('"true"',),
    ),
    Key(
        name="acpi",
        kind=BOOLEAN,
        order=1817,
        field="b_info.acpi",
        default="1 on x86, 0 on Arm",
        doc="ACPI tables for the guest.",
        libvirt=_ACPI,
        good=("1",),
        bad=('"on"',),
    ),
    Key(
        name="nestedhvm",
        kind=BOOLEAN,
        order=1893,
        field="b_info.nested_hvm",
        guests=(HVM, PVH),
        default="0",
        since="4.2",
        doc="Let the guest be a hypervisor itself.",
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="pae",
        kind=BOOLEAN,
        order=1921,
        field="b_info.u.hvm.pae",
        guests=(HVM,),
        default="1",
        doc="Physical address extension, needed by 64-bit guests.",
        libvirt=STAYS_ON,
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="apic",
        kind=BOOLEAN,
        order=1928,
        field="b_info.apic",
        guests=(HVM,),
        default="1",
        read=_read_apic,
        doc="Interrupt controller tables for the guest; needed for more than one vCPU.",
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="viridian",
        kind=STRING_OR_LIST,
        order=1931,
        field="b_info.u.hvm.viridian",
        read=_read_viridian,
        write=_write_viridian,
        guests=(HVM,),
        default="0",
        doc="Hyper-V enlightenments, which make Windows faster: 1 for a good set, or groups (!GROUP: without).",
        libvirt=_VIRIDIAN,
        good=("1", '["defaults"]', '["base", "freq", "!stimer"]'),
        bad=('["fast"]', '"yes"'),
    ),
    Key(
        name="serial",
        kind=STRING_OR_LIST,
        order=2973,
        field="b_info.u.hvm.serial",
        read=string_or_list("b_info.u.hvm.serial", "b_info.u.hvm.serial_list"),
        write=lambda config: _either(config, "serial", "serial_list"),
        guests=(HVM,),
        doc="Where the guest's serial ports go, as QEMU's -serial takes it; pty for `xl console -t serial`.",
        libvirt=_SERIAL,
        good=('"pty"', '["pty", "none"]'),
        bad=('[["pty"]]',),
    ),
    Key(
        name="boot",
        kind=STRING,
        order=2991,
        field="b_info.u.hvm.boot",
        guests=(HVM,),
        default='"cda"',
        doc="The boot order: a floppy, c disk, d CD drive, n network.",
        libvirt=_BOOT,
        good=('"dc"',),
        bad=('["d", "c"]',),
    ),
    Key(
        name="usb",
        kind=BOOLEAN,
        order=2992,
        field="b_info.u.hvm.usb",
        guests=(HVM,),
        default="0",
        doc="An emulated USB bus.",
        libvirt=_BUS,
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="usbdevice",
        kind=STRING_OR_LIST,
        order=2995,
        field="b_info.u.hvm.usbdevice",
        read=string_or_list("b_info.u.hvm.usbdevice", "b_info.u.hvm.usbdevice_list"),
        write=lambda config: _either(config, "usbdevice", "usbdevice_list"),
        guests=(HVM,),
        doc="Emulated USB devices: tablet, mouse, keyboard, host:BUS.ADDR. The tablet keeps VNC pointers in step.",
        libvirt=_DEVICES,
        good=('"tablet"', '["tablet", "keyboard"]'),
        bad=('[["tablet"]]',),
    ),
)
