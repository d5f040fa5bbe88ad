"""The kernel's command line: cmdline, or root and extra."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.devices.disk import Disk
from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.helpers.words import both, quoted
from xlpy.lint.rule import Finding, Rule
from xlpy.values import parse_vdev
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.source import Span

_ROOT = "root="
_ROOT_DISK = re.compile(r"(?:(?<=root=)|^)/dev/xvd([a-z]+)([0-9]*)(?=[ \t]|$)")


def _retell_ignored(guest: Guest, _told: Diagnostic) -> Finding | None:
    names = [name for name in ("root", "extra") if guest.value(name) is not None]
    are = "are" if len(names) > 1 else "is"
    return Finding(
        min(guest.span(name) for name in names),
        f"{both(names)} {are} lost: where cmdline is given xl takes nothing else",
        "put what is needed of it into cmdline, and remove it",
        edits.remove_keys(guest, *names),
    )


def _doubled(guest: Guest) -> Iterator[Finding]:
    atom = guest.atom("root")
    if atom is None or guest.entries["root"].appended or guest.value("cmdline") is not None:
        return
    if atom.text.startswith(_ROOT):
        at = atom.inside(0, len(_ROOT))
        text = f"xl puts root= in front of the value itself: the kernel gets {quoted(_ROOT + atom.text)}"
        yield Finding(at, text, "write the device alone", edits.replace("remove root=", at, "", safe=False))


def _root_place(guest: Guest) -> tuple[re.Match[str], Span] | None:
    """The disk that the command line names as the root, and where."""
    for name in ("cmdline",) if guest.value("cmdline") is not None else ("extra", "root"):
        atom = guest.atom(name)
        if atom is None or guest.entries[name].appended or (name != "root" and _ROOT not in atom.text):
            continue
        matches = [one for one in _ROOT_DISK.finditer(atom.text) if one.start() or name == "root"]
        return (matches[-1], atom.inside(*matches[-1].span())) if matches else None
    return None


def _no_disk(guest: Guest) -> Iterator[Finding]:
    if guest.kind == HVM or guest.config.b_info.kernel is None or guest.config.b_info.bootloader:
        return
    place = _root_place(guest)
    disks = [device for _, device in guest.devices(Disk)]
    if place is None or any(device.PASSTHROUGH for device in guest.config.devices) or not disks:
        return
    match, span = place
    names = [disk.vdev or "" for disk in disks]
    if all(map(_is_vdev, names)) and not any(_is_on(match, name) for name in names):
        yield Finding(
            span,
            f"the root is on {match[0]}, but the guest's disks are {both(sorted(names))}",
            "name one of them, or a partition of it",
        )


def _is_vdev(name: str) -> bool:
    """Whether it is the name of a virtual disk, not its number."""
    try:
        parse_vdev(name)
    except ValueError:
        return False
    return not name.isdigit()


def _is_on(match: re.Match[str], name: str) -> bool:
    """Whether the root is this virtual disk, or a partition of it; kernels call hda and sda xvda."""
    try:
        vdev, root = parse_vdev(name), parse_vdev(f"xvd{match[1]}{match[2]}")
    except ValueError:  # beyond the last disk or partition that there can be
        return False
    return vdev.disk == root.disk and vdev.partition in (0, root.partition)


RULES = (
    Rule(
        code="root-and-extra-ignored",
        group="boot",
        severity=Severity.WARNING,
        summary="root= or extra= beside cmdline=",
        why=(
            "cmdline is the whole command line of the kernel. Where it is given, even empty, xl ignores root and "
            "extra, which it would otherwise put together."
        ),
        bad='cmdline = "root=/dev/xvda1 quiet"\nextra = «"console=hvc0"»',
        good='cmdline = "root=/dev/xvda1 quiet console=hvc0"',
        fixed='cmdline = "root=/dev/xvda1 quiet"',
        told=("root-and-extra-ignored",),
        retell=_retell_ignored,
    ),
    Rule(
        code="root-doubled",
        group="boot",
        severity=Severity.WARNING,
        summary="root= in front of the value of root",
        why="xl makes root=VALUE of the value; with a second root= in it the kernel looks for a device of that name.",
        bad='root = "«root=»/dev/xvda1 ro"',
        good='root = "/dev/xvda1 ro"',
        fixed='root = "/dev/xvda1 ro"',
        keys=("root",),
        check=_doubled,
        explains=("root-without-disk",),
    ),
    Rule(
        code="root-without-disk",
        group="boot",
        severity=Severity.ADVICE,
        summary="a root device that is none of the guest's disks",
        why=(
            "The kernel of a PV or PVH guest finds a disk by its vdev: xvda, with its partitions xvda1 and so on, or a "
            "single partition such as xvda2. A root on another device ends in a panic, or in the initial ramdisk."
        ),
        bad='root = "«/dev/xvda2» ro"\ndisk = ["/dev/vg0/web,raw,xvdb,rw"]',
        good='root = "/dev/xvda2 ro"\ndisk = ["/dev/vg0/web,raw,xvda,rw"]',
        keys=("cmdline", "root", "extra"),
        check=_no_disk,
    ),
)
