"""DomainConfig -> the S-expression that xl prints with output_format="sxp" in xl.conf (Xen: xl_sxp.c).

It is what the old xm printed, and was never completed: a fixed choice of fields, and no PVH guests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from xlpy.cstring import as_int
from xlpy.devices.disk import Disk, DiskBackend
from xlpy.devices.pci import Pci
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import NO_MAC, Vif
from xlpy.libxl import DomainType, Hvm, Pv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xlpy.libxl import BuildInfo, DomainConfig, Struct

NO_DOMID = -1
"""The domid of a domain that is not built yet."""
_LONG_MAX = 2**63 - 1
_BUILD = "max_vcpus max_grant_frames max_maptrack_frames tsc_mode max_memkb target_memkb nomigrate=disable_migrate"
_PV = "kernel cmdline ramdisk u.e820_host"
_HVM = (
    "u.firmware video_memkb shadow_memkb u.pae apic u.acpi u.nx u.viridian u.hpet u.vpt_align timer_mode "
    "nestedhvm=nested_hvm"
)
_VNC = "vnc=vnc.enable vnclisten=vnc.listen vncdisplay=vnc.display vncunused=vnc.findunused"
_SDL = "sdl=sdl.enable opengl=sdl.opengl"
_SPICE = (
    "spice=spice.enable spiceport=spice.port spicetls_port=spice.tls_port spicehost=spice.host "
    "spicedisable_ticketing=spice.disable_ticketing spiceagent_mouse=spice.agent_mouse"
)


class Sxp(NamedTuple):
    """What xl prints, and what it says on standard error when it stops half way."""

    text: str
    refusal: str = ""


def to_sxp(config: DomainConfig, domid: int = NO_DOMID) -> Sxp:
    """The text of a configuration, for a domain that is not built or has DOMID."""
    head = [*_create_info(config, domid), *_build_info(config)]
    if isinstance(config.b_info.u, Hvm):
        image = ["\t\t(hvm", *_hvm(config.b_info, config.b_info.u)]
    elif isinstance(config.b_info.u, Pv):
        image = ["\t\t(linux 0)", *_rows(config.b_info, _PV, 3)]
    else:
        number = get_args(DomainType).index(config.c_info.type)
        return Sxp(_text(head), f"Unknown domain type {number}")
    return Sxp(_text([*head, *image, "\t\t)", "\t)", *_devices(config), ")"]))


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _create_info(config: DomainConfig, domid: int) -> Iterator[str]:
    info = config.c_info
    yield "(domain"
    yield f"\t(domid {domid})"
    yield "\t(create_info)"
    yield f"\t(hvm {int(info.type == 'hvm')})"
    yield from _rows(info, "hap oos ssidref name", 1)
    yield f"\t(uuid {'<unknown>' if domid == NO_DOMID else info.uuid})"
    if info.pool_name is not None:
        yield f"\t(cpupool {info.pool_name})"
    for name, pairs in (("xsdata", info.xsdata), ("platformdata", info.platformdata)):
        yield f"\t({name} {'contains data' if pairs else '(null)'})"


def _build_info(config: DomainConfig) -> Iterator[str]:
    info = config.b_info
    yield "\t(build_info)"
    yield from _rows(info, _BUILD, 1)
    if isinstance(info.u, Pv) and info.bootloader is not None:
        yield f"\t(bootloader {info.bootloader})"
        if info.bootloader_args:
            yield f"\t(bootloader_args {' '.join(info.bootloader_args)})"
    yield "\t(image"


def _hvm(info: BuildInfo, hvm: Hvm) -> Iterator[str]:
    yield from _rows(info, _HVM, 3)
    yield f"\t\t\t(stdvga {hvm.vga.kind == 'std'})"
    yield from _rows(hvm, f"{_VNC} keymap {_SDL} nographic {_SPICE}", 3)
    yield f"\t\t\t(device_model {info.device_model or 'default'})"
    yield from _rows(hvm, "gfx_passthru serial boot usb usbdevice vkb_device", 3)


def _devices(config: DomainConfig) -> Iterator[str]:
    for kind, (name, show) in _DEVICES.items():
        for device in config.devices_of(kind):
            yield from ("\t(device", f"\t\t({name}", *show(device), "\t\t)", "\t)")


def _tap(disk: Disk) -> Iterator[str]:
    yield from _ends(disk)
    yield from _rows(disk, "physpath=pdev_path", 3)
    yield f"\t\t\t(phystype {get_args(DiskBackend).index(disk.backend)})"
    yield from _rows(disk, "virtpath=vdev unpluggable=removable readwrite is_cdrom", 3)


def _vif(vif: Vif) -> Iterator[str]:
    if vif.ifname is not None:
        yield f"\t\t\t(vifname {vif.ifname})"
    yield from _ends(vif)
    yield from _rows(vif, "devid mtu model", 3)
    yield f"\t\t\t(mac {(vif.mac or NO_MAC).replace(':', '')})"


def _pci(pci: Pci) -> Iterator[str]:
    address = f"{pci.domain % 2**32:04x}:{pci.bus:02x}:{pci.dev:02x}.{pci.func:x}"
    yield f"\t\t\t(pci dev {address}@{pci.vdevfn:02x})"
    yield f"\t\t\t(opts msitranslate {pci.msitranslate:d} power_mgmt {pci.power_mgmt:d})"


def _vfb(vfb: Vfb) -> Iterator[str]:
    yield from _ends(vfb)
    yield from _rows(vfb, f"devid {_VNC} keymap {_SDL} display=sdl.display xauthority=sdl.xauthority", 3)


def _ends(device: Disk | Vif | Vfb) -> tuple[str, str]:
    """Both ends of a device; xl does not know the domid of the guest that it prints."""
    return f"\t\t\t(backend_domid {as_int(device.backend_domid)})", f"\t\t\t(frontend_domid {NO_DOMID})"


def _rows(struct: Struct, rows: str, depth: int) -> Iterator[str]:
    """One line for each field: PATH, or NAME=PATH where xl calls it otherwise."""
    for row in rows.split():
        name, _, path = row.rpartition("=")
        *outer, field = path.split(".")
        inner: Any = struct
        for part in outer:
            inner = getattr(inner, part)
        yield "\t" * depth + f"({name or field} {_shown(getattr(inner, field), inner.FIELDS[field])})"


def _shown(value: Any, kind: str) -> str:
    """A value as C prints it: numbers signed, whatever they are in libxl."""
    if kind == "Defbool":
        return "<default>" if value is None else str(value)
    if value is None:
        return "(null)"
    if kind == "U64":
        return str(value - 2 * (_LONG_MAX + 1) if value > _LONG_MAX else value)
    return str(as_int(value) if isinstance(value, int) else value)


_DEVICES: dict[type[Any], tuple[str, Callable[[Any], Iterator[str]]]] = {
    Disk: ("tap", _tap),
    Vif: ("vif", _vif),
    Pci: ("pci", _pci),
    Vfb: ("vfb", _vfb),
}
"""The classes of devices that are printed, in this order."""
