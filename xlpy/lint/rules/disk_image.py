"""Disks: their images, and who serves them."""

from __future__ import annotations

from posixpath import normpath
from typing import TYPE_CHECKING

from xlpy.diagnostic import Related, Severity
from xlpy.lint.helpers.diskwords import CONVERTED, Change, disks, dropped, fix, format_of_name, modern
from xlpy.lint.helpers.volumes import one_name
from xlpy.lint.rule import Finding, Rule
from xlpy.release import Release
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.devices.disk import Disk
    from xlpy.diagnostic import Fix
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.diskwords import DiskText
    from xlpy.source import Span

_CHOOSING = ("backend", "script", "format", "specification", "is_cdrom")
"""What a backend must fit, and where to point when none does."""
_TAP_IS_BACK = Release(4, 19)
_CD_MAY_BE_PHY = Release(4, 18)


# ---- the format


def _suffix(guest: Guest) -> Iterator[Finding]:
    for text, disk in disks(guest):
        name = (disk.pdev_path or "").rpartition("/")[2]
        told = format_of_name(name)
        if disk.script or disk.format == "empty" or told in ("", disk.format):
            continue
        if disk.format == "raw":
            summary = f"{name} is given as raw: the guest sees the image file itself, header and all"
        else:
            summary = f"{name} is given as {disk.format}, and by its name is {told}: QEMU opens nothing else as that"
        if told in CONVERTED:
            advice = "convert it, qemu-img convert -O qcow2 ..., and give it as qcow2: xl has no such format"
        else:
            advice = f"write {told} as the format, if that is what the file is (qemu-img info tells)"
        yield Finding(_place_of_format(text, name), summary, advice, _with_format(guest, text, disk, told))


def _place_of_format(text: DiskText, name: str) -> Span:
    """The word for the format; without one the name, whose end tells it."""
    word, target = text.word("format"), text.word("pdev_path")
    if word is not None and word.start < word.end:
        return text.place(word)
    assert target is not None
    return text.place(target._replace(start=target.end - len(name)))


def _with_format(guest: Guest, text: DiskText, disk: Disk, new: str) -> Fix | None:
    word = text.word("format")
    changes: tuple[Change, ...] = (Change(0, 0, f"format={new},"),)
    if text.prefixes:
        changes = modern(text, new)
    elif word is not None:
        changes = (Change(word.start, word.end, new),)
    return fix(guest, text, f"make the format {new}", changes, disk.replace(format=new))


# ---- the backend


def _no_backend(guest: Guest) -> Iterator[Finding]:
    for text, disk in disks(guest):
        why = _why_unserved(guest, disk)
        if why is None:
            continue
        named = next((field for field in _CHOOSING if text.word(field) is not None), "vdev")
        word, free = text.word("backend"), disk.replace(backend="unknown")
        new = None
        if word is not None and _why_unserved(guest, free) is None:
            new = fix(guest, text, "let libxl choose the backend", [dropped(text, word)], free)
        yield Finding(text.span(named), f"{why[0]}: the guest is not created", why[1], new)


def _why_unserved(guest: Guest, disk: Disk) -> tuple[str, str] | None:
    """Why no backend takes a disk (Xen: libxl__device_disk_set_backend), and what to do."""
    if disk.is_cdrom and guest.kind == HVM and (why := _why_no_drive(guest, disk)):
        return why
    backend, raw = disk.backend, disk.format in ("raw", "empty")
    if disk.specification == "virtio":
        if backend not in ("unknown", "standalone"):
            return f"{backend} does not serve virtio disks", "leave backendtype out, or write standalone"
        unfit = "script=" if disk.script else "" if raw else f"format {disk.format}"
        return (f"the backend of virtio disks has no {unfit}", "use a raw image without a script") if unfit else None
    if backend == "standalone":
        return "standalone serves virtio disks only", "add specification=virtio, or leave backendtype out"
    if disk.script and (backend in ("qdisk", "tap") or not raw):
        what = backend if backend in ("qdisk", "tap") else f"what serves {disk.format}"
        return f"{what} runs no script: only phy does", "leave script= out, or make it raw with backendtype=phy"
    if backend == "phy" and not raw:
        return f"phy knows no {disk.format}, only raw", "leave backendtype=phy out: qdisk serves it then"
    if backend == "tap":
        return _why_no_tap(guest, disk)
    return None


def _why_no_drive(guest: Guest, disk: Disk) -> tuple[str, str] | None:
    if disk.specification == "virtio":
        return "a CD drive of an HVM guest cannot be a virtio disk", "leave specification=virtio out"
    allowed = ("unknown", "qdisk", "phy") if guest.release >= _CD_MAY_BE_PHY else ("unknown", "qdisk")
    if disk.backend not in allowed:
        return f"{disk.backend} serves no CD drives of HVM guests", "leave backendtype out"
    if disk.script and disk.backend != "phy":
        return "what serves CD drives of HVM guests runs no script", "leave script= out"
    return None


def _why_no_tap(guest: Guest, disk: Disk) -> tuple[str, str] | None:
    if guest.release < _TAP_IS_BACK:
        return f"Xen {guest.release} has no blktap", "leave backendtype=tap out: libxl chooses what fits"
    if disk.format not in ("raw", "vhd"):
        return f"tap knows no {disk.format}, only raw and vhd", "leave backendtype=tap out: qdisk serves it then"
    return None


def _empty(guest: Guest) -> Iterator[Finding]:
    for text, disk in disks(guest):
        if disk.format == "empty" and disk.pdev_path:
            summary = f"the drive is empty, and has {disk.pdev_path} in it"
            yield Finding(text.span("format"), f"{summary}: the guest is not created", "leave one of them out")
        elif not disk.pdev_path and not disk.is_cdrom:
            yield Finding(
                text.whole,
                f"{disk.vdev} has no image and is no CD drive: the guest is not created",
                "name the image or block device, or add cdrom",
            )


def _same_target(guest: Guest) -> Iterator[Finding]:
    taken: dict[tuple[str, str], tuple[DiskText, Disk]] = {}
    for text, disk in disks(guest):
        if not disk.pdev_path:
            continue
        key = (disk.backend_domain(), disk.pdev_path if disk.script else one_name(normpath(disk.pdev_path)))
        first, other = taken.setdefault(key, (text, disk))
        if first is not text and (disk.readwrite or other.readwrite):
            yield Finding(
                text.span("pdev_path"),
                f"{disk.pdev_path} is {other.vdev} already, and the guest may write: that damages its data",
                "use another image, or give both with access=ro",
                related=(Related(f"{other.vdev} is here", guest.source, first.span("pdev_path")),),
            )


RULES = (
    Rule(
        code="disk-format-suffix",
        group="disk",
        severity=Severity.WARNING,
        summary="an image whose name tells another format than the spec",
        why=(
            "xl does not look into an image: without a format it is raw. The guest then sees the qcow2 file itself as "
            "its disk, header and all, and what it writes destroys the image."
        ),
        bad="disk = ['/srv/«web.qcow2»,,xvda,rw']",
        good="disk = ['/srv/web.qcow2,qcow2,xvda,rw', '/srv/b.img,qcow2,xvdb,rw', '/srv/c.iso,,xvdc,cdrom']",
        fixed="disk = ['/srv/web.qcow2,qcow2,xvda,rw']",
        keys=("disk",),
        check=_suffix,
    ),
    Rule(
        code="disk-no-backend",
        group="disk",
        severity=Severity.WARNING,
        summary="a disk that no backend can serve as it is described",
        why=(
            "phy serves raw disks and runs scripts, qdisk serves any format and runs none, tap serves raw and vhd, and "
            "standalone virtio. libxl refuses to create the guest when the one that is asked for, or all of them, do "
            "not fit."
        ),
        bad="disk = ['/srv/web.qcow2,qcow2,xvda,rw,backendtype=«phy»']",
        good="disk = ['/srv/web.qcow2,qcow2,xvda,rw,backendtype=qdisk', '/dev/vg0/data,raw,xvdb,rw']",
        fixed="disk = ['/srv/web.qcow2,qcow2,xvda,rw']",
        keys=("disk",),
        check=_no_backend,
    ),
    Rule(
        code="disk-empty",
        group="disk",
        severity=Severity.WARNING,
        summary="a disk without an image that is no CD drive, or an empty drive with an image",
        why="Only a CD drive may be empty, and then has no target. libxl refuses anything else at creation.",
        bad="disk = ['«,,xvda,rw»']",
        good="disk = [',,xvdb,cdrom']",
        keys=("disk",),
        check=_empty,
    ),
    Rule(
        code="disk-target-twice",
        group="disk",
        severity=Severity.WARNING,
        summary="one image as two disks of a guest that may write",
        why=(
            "The guest believes to have two disks and caches each of them: what it writes to one destroys the other's "
            "data. The scripts of Dom0 refuse that for block devices when the guest is created."
        ),
        bad="disk = ['/dev/vg0/web,raw,xvda,rw', '«/dev/vg0/web»,raw,xvdb,ro']",
        good="disk = ['/dev/vg0/tools,raw,xvda,ro', '/dev/vg0/tools,raw,xvdb,ro', '/dev/vg0/web,raw,xvdc,rw']",
        keys=("disk",),
        check=_same_target,
    ),
)
