"""The emulated USB bus of an HVM guest: keys that exclude each other, and words that QEMU does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Related, Severity
from xlpy.libxl import Hvm
from xlpy.lint import edits
from xlpy.lint.helpers.devicemodel import is_traditional
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.options.hvm import USB_DEVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom

_MOST_CHANNELS = 4
_VERSIONS = (1, 2, 3)
_SHORT_SINCE = (4, 12)
"""From here on Xen comes with a QEMU that knows no other words."""


def _old_bus(guest: Guest, hvm: Hvm) -> str:
    """The key that asks for the USB bus without version; empty when none does."""
    given = {"usb": hvm.usb, "usbdevice": hvm.usbdevice is not None or "usbdevice" in guest.entries}
    return next((name for name, on in given.items() if on and name in guest.entries), "")


def _versioned(hvm: Hvm) -> str:
    """The key that asks for the USB bus of a version."""
    if hvm.usbversion:
        return "usbversion"
    return "spiceusbredirection" if hvm.spice.enable and hvm.spice.usbredirection > 0 else ""


def _both(guest: Guest) -> Iterator[Finding]:
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm):
        return
    old, new = _old_bus(guest, hvm), _versioned(hvm)
    if old and new:
        setting = guest.assignments_of(old)[-1]
        yield Finding(
            guest.entries[new].name_span,
            f"{new} and {old} exclude each other: libxl refuses to create the domain",
            f"keep one of them; with {new}, emulated devices can be had by device_model_args_hvm",
            edits.remove(guest.text, setting, safe=False)
            if old == "usb" and "usbdevice" not in guest.entries
            else None,
            (Related("the other one", guest.source, setting.name_span),),
        )


def _range(guest: Guest) -> Iterator[Finding]:
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm) or _old_bus(guest, hvm):
        return
    if hvm.usbversion not in (0, *_VERSIONS):
        summary = f"there is no USB {hvm.usbversion} to emulate: libxl fails when it starts QEMU"
        yield Finding(guest.span("usbversion"), summary, f"write {either(map(str, _VERSIONS))}")
    channels = hvm.spice.usbredirection
    if hvm.spice.enable and channels and not 0 <= channels <= _MOST_CHANNELS:
        summary = f"{channels} channels for USB redirection are too many: libxl fails when it starts QEMU"
        advice = f"write a number up to {_MOST_CHANNELS}"
        if channels > 0 or hvm.usbversion:
            yield Finding(guest.span("spiceusbredirection"), summary, advice)


def _words(guest: Guest) -> Iterator[Finding]:
    if is_traditional(guest) or guest.release < _SHORT_SINCE:
        return
    single = guest.atom("usbdevice")
    for atom in [single] if single else guest.atoms("usbdevice"):
        finding = _word(atom)
        if finding:
            yield finding


def _word(atom: Atom) -> Finding | None:
    word, _, _ = atom.text.partition(":")
    if word in USB_DEVICES:
        return None
    span = atom.inside(0, len(atom.text)) if atom.text else atom.span
    summary = f"QEMU has no USB device {atom.text or '(empty)'}: it does not start, and the domain is not created"
    if word == "host":
        return Finding(span, summary, 'pass the device through with usbdev = ["type=hostdev,hostbus=1,hostaddr=3"]')
    near = nearest(word, USB_DEVICES, 0.7)
    fix = edits.replace(f"write {near}", span, near, safe=False) if near else None
    return Finding(span, summary, f"write {near}" if near else f"it has {either(USB_DEVICES)}", fix)


def _tablet(guest: Guest) -> Iterator[Finding]:
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm) or hvm.vnc.enable is False or hvm.vga.kind == "none" or "usbdevice" in guest.entries:
        return
    name = "vnc" if "vnc" in guest.entries else "name"
    if name in guest.entries:
        yield Finding(
            guest.entries[name].name_span,
            "the pointers of VNC and guest drift apart: the guest has an emulated PS/2 mouse",
            'add usbdevice = "tablet"',
        )


RULES = (
    Rule(
        code="usb-both-kinds",
        group="usb",
        severity=Severity.WARNING,
        summary="a USB bus in two ways that exclude each other",
        why=(
            "usb and usbdevice give the guest QEMU's old USB bus, usbversion and spiceusbredirection one of a chosen "
            "version. xl takes both, and libxl refuses to create the domain."
        ),
        bad='type = "hvm"\nusb = 1\n«usbversion» = 2',
        good='type = "hvm"\nusbversion = 2',
        fixed='type = "hvm"\nusbversion = 2',
        keys=("usbversion", "spiceusbredirection"),
        check=_both,
    ),
    Rule(
        code="usb-version",
        group="usb",
        severity=Severity.WARNING,
        summary="a USB version, or a number of channels, that there is not",
        why=(
            "usbversion is 1, 2 or 3, and SPICE has up to four channels for USB redirection. xl takes any number, and "
            "libxl fails when it starts the device model."
        ),
        bad='type = "hvm"\nusbversion = «4»',
        good='type = "hvm"\nusbversion = 3',
        keys=("usbversion", "spiceusbredirection"),
        check=_range,
    ),
    Rule(
        code="usb-device-word",
        group="usb",
        severity=Severity.WARNING,
        summary="an emulated USB device that QEMU does not have",
        why=(
            "usbdevice is handed to QEMU as it is. Since QEMU 2.12, which Xen has from 4.12 on, host:, disk:, serial: "
            "and net are gone; QEMU exits over a word that it does not know, and the domain is not created."
        ),
        bad='type = "hvm"\nusbdevice = "«tabelt»"',
        good='type = "hvm"\nusbdevice = ["tablet", "keyboard"]',
        fixed='type = "hvm"\nusbdevice = "tablet"',
        keys=("usbdevice",),
        check=_words,
    ),
    Rule(
        code="usb-no-tablet",
        group="usb",
        severity=Severity.ADVICE,
        summary="an HVM guest with VNC and without a tablet",
        why=(
            "VNC tells positions, a PS/2 mouse movements, so that the pointer of the viewer and that of the guest are "
            "in different places. The emulated tablet tells positions. Guests with PV drivers for keyboard and pointer "
            "do not need it."
        ),
        bad='type = "hvm"\n«vnc» = 1',
        good='type = "hvm"\nvnc = 1\nusbdevice = "tablet"',
        check=_tablet,
        default=False,
    ),
)
