"""The bootloader of PV and PVH guests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.diagnostic import Related, Severity
from xlpy.lint import edits
from xlpy.lint.helpers.words import quoted
from xlpy.lint.rule import Finding, Rule
from xlpy.nodes import ListNode
from xlpy.release import Release
from xlpy.vocabulary import HVM
from xlpy.writer import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest

_PYGRUB = "pygrub"
_OLD_PATHS = ("/usr/bin/pygrub", "/usr/sbin/pygrub")
_LINK_GONE = Release(4, 19)  # from here on Xen does not install /usr/bin/pygrub
_VERSIONED = re.compile(r"/[^ ]*/xen-[0-9.]+/bin/([^/]+)")


def _retell_string(guest: Guest, _told: Diagnostic) -> Finding | None:
    atom = guest.atom("bootloader_args")
    if atom is None or guest.entries["bootloader_args"].appended or not atom.text.split():
        return None
    new = literal(atom.text.split())
    return Finding(
        atom.span,
        "xl splits a text at its blanks, which is deprecated, and warns at each start",
        f"write {new}",
        edits.replace("write a list", atom.span, new),
    )


def _retell_empty(guest: Guest, _told: Diagnostic) -> Finding | None:
    return Finding(
        guest.span("bootloader_args"),
        "bootloader_args is empty: xl crashes over it",
        "remove the line",
        edits.remove(guest.text, guest.assignments_of("bootloader_args")[-1], safe=False),
    )


def _runs(guest: Guest) -> bool:
    return guest.kind != HVM and bool(guest.config.b_info.bootloader)


def _kernel_too(guest: Guest) -> Iterator[Finding]:
    info = guest.config.b_info
    if not _runs(guest) or info.kernel is None:
        return
    name = "kernel" if "kernel" in guest.entries else "firmware"
    yield Finding(
        guest.span(name),
        f"{quoted(info.kernel)} is not booted: the bootloader looks for a file of this name in the guest's disk",
        f"remove {name}, or bootloader to boot what is in Dom0",
        related=(Related("the bootloader", guest.source, guest.span("bootloader")),),
    )


def _path(guest: Guest) -> Iterator[Finding]:
    atom = guest.atom("bootloader")
    if not _runs(guest) or atom is None or guest.entries["bootloader"].appended:
        return
    name = _PYGRUB if atom.text in _OLD_PATHS else ""
    versioned = _VERSIONED.fullmatch(atom.text)
    if versioned:
        name, why = versioned[1], "it is gone with the next release of Xen"
    elif atom.text == _OLD_PATHS[0]:
        why = "Xen does not install it any more" if guest.release >= _LINK_GONE else "libxl warns of it at each start"
    else:
        why = "Xen never was there"
    if name:
        at = atom.inside(0, len(atom.text))
        yield Finding(
            at,
            f"{quoted(atom.text)} is no good path for {name}: {why}",
            f'write bootloader = "{name}": libxl looks in the directory of its own programs first',
            edits.replace(f"write {name}", at, name, safe=False),
        )


def _no_disk(guest: Guest) -> Iterator[Finding]:
    entry = guest.entries.get("disk")
    empty = entry is None or (isinstance(entry.value, ListNode) and not entry.value.items)
    if _runs(guest) and empty:
        yield Finding(
            guest.span("bootloader"),
            "the bootloader looks into the first disk, and the guest has none: libxl does not create it",
            "give the guest a disk, or a kernel in place of the bootloader",
        )


RULES = (
    Rule(
        code="bootloader-args-text",
        group="boot",
        severity=Severity.ADVICE,
        summary="bootloader_args= as one text",
        why=(
            "xl takes a list of arguments. The old form, one text that is split at its blanks, cannot say an argument "
            "with a blank in it, and xl warns of it each time."
        ),
        bad='bootloader = "pygrub"\nbootloader_args = «"--kernel=/vmlinuz -q"»',
        good='bootloader = "pygrub"\nbootloader_args = ["--kernel=/vmlinuz", "-q"]',
        fixed='bootloader = "pygrub"\nbootloader_args = ["--kernel=/vmlinuz", "-q"]',
        told=("bootloader-args-string",),
        retell=_retell_string,
    ),
    Rule(
        code="bootloader-args-empty",
        group="boot",
        severity=Severity.ERROR,
        summary="an empty text as bootloader_args=",
        why="xl splits the text into words and takes the first without asking whether there is one: it crashes.",
        bad='bootloader = "pygrub"\nbootloader_args = «" "»',
        good='bootloader = "pygrub"\nbootloader_args = []',
        fixed='bootloader = "pygrub"',
        told=("bootloader-args-empty",),
        retell=_retell_empty,
        explains=("bootloader-args-text",),
    ),
    Rule(
        code="bootloader-and-kernel",
        group="boot",
        severity=Severity.ADVICE,
        summary="a kernel beside a bootloader",
        why=(
            "Where there is a bootloader libxl boots what that finds in the guest's first disk. The names of kernel "
            "and ramdisk are passed on to it, and mean files in that disk, not in Dom0."
        ),
        bad='bootloader = "pygrub"\nkernel = «"/boot/vmlinuz"»\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        good='bootloader = "pygrub"\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        keys=("bootloader",),
        check=_kernel_too,
    ),
    Rule(
        code="bootloader-path",
        group="boot",
        severity=Severity.ADVICE,
        summary="a path of a bootloader that does not last",
        why=(
            "libxl looks for the name of a bootloader in the directory of Xen's own programs, and then in PATH. A "
            "path with a release in it breaks with the next one, and /usr/bin/pygrub is gone since Xen 4.19."
        ),
        bad='bootloader = "«/usr/lib/xen-4.17/bin/pygrub»"\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        good='bootloader = "pygrub"\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        fixed='bootloader = "pygrub"\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        keys=("bootloader",),
        check=_path,
    ),
    Rule(
        code="bootloader-without-disk",
        group="boot",
        severity=Severity.WARNING,
        summary="a bootloader and no disk",
        why="The bootloader finds the kernel in the guest's first disk. Without one libxl refuses to create the guest.",
        bad='bootloader = «"pygrub"»',
        good='bootloader = "pygrub"\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        keys=("bootloader",),
        check=_no_disk,
    ),
)
