"""The boot order of HVM guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.disk import Disk
from xlpy.devices.vif import Vif
from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.helpers.words import either, quoted
from xlpy.lint.rule import Finding, Rule
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Fix
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom

_LETTERS = {"a": "a floppy", "b": "a floppy", "c": "a disk", "d": "a CD drive", "n": "a network card"}
_MOST = 3
_ADVICE = "write c for the disk, d for a CD drive, n for the network, a for a floppy: at most three, in order"


def _atom(guest: Guest) -> Atom | None:
    """The boot order of an HVM guest, where it stands in one piece."""
    return guest.atom("boot") if guest.kind == HVM and not guest.entries["boot"].appended else None


def _order(guest: Guest) -> Iterator[Finding]:
    atom = _atom(guest)
    if atom is None:
        return
    for at, letter in enumerate(atom.text):
        known = letter in _LETTERS
        if known and at < _MOST and letter not in atom.text[:at]:
            continue
        why = (
            f"{letter!r} is no device"
            if not known
            else f"{letter} is there already"
            if at < _MOST
            else "it takes three letters"
        )
        yield Finding(
            atom.inside(at, at + 1),
            f"QEMU does not start with the boot order {quoted(atom.text)}: {why}",
            _ADVICE,
            _mended(atom),
        )
        return


def _mended(atom: Atom) -> Fix | None:
    new = "".join(dict.fromkeys(letter for letter in atom.text.lower() if letter in _LETTERS))[:_MOST]
    at = atom.inside(0, len(atom.text))
    return edits.replace(f"write {new}", at, new, safe=False) if new else None


def _absent(guest: Guest) -> Iterator[Finding]:
    atom = _atom(guest)
    if atom is None or not atom.text or not set(atom.text) <= _LETTERS.keys() or _may_boot_otherwise(guest):
        return
    there = {"d" if disk.is_cdrom else "c" for _, disk in guest.devices(Disk)}
    there |= {"n" for _ in guest.devices(Vif)}
    if there and there.isdisjoint(atom.text):
        wanted = either(dict.fromkeys(_LETTERS[letter] for letter in atom.text))
        yield Finding(
            atom.span,
            f"boot = {quoted(atom.text)} asks for {wanted}, and the guest has none",
            f'add the device, or write boot = "{"".join(letter for letter in "cdn" if letter in there)}"',
        )


def _may_boot_otherwise(guest: Guest) -> bool:
    """Whether there is a kernel, or a device of which nothing is known here."""
    info = guest.config.b_info
    return bool(
        info.kernel
        or info.extra
        or info.extra_hvm
        or "usbdevice" in guest.entries
        or any(device.PASSTHROUGH for device in guest.config.devices)
    )


RULES = (
    Rule(
        code="boot-order",
        group="boot",
        severity=Severity.WARNING,
        summary="a boot order that QEMU does not take",
        why=(
            "xl hands boot to QEMU as it is. QEMU takes up to three of the letters c, d, n and a, none of them twice, "
            "and else ends before the guest starts."
        ),
        bad='type = "hvm"\nboot = "c«,»d"',
        good='type = "hvm"\nboot = "cd"',
        fixed='type = "hvm"\nboot = "cd"',
        keys=("boot",),
        check=_order,
    ),
    Rule(
        code="boot-device-absent",
        group="boot",
        severity=Severity.ADVICE,
        summary="a boot order of devices that the guest does not have",
        why=(
            "None of the devices in the order is there, as when a CD drive was taken out after the installation. Which "
            "one the firmware then starts from is up to it."
        ),
        bad='type = "hvm"\nboot = «"d"»\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        good='type = "hvm"\nboot = "dc"\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        keys=("boot",),
        check=_absent,
    ),
)
