"""Firmware of an HVM guest: what replaces it, and what is added to its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.kinds import STRING
from xlpy.loss import LOST, Loss
from xlpy.vocabulary import HVM, Key, Reading

if TYPE_CHECKING:
    from xlpy.reader import Reader


def _check_bios_path(reader: Reader) -> None:
    """A file in place of the BIOS needs the name of that BIOS: each is started in its own way."""
    if reader.domain_type != HVM or reader.get("b_info.u.hvm.system_firmware") is None:
        return
    if reader.text("bios", quiet=True) is None:
        line = "WARNING: bios_path_override given without specific bios name"
        summary, advice = "bios_path_override without bios", "say with bios which kind of BIOS the file is"
        reader.remark("bios-path-without-bios", summary, line, key="bios_path_override", advice=advice)


def _key(
    name: str, order: int, field: str, since: str, doc: str, good: str, beside: str = "", libvirt: Loss | None = LOST
) -> Key:
    return Key(
        name=name,
        kind=STRING,
        order=order,
        field=f"b_info.u.hvm.{field}",
        guests=(HVM,),
        since=since,
        libvirt=libvirt,
        doc=doc,
        good=(good,),
        bad=("[]",),
        beside=beside,
    )


READINGS = (Reading(order=1912, apply=_check_bios_path),)

KEYS = (
    _key(
        "firmware_override",
        1907,
        "firmware",
        "4.2",
        "A file that is loaded in place of hvmloader, the program that sets up an HVM guest before its BIOS.",
        '"/usr/local/lib/xen/boot/hvmloader"',
    ),
    _key(
        "bios_path_override",
        1909,
        "system_firmware",
        "4.8",
        "A file that is used in place of Xen's own SeaBIOS or OVMF; bios says which of them it is.",
        '"/usr/share/ovmf/OVMF.fd"',
        'bios = "ovmf"',
        Loss(why="libvirt up to 9.0 starts Xen's own BIOS or OVMF; later ones take a file in place of OVMF"),
    ),
    _key(
        "smbios_firmware",
        1998,
        "smbios_firmware",
        "4.3",
        "A file of SMBIOS structures, each behind its length, that are given to the guest beside Xen's own.",
        '"/etc/xen/smbios.bin"',
    ),
    _key(
        "acpi_firmware",
        2000,
        "acpi_firmware",
        "4.3",
        "A file of ACPI tables, one after the other, that are given to the guest beside Xen's own.",
        '"/sys/firmware/acpi/tables/SLIC"',
        libvirt=None,
    ),
)
