"""Disks: what the guest sees them as."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlpy.diagnostic import Related, Severity
from xlpy.libxl import Hvm
from xlpy.lint.helpers import placeholders
from xlpy.lint.helpers.devicemodel import is_traditional
from xlpy.lint.helpers.diskorder import ORDER, in_order
from xlpy.lint.helpers.diskwords import FORMATS, NAMES, Change, disks, fix
from xlpy.lint.rule import Finding, Rule
from xlpy.values import Vdev, parse_vdev
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.devices.disk import Disk
    from xlpy.diagnostic import Fix
    from xlpy.diskspec import Word
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.diskwords import DiskText

_IDE_SLOTS = 4
_AHCI_SLOTS = 6
_LIMITS = {"hd": "hda to hdd, with partitions up to 63", "sd": "sda to sdp, with partitions up to 15"}
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_MISSPELT = re.compile(r"(?:/dev/)?(?:(xvd|hd|sd)|vd|xd|xdv|xv|dvx)([a-z]+[0-9]*)")
"""How a vdev may look that is meant: /dev/xvda, vda, xda1."""


class _Seen(NamedTuple):
    """A disk and what its vdev means."""

    text: DiskText
    disk: Disk
    vdev: Vdev

    @property
    def name(self) -> str:
        return self.disk.vdev or ""


def _read(text: str) -> Vdev | None:
    try:
        return parse_vdev(text)
    except ValueError:
        return None


def _seen(guest: Guest) -> list[_Seen]:
    """The disks with a vdev that says which disk it is; of a plain number xl does not work that out."""
    read = [(text, disk, _read(disk.vdev or "")) for text, disk in disks(guest)]
    return [_Seen(text, disk, vdev) for text, disk, vdev in read if vdev is not None]


# ---- vdevs that libxl does not know


def _bad(guest: Guest) -> Iterator[Finding]:
    for text, disk in disks(guest):
        name = disk.vdev or ""
        word = text.word("vdev")
        if word is None or _read(name.strip()) or _HEX.fullmatch(name) or placeholders.fills(name):
            continue
        if "/" in name and (ordered := in_order(guest, text)) is not None:
            summary = f"xl reads this as {text.reading()}: {ORDER}"
            yield Finding(text.span("vdev"), summary, *ordered, covers=text.whole)
            continue
        summary, advice = _why_bad(text, name)
        yield Finding(text.span("vdev"), f"{summary}: the guest is not created", advice, _meant(guest, text, word))


def _why_bad(text: DiskText, name: str) -> tuple[str, str]:
    beyond = re.fullmatch(r"(hd|sd)[a-z]+[0-9]*", name)
    if name in NAMES["access"].values or name in FORMATS or not name:
        reading = f"xl reads this as {text.reading()}" if name else "the vdev is empty"
        return reading, "the words are target, format, vdev, access: name the vdev, such as xvda"
    if beyond:
        return f"there is no {name}", f"there are {_LIMITS[beyond[1]]}; xvda and so on go further"
    if ":" in name:
        return f"behind vdev= the colon belongs to the name: there is no {name}", "write cdrom as a word of its own"
    return (
        f"there is no virtual disk {name!r}",
        "name it xvda, xvdb ... (hda to hdd for disks that HVM guests boot from)",
    )


def _meant(guest: Guest, text: DiskText, word: Word) -> Fix | None:
    written = text.text(word)
    vdev, _, devtype = written.lower().partition(":")
    if not devtype:
        match = _MISSPELT.fullmatch(vdev)
        vdev = f"{match[1] or 'xvd'}{match[2]}" if match else vdev
    new = f"{vdev},{devtype}" if devtype in NAMES else vdev
    if _read(vdev) is None or new == written:
        return None
    return fix(guest, text, f"write {new}", [Change(word.start, word.end, new)])


# ---- one vdev for two disks


def _twice(guest: Guest) -> Iterator[Finding]:
    taken: dict[tuple[object, ...], _Seen] = {}
    for second in _seen(guest):
        claims = list(_claims(guest, second))
        key = next((key for key, _ in claims if key in taken), None)
        if key is not None:
            first, why = taken[key], dict(claims)[key]
            related = (Related(f"{first.name} is here", guest.source, first.text.span("vdev")),)
            summary = why.format(first=first.name, second=second.name)
            yield Finding(second.text.span("vdev"), summary, "give one of them another vdev", None, related)
        for key in _holds(claims):
            taken.setdefault(key, second)


_SAME = "two disks are {second}: the guest is not created"
_EMULATED = "{first} and {second} are the same emulated disk: QEMU does not start"
_NAMESAKE = "{first} and {second} have the same name in a Linux guest, which drops one of them"
_OVERLAP = "{first} and {second} overlap: a Linux guest drops one of them"


def _claims(guest: Guest, seen: _Seen) -> Iterator[tuple[tuple[object, ...], str]]:
    """What a disk is to the guest that no other disk may be, each with what to say when one is."""
    disk, partition = seen.vdev.disk, seen.vdev.partition
    yield ("number", seen.vdev.number), _SAME
    slot = _slot(guest, seen)
    if slot is not None:
        yield slot, _EMULATED
    if guest.kind != HVM and seen.vdev.bus != "d":
        yield ("partition", disk, partition), _NAMESAKE
        yield ("whole" if partition else "parts", disk), _OVERLAP


def _holds(claims: list[tuple[tuple[object, ...], str]]) -> Iterator[tuple[object, ...]]:
    """What others must not claim: a whole disk where they claim a part of it, and the other way round."""
    turned = {"whole": "parts", "parts": "whole"}
    for (what, *which), _ in claims:
        yield (turned.get(str(what), what), *which)


def _slot(guest: Guest, seen: _Seen) -> tuple[str, int] | None:
    """The place of the emulated disk that QEMU gives an HVM guest; None for none, as of a driver domain's."""
    info = guest.config.b_info.u
    if seen.disk.backend_domname or guest.kind != HVM or not isinstance(info, Hvm) or seen.vdev.bus == "d":
        return None
    if seen.vdev.bus == "sd" and not seen.disk.is_cdrom:
        return "scsi", seen.vdev.disk
    if info.hdtype == "ahci" and not seen.disk.is_cdrom and seen.vdev.disk < _AHCI_SLOTS:
        return "ahci", seen.vdev.disk
    return ("ide", seen.vdev.disk) if seen.vdev.disk < _IDE_SLOTS else None


# ---- what QEMU emulates


def _cd_slot(guest: Guest) -> Iterator[Finding]:
    if guest.kind != HVM or is_traditional(guest):
        return
    for seen in _seen(guest):
        if seen.disk.is_cdrom and seen.vdev.bus != "d" and seen.vdev.disk >= _IDE_SLOTS:
            what = "QEMU does not start" if seen.vdev.disk == _IDE_SLOTS else "its firmware and installers see no drive"
            yield Finding(
                seen.text.span("vdev"),
                f"{seen.name} is beyond the four drives that are emulated for the guest: {what}",
                "use one of hda to hdd that is free; hdc is usual",
            )


_FREE = {"ide": "xvde", "ahci": "xvdg"}
"""The first disks behind the emulated ones."""


def _read_only(guest: Guest) -> Iterator[Finding]:
    if guest.kind != HVM or is_traditional(guest):
        return
    for seen in _seen(guest):
        slot = _slot(guest, seen)
        if slot and slot[0] != "scsi" and not seen.disk.readwrite and not seen.disk.is_cdrom:
            yield Finding(
                seen.text.span("readwrite"),
                f"an HVM guest cannot have {seen.name} read-only, which is emulated as an {slot[0].upper()} disk: "
                "it is not created",
                f"use sda to sdp, or {_FREE[slot[0]]} and beyond, which is not emulated; or make it a CD drive (cdrom)",
            )


RULES = (
    Rule(
        code="disk-bad-vdev",
        group="disk",
        severity=Severity.WARNING,
        summary="a vdev that libxl does not know",
        why=(
            "xl takes any text for the vdev; libxl knows xvda, hda, sda and their like, with a partition or without, "
            "and refuses anything else when the guest is created."
        ),
        bad="disk = ['/dev/vg0/web,raw,«vda»,rw']",
        good="disk = ['/dev/vg0/web,raw,xvda,rw']",
        fixed="disk = ['/dev/vg0/web,raw,xvda,rw']",
        keys=("disk",),
        check=_bad,
        explains=("disk-relative-path",),
    ),
    Rule(
        code="disk-vdev-twice",
        group="disk",
        severity=Severity.WARNING,
        summary="two disks that are one to the guest",
        why=(
            "libxl refuses a second disk with the same vdev. QEMU emulates hda to hdd and xvda to xvdd of HVM guests "
            "as the same four IDE disks, partitions too, and does not start when one is there twice. A PV guest with "
            "Linux names all of them xvd, and has either the whole disk or partitions of it."
        ),
        bad="disk = ['/dev/vg0/root,raw,xvda,rw', '/dev/vg0/data,raw,«xvda»,rw']",
        good="disk = ['/dev/vg0/root,raw,xvda1,rw', '/dev/vg0/swap,raw,xvda2,rw']",
        keys=("disk",),
        check=_twice,
    ),
    Rule(
        code="disk-cd-slot",
        group="disk",
        severity=Severity.WARNING,
        summary="a CD drive of an HVM guest that is not emulated",
        why=(
            "Firmware and installers of an HVM guest see emulated drives only, and these are the first four: hda to "
            "hdd, or xvda to xvdd. A CD drive beyond is there for PV drivers alone, and the guest does not boot "
            "from it."
        ),
        bad="type = 'hvm'\ndisk = ['/srv/a.iso,raw,«xvdf»,cdrom']",
        good="type = 'hvm'\ndisk = ['/srv/a.iso,raw,hdc,cdrom']",
        keys=("disk",),
        check=_cd_slot,
    ),
    Rule(
        code="disk-read-only-ide",
        group="disk",
        severity=Severity.WARNING,
        summary="a read-only disk of an HVM guest that QEMU must emulate as IDE",
        why=(
            "QEMU has no read-only IDE and AHCI disks. libxl refuses to create an HVM guest with one among hda to "
            "hdd or xvda to xvdd; SCSI disks and CD drives may be read-only."
        ),
        bad="type = 'hvm'\ndisk = ['/srv/tools.img,raw,hdb,«ro»']",
        good="type = 'hvm'\ndisk = ['/srv/tools.img,raw,sdb,ro', '/srv/data.img,raw,xvde,ro']",
        keys=("disk",),
        check=_read_only,
    ),
)
