"""The emulated display of an HVM guest: its card, its window, its keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.vfb import Vfb
from xlpy.diagnostic import Related, Severity
from xlpy.libxl import LEAST_VIDEORAM, UNSET64, Hvm
from xlpy.lint import edits
from xlpy.lint.helpers.devicemodel import is_traditional
from xlpy.lint.helpers.keyed import declared
from xlpy.lint.helpers.screens import display_keys
from xlpy.lint.helpers.words import nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.options.graphics import KEYMAPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.source import Span

_MIB = 1024
_OTHER_KEYMAPS = {
    "us": "en-us",
    "en": "en-us",
    "uk": "en-gb",
    "gb": "en-gb",
    "jp": "ja",
    "br": "pt-br",
    "dk": "da",
    "se": "sv",
}
"""What people write who know the names of X or of countries."""


def _stdvga(guest: Guest) -> Iterator[Finding]:
    if guest.kind == "hvm" and guest.atom("vga") is not None:
        setting = guest.assignments_of("stdvga")[-1]
        yield Finding(
            setting.name_span,
            f"stdvga has no effect beside vga = {guest.value('vga')}",
            "remove it",
            edits.remove(guest.text, setting),
            (Related("the card is chosen here", guest.source, guest.span("vga")),),
        )


def _sdl(guest: Guest) -> Iterator[Finding]:
    if guest.kind != "hvm" or "sdl" in guest.entries:
        return
    for name, field in display_keys().items():
        if field.startswith("sdl.") and name in guest.entries and guest.value(name) not in ("", "0"):
            setting = guest.assignments_of(name)[-1]
            summary = f"{name} has no effect: it is for the window of SDL, which is off unless sdl = 1"
            yield Finding(
                setting.name_span, summary, "add sdl = 1, or remove it", edits.remove(guest.text, setting, safe=False)
            )


def _videoram(guest: Guest) -> Iterator[Finding]:
    hvm, given = guest.config.b_info.u, guest.config.b_info.video_memkb
    if not isinstance(hvm, Hvm) or given == UNSET64 or is_traditional(guest):
        return
    least = LEAST_VIDEORAM[hvm.vga.kind]
    if given < least * _MIB:
        card = "cirrus" if hvm.vga.kind == "unknown" else hvm.vga.kind
        yield Finding(
            guest.span("videoram"),
            f"{given // _MIB} MiB of video memory are too little for a {card} card: libxl refuses to create the guest",
            f"write {least}, or leave it out",
            edits.replace(f"write {least}", guest.span("videoram"), str(least), safe=False),
        )


def _nographic(guest: Guest) -> Iterator[Finding]:
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm) or not hvm.nographic or (hvm.vnc.enable is False and not hvm.sdl.enable):
        return
    setting, screen = guest.assignments_of("nographic")[-1], "SDL" if hvm.sdl.enable else "VNC"
    given = guest.atom("vnc")
    fix = None
    if screen == "VNC":
        fix = (
            edits.replace("write vnc = 0", given.span, "0", safe=False)
            if given
            else edits.insert("add vnc = 0", guest.text, setting, "vnc = 0")
        )
    summary = f"nographic has no effect: the guest has a display by {screen}" + (
        ", as is the default" if not given else ""
    )
    yield Finding(setting.name_span, summary, f"switch {screen} off, or remove nographic", fix)


def _keymap(guest: Guest) -> Iterator[Finding]:
    for text, span in _keymaps(guest):
        if text in KEYMAPS or "/" in text:
            continue
        near = _OTHER_KEYMAPS.get(text.lower()) or nearest(text, KEYMAPS, 0.75)
        yield Finding(
            span,
            f"QEMU has no keyboard {text or '(empty)'}: it does not start, and the domain is not created",
            f"write {near}" if near else f"it has {', '.join(KEYMAPS)}",
            edits.replace(f"write {near}", span, near, safe=False) if near and text else None,
        )


def _keymaps(guest: Guest) -> Iterator[tuple[str, Span]]:
    key, atom = declared("keymap"), guest.atom("keymap")
    if key is not None and atom is not None and guest.kind in key.guests:
        yield atom.text, atom.inside(0, len(atom.text)) if atom.text else atom.span
    for prefix, framebuffer in guest.devices(Vfb):
        if f"{prefix}.keymap" in guest.where and guest.kind != "hvm":
            yield framebuffer.keymap or "", guest.where[f"{prefix}.keymap"]


def _vncviewer(guest: Guest, _: Diagnostic) -> Finding | None:
    setting = guest.assignments_of("vncviewer")[-1]
    summary = "xl ignores vncviewer, and says so: it starts no viewer by itself"
    return Finding(setting.name_span, summary, "remove it, and use xl create -V", edits.remove(guest.text, setting))


RULES = (
    Rule(
        code="stdvga-unused",
        group="graphics",
        severity=Severity.WARNING,
        summary="stdvga beside vga",
        why="stdvga is the old way to choose the card. xl looks at it only where there is no vga.",
        bad='type = "hvm"\nvga = "qxl"\n«stdvga» = 1',
        good='type = "hvm"\nvga = "stdvga"',
        fixed='type = "hvm"\nvga = "qxl"',
        keys=("stdvga",),
        check=_stdvga,
        explains=("deprecated-key",),
    ),
    Rule(
        code="sdl-unused",
        group="graphics",
        severity=Severity.WARNING,
        summary="keys of the SDL window where there is none",
        why=(
            "opengl, display and xauthority say how the device model opens its window on Dom0. It opens none unless "
            "sdl is 1."
        ),
        bad='type = "hvm"\n«opengl» = 1\nvcpus = 1',
        good='type = "hvm"\nsdl = 1\ndisplay = ":0"',
        fixed='type = "hvm"\nvcpus = 1',
        keys=tuple(name for name, field in display_keys().items() if field.startswith("sdl.")),
        check=_sdl,
    ),
    Rule(
        code="videoram-too-small",
        group="graphics",
        severity=Severity.WARNING,
        summary="less video memory than the card needs",
        why=(
            "The least is 8 MiB for cirrus, 16 for stdvga and 128 for qxl. xl takes any number; libxl refuses to "
            "create a domain with less."
        ),
        bad='type = "hvm"\nvga = "stdvga"\nvideoram = «8»',
        good='type = "hvm"\nvga = "stdvga"\nvideoram = 16',
        fixed='type = "hvm"\nvga = "stdvga"\nvideoram = 16',
        keys=("videoram",),
        check=_videoram,
    ),
    Rule(
        code="nographic-unused",
        group="graphics",
        severity=Severity.WARNING,
        summary="nographic in a guest that has a display",
        why=(
            "libxl hands nographic to QEMU only where VNC and SDL are off. VNC is on unless it is switched off, so "
            "that nographic alone does nothing."
        ),
        bad='type = "hvm"\n«nographic» = 1',
        good='type = "hvm"\nnographic = 1\nvnc = 0',
        fixed='type = "hvm"\nvnc = 0\nnographic = 1',
        keys=("nographic",),
        check=_nographic,
    ),
    Rule(
        code="keymap-word",
        group="graphics",
        severity=Severity.WARNING,
        summary="a keyboard that QEMU does not have",
        why=(
            "keymap is handed to QEMU, which has a table for each keyboard that it knows: en-us, not us. It exits over "
            "a name without one."
        ),
        bad='type = "hvm"\nkeymap = "«us»"',
        good='type = "hvm"\nkeymap = "en-us"',
        fixed='type = "hvm"\nkeymap = "en-us"',
        keys=("keymap", Vfb.KIND),
        check=_keymap,
    ),
    Rule(
        code="vncviewer",
        group="graphics",
        severity=Severity.WARNING,
        summary="vncviewer, which xl ignores",
        why=(
            "xm started a viewer for vncviewer = 1. xl says that it ignores the key, each time; its option -V starts "
            "one."
        ),
        bad='type = "hvm"\n«vncviewer» = 1\nvcpus = 1',
        good='type = "hvm"\nvnc = 1',
        fixed='type = "hvm"\nvcpus = 1',
        told=("vncviewer",),
        retell=_vncviewer,
        explains=("deprecated-key",),
    ),
)
