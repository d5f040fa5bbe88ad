"""Features of the virtual machine, and its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.libxl import Hvm, Pv
from xlpy.lower.guest import element, on_off

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.lower.guest import Guest

_PASSTHROUGH = {"disabled": None, "enabled": None, "sync_pt": "sync_pt", "share_pt": "share_pt"}
"""The modes of passthrough, and how the page tables are kept in libvirt's words."""
_TSC_MODES = {"always_emulate": "emulate", "native": "native", "native_paravirt": "paravirt"}


def features(guest: Guest) -> Iterator[Element]:
    """What is on or off; the driver switches ACPI, APIC and PAE off where they are not named."""
    config = guest.config
    hvm = config.b_info.u
    found: list[Element] = []
    if isinstance(hvm, Hvm):
        switches = {"acpi": (config.b_info.acpi, hvm.acpi), "apic": (config.b_info.apic, hvm.apic), "pae": (hvm.pae,)}
        found += [element(name) for name, flags in switches.items() if False not in flags]
    if guest.type != "pv" and config.c_info.hap is not None:
        found.append(element("hap", state=on_off(flag=config.c_info.hap)))
    xen = element("xen", *_of_xen(guest))
    if len(xen):
        found.append(xen)
    if found:
        yield element("features", *found)


def _of_xen(guest: Guest) -> Iterator[Element]:
    pv, mode = guest.config.b_info.u, guest.config.c_info.passthrough
    if isinstance(pv, Pv) and pv.e820_host is not None:
        yield element("e820_host", state=on_off(flag=pv.e820_host))
    if mode in _PASSTHROUGH:
        yield element("passthrough", state=on_off(flag=mode != "disabled"), mode=_PASSTHROUGH[mode])


def clock(guest: Guest) -> Iterator[Element]:
    """Seconds ahead of UTC or of local time, and timers."""
    info = guest.config.b_info
    ahead = (info.rtc_timeoffset + (1 << 31)) % (1 << 32) - (1 << 31)  # libxl has it without sign
    basis = "localtime" if info.localtime else "utc"
    if isinstance(info.u, Hvm) or ahead:
        yield element("clock", *_timers(guest), offset="variable", adjustment=ahead, basis=basis)
    else:
        yield element("clock", *_timers(guest), offset=basis, adjustment="reset")


def _timers(guest: Guest) -> Iterator[Element]:
    """Those of which the driver takes notice."""
    info = guest.config.b_info
    if info.tsc_mode in _TSC_MODES:
        yield element("timer", name="tsc", present="yes", mode=_TSC_MODES[info.tsc_mode])
    if isinstance(info.u, Hvm) and info.u.hpet:
        yield element("timer", name="hpet", present="yes")
