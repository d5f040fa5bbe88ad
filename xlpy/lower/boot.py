"""What the guest boots: bootloader, firmware, kernel, boot order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.libxl import Hvm
from xlpy.lower.guest import element, leaf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.lower.guest import Guest

_BETWEEN_ARGUMENTS = " \t\n"
"""Where the driver cuts the arguments of a bootloader: not at any one of these, but where all three stand together."""
_SYSTEMS = {"pv": ("xenpv", "linux"), "pvh": ("xenpvh", "xenpvh"), "hvm": ("xenfv", "hvm")}
"""The machine and the type of system in libvirt's words."""
_BOOT_DEVICES = {"a": "fd", "c": "hd", "d": "cdrom", "n": "network"}
_BOOT_ORDER = "cda"  # libxl's default


def bootloader(guest: Guest) -> Iterator[Element]:
    """The program of Dom0 that looks into the disk of a PV or PVH guest."""
    info = guest.config.b_info
    if guest.type == "hvm" or info.bootloader is None:
        return
    program = guest.text("bootloader", "b_info.bootloader", info.bootloader)
    if program is None:
        return
    yield element("bootloader", text=program)
    if any(_BETWEEN_ARGUMENTS in argument for argument in info.bootloader_args):
        guest.lose("bootloader_args", "b_info.bootloader_args", "bootloader_args")
        return
    text = _BETWEEN_ARGUMENTS.join(info.bootloader_args)
    arguments = guest.text("bootloader_args", "b_info.bootloader_args", text)
    if arguments is not None:
        yield element("bootloader_args", text=arguments)


def system(guest: Guest) -> Iterator[Element]:
    """The element os."""
    info = guest.config.b_info
    machine, word = _SYSTEMS.get(guest.type, _SYSTEMS["pv"])
    yield element(
        "os",
        element("type", text=word, arch=guest.capabilities.arch, machine=machine),
        _loader(guest),
        leaf("kernel", guest.path("kernel", "b_info.kernel", info.kernel)),
        leaf("initrd", guest.path("ramdisk", "b_info.ramdisk", info.ramdisk)),
        leaf("cmdline", guest.text("cmdline", "b_info.cmdline", info.cmdline)),
        _tables(guest),
        *_order(guest),
        firmware="efi" if _is_efi(guest) else None,
    )


def _is_efi(guest: Guest) -> bool:
    """Xen's own OVMF, wherever it lies."""
    hvm = guest.config.b_info.u
    return isinstance(hvm, Hvm) and hvm.bios == "ovmf" and not hvm.system_firmware


def _loader(guest: Guest) -> Element | None:
    """An OVMF of the user's."""
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm) or hvm.bios != "ovmf":
        return None
    path = guest.path("bios_path_override", "b_info.u.hvm.system_firmware", hvm.system_firmware)
    return None if path is None else element("loader", text=path, readonly="yes", type="pflash")


def _tables(guest: Guest) -> Element | None:
    """ACPI tables; libvirt calls any of them slic."""
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm):
        return None
    path = guest.path("acpi_firmware", "b_info.u.hvm.acpi_firmware", hvm.acpi_firmware)
    return None if path is None else element("acpi", element("table", text=path, type="slic"))


def _order(guest: Guest) -> Iterator[Element]:
    """One element a device; of more than four libvirt takes none."""
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm):
        return
    order = _BOOT_ORDER if hvm.boot is None else hvm.boot
    known = dict.fromkeys(letter for letter in order if letter in _BOOT_DEVICES)
    if "".join(known) != order:
        guest.lose("boot", "b_info.u.hvm.boot", f'boot = "{order}"')
    for letter in known:
        yield element("boot", dev=_BOOT_DEVICES[letter])
