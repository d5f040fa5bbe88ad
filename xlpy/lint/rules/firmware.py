"""The firmware of HVM guests, and the pvgrub of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from xlpy.diagnostic import Related, Severity
from xlpy.libxl import BiosType, Hvm
from xlpy.lint import edits
from xlpy.lint.helpers.devicemodel import is_traditional
from xlpy.lint.helpers.words import nearest, quoted
from xlpy.lint.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic, Fix
    from xlpy.lint.guest import Guest

_BIOSES = tuple(name for name in get_args(BiosType) if name != "unknown")
_MEANT = {"uefi": "ovmf", "efi": "ovmf", "tianocore": "ovmf", "edk2": "ovmf", "bios": "seabios", "legacy": "seabios"}
_PVGRUBS = ("pvgrub32", "pvgrub64")
_IN_PATHS = {"ovmf": "ovmf", "edk2": "ovmf", "uefi": "ovmf", "seabios": "seabios", "bios.bin": "seabios"}


def _word_fix(guest: Guest, name: str, word: str) -> Fix | None:
    """Write another word as the value of a key."""
    atom = guest.atom(name)
    if not word or atom is None or guest.entries[name].appended:
        return None
    return edits.replace(f"write {word}", atom.span, f'"{word}"', safe=False)


def _retell_bios(guest: Guest, _told: Diagnostic) -> Finding | None:
    text = guest.value("bios") or ""
    near = _MEANT.get(text.lower()) or nearest(text, _BIOSES)
    advice = 'write "seabios", or "ovmf" for UEFI'
    return Finding(
        guest.span("bios"),
        f"there is no bios {quoted(text)}: xl refuses the file",
        advice,
        _word_fix(guest, "bios", near),
    )


def _retell_pvgrub(guest: Guest, _told: Diagnostic) -> Finding | None:
    text, kind = guest.value("firmware") or "", guest.kind.upper()
    if text.lower() in (*_MEANT, *_BIOSES):
        advice = f'write "pvgrub64", or type = "hvm": {text} is for HVM guests'
        return Finding(guest.span("firmware"), f"a {kind} guest has no {text}: xl refuses the file", advice)
    fix = _word_fix(guest, "firmware", nearest(text, _PVGRUBS))
    text = f"the firmware of a {kind} guest is pvgrub32 or pvgrub64, not {quoted(text)}: xl refuses the file"
    return Finding(guest.span("firmware"), text, 'write "pvgrub64", or give a kernel', fix)


def _kind_of(path: str) -> str:
    """The kind of BIOS that the name of a file speaks of; empty where it does not."""
    return next((bios for part, bios in _IN_PATHS.items() if part in path.lower()), "")


def _retell_path(guest: Guest, _told: Diagnostic) -> Finding | None:
    path = guest.value("bios_path_override") or ""
    hvm = guest.config.b_info.u
    known: str = hvm.bios if isinstance(hvm, Hvm) and hvm.bios != "unknown" else ""
    kind = known or _kind_of(path)
    setting = guest.assignments_of("bios_path_override")[-1]
    line = f'bios = "{kind}"'
    return Finding(
        guest.span("bios_path_override"),
        f"xl warns at each start, although firmware says that the file is {known}"
        if known
        else "xl does not know which kind of BIOS the file is, and starts it as SeaBIOS",
        'write bios = "ovmf" or bios = "seabios" as well',
        edits.insert(f"add {line}", guest.text, setting, line) if kind else None,
    )


def _device_model(guest: Guest) -> Iterator[Finding]:
    hvm, name = guest.config.b_info.u, "firmware" if guest.value("firmware") else "bios"
    if not isinstance(hvm, Hvm) or hvm.bios == "unknown" or (hvm.bios == "rombios") == is_traditional(guest):
        return
    if hvm.bios == "rombios":
        text = "rombios is only for the device model qemu-xen-traditional: libxl does not create the guest"
        yield Finding(guest.place("b_info.u.hvm.bios"), text, 'write "seabios"', _word_fix(guest, name, "seabios"))
    else:
        text = f"{hvm.bios} is not for qemu-xen-traditional, the device model here: libxl does not create the guest"
        advice = 'write device_model_version = "qemu-xen", or remove the line'
        yield Finding(guest.place("b_info.u.hvm.bios"), text, advice)


def _overridden(guest: Guest) -> Iterator[Finding]:
    hvm = guest.config.b_info.u
    bios, firmware = (guest.value(name) or "" for name in ("bios", "firmware"))
    wins = guest.where.get("b_info.u.hvm.bios") == guest.span("firmware") if firmware else False
    if isinstance(hvm, Hvm) and wins and bios and bios.lower() != hvm.bios:
        yield Finding(
            guest.span("bios"),
            f"bios = {quoted(bios)} is lost: firmware = {quoted(firmware)} makes it {hvm.bios}",
            "remove one of them",
            edits.remove(guest.text, guest.assignments_of("bios")[-1]),
            (Related("this one holds", guest.source, guest.span("firmware")),),
        )
    if isinstance(hvm, Hvm) and "/" in firmware and guest.value("firmware_override") not in (None, firmware):
        yield Finding(
            guest.span("firmware_override"),
            "firmware_override is lost: a path as firmware stands for the same",
            "remove one of them",
            edits.remove(guest.text, guest.assignments_of("firmware_override")[-1]),
            (Related("this one holds", guest.source, guest.span("firmware")),),
        )


RULES = (
    Rule(
        code="unknown-bios",
        group="boot",
        severity=Severity.ERROR,
        summary="a bios= that xl does not know",
        why='bios takes "seabios", "ovmf" or "rombios". xl refuses any other word; UEFI is "ovmf" here.',
        bad='type = "hvm"\nbios = «"uefi"»',
        good='type = "hvm"\nbios = "ovmf"',
        fixed='type = "hvm"\nbios = "ovmf"',
        told=("unknown-bios",),
        retell=_retell_bios,
    ),
    Rule(
        code="unknown-pvgrub",
        group="boot",
        severity=Severity.ERROR,
        summary="a firmware= that no PV or PVH guest has",
        why=(
            "The firmware of a PV or PVH guest is a pvgrub, a GRUB that runs in the guest. UEFI and BIOS are for HVM "
            "guests. xl refuses any other word."
        ),
        bad='type = "pvh"\nfirmware = «"uefi"»',
        good='type = "pvh"\nfirmware = "pvgrub64"',
        told=("unknown-pv-firmware",),
        retell=_retell_pvgrub,
    ),
    Rule(
        code="bios-path-alone",
        group="boot",
        severity=Severity.WARNING,
        summary="bios_path_override= without bios=",
        why=(
            "The file replaces Xen's own firmware, and SeaBIOS and OVMF are started in different ways. Without bios xl "
            "warns and takes the file for a SeaBIOS."
        ),
        bad='type = "hvm"\nbios_path_override = «"/usr/share/ovmf/OVMF.fd"»',
        good='type = "hvm"\nbios = "ovmf"\nbios_path_override = "/usr/share/ovmf/OVMF.fd"',
        fixed='type = "hvm"\nbios = "ovmf"\nbios_path_override = "/usr/share/ovmf/OVMF.fd"',
        told=("bios-path-without-bios",),
        retell=_retell_path,
    ),
    Rule(
        code="bios-for-device-model",
        group="boot",
        severity=Severity.WARNING,
        summary="a BIOS that the device model does not have",
        why=(
            "rombios goes with the old device model qemu-xen-traditional alone, which has no other; seabios and ovmf "
            "go with qemu-xen. xl takes any of them, and libxl refuses to create the guest."
        ),
        bad='type = "hvm"\nbios = «"rombios"»',
        good='type = "hvm"\nbios = "seabios"',
        fixed='type = "hvm"\nbios = "seabios"',
        keys=("bios", "firmware"),
        check=_device_model,
    ),
    Rule(
        code="firmware-overridden",
        group="boot",
        severity=Severity.WARNING,
        summary="bios= or firmware_override= beside a firmware= that says otherwise",
        why="firmware is read last, and what it says holds; the other value is lost without a word.",
        bad='type = "hvm"\nbios = «"seabios"»\nfirmware = "uefi"',
        good='type = "hvm"\nfirmware = "uefi"',
        fixed='type = "hvm"\nfirmware = "uefi"',
        keys=("firmware",),
        check=_overridden,
    ),
)
