"""Disks: how a spec is written that xl takes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from xlpy.diagnostic import Related, Severity
from xlpy.lint.helpers import placeholders
from xlpy.lint.helpers.diskwords import (
    FORMATS,
    TEXTS,
    Change,
    applied,
    disks,
    dropped,
    fix,
    modern,
    swallowed,
    target_last,
)
from xlpy.lint.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest

_READ_ONLY = {"w": "r", "rw": "ro"}
_MAY_REPEAT = ("format", "backend", "specification")
"""Another value of these is refused."""


def _old(guest: Guest) -> Iterator[Finding]:
    for text, disk in disks(guest):
        changes = modern(text) if ":" in text.atom.text else ()
        if not changes:
            continue
        new = fix(guest, text, "write it in the present form", changes, disk)
        advice = f"write '{applied(text, changes)}'" if new else "write target, format, vdev and access without it"
        if text.prefixes:
            first = text.prefixes[0]
            name = text.text(first)[:-1]
            yield Finding(text.place(first), _what_of_prefix(name, disk.script), advice, new)
        else:
            colon = text.place(next(change for change in changes if change.start < change.end))
            yield Finding(colon, "a kind of device behind the vdev is xm's way to write it", advice, new)


def _what_of_prefix(name: str, script: str | None) -> str:
    if name in FORMATS:
        return f"{name}: in front of the target is xm's way to give the format"
    if script == f"block-{name}":
        return f"{name}: in front of the target is xm's way to write script={script}"
    return f"{name}: is a leftover of xm: xl strips it, and chooses the backend by itself"


def _blanks(guest: Guest) -> Iterator[Finding]:
    for text, _ in disks(guest):
        for word in text.words:
            written = text.text(word)
            if word.field not in TEXTS or written == written.strip() or not written.strip():
                continue
            leading = len(written) - len(written.lstrip())
            blanks = [Change(word.start, word.start + leading, "")] if leading else []
            if written != written.rstrip():
                blanks.append(Change(word.start + len(written.rstrip()), word.end, ""))
            where = "in front of" if leading else "behind"
            yield Finding(
                text.place(blanks[0]),
                f"the blank {where} {written.strip()} belongs to the {TEXTS[word.field]}, so that it is another one",
                "remove it; only blanks in front of a parameter do not count",
                fix(guest, text, "remove the blank", blanks),
            )


def _swallowing(guest: Guest) -> Iterator[Finding]:
    for text, _ in disks(guest):
        target = text.word("pdev_path")
        comma = -1 if target is None or not text.is_named(target) else swallowed(text, target)
        if target is not None and comma >= 0:
            lost = text.atom.text[comma + 1 : target.end].strip()
            yield Finding(
                text.atom.inside(comma, target.end),
                f"target= takes all that follows it: {lost} becomes part of the path",
                "put target= at the end of the spec",
                fix(guest, text, "put target= at the end", [target_last(text, target, comma)]),
            )


def _overridden(guest: Guest) -> Iterator[Finding]:
    for text, disk in disks(guest):
        choices = [word for word in text.words if word.field not in TEXTS and word.field not in _MAY_REPEAT]
        for field in dict.fromkeys(word.field for word in choices):
            for lost, winner in pairwise(word for word in choices if word.field == field):
                if lost.value == winner.value:
                    continue
                first, second = text.text(lost), text.text(winner)
                yield Finding(
                    text.place(lost),
                    f"{first} is lost: {second} behind it overrides it" if first else f"{second} overrides this",
                    "keep one of them",
                    fix(guest, text, f"remove {first}", [dropped(text, lost)], disk),
                    (Related("overridden here", guest.source, text.place(winner)),),
                )


def _writable_cd(guest: Guest) -> Iterator[Finding]:
    for text, disk in disks(guest):
        access = text.word("readwrite")
        if disk.is_cdrom and access is not None and text.text(access) in _READ_ONLY:
            written = text.text(access)
            new = _READ_ONLY[written]
            yield Finding(
                text.place(access),
                f"a CD drive is read-only: xl ignores {written}",
                f"write {new}, or leave it out",
                fix(guest, text, f"write {new}", [Change(access.start, access.end, new)], disk),
            )


def _relative(guest: Guest) -> Iterator[Finding]:
    for text, disk in disks(guest):
        path = disk.pdev_path or ""
        of_host = not disk.script and disk.backend_domain() == "Domain-0"
        if path and of_host and not path.startswith("/") and not _is_no_path(path):
            yield Finding(
                text.span("pdev_path"),
                f"{path} is looked up in the directory in which xl create runs, which is another one at boot",
                f"write /dev/{path}" if text.prefixes and "/" not in path else "write the whole path, from / on",
            )


def _is_no_path(path: str) -> bool:
    """Whether it is something that QEMU opens, as rbd:pool/image, or what a template leaves open."""
    return ":" in path.partition("/")[0] or placeholders.fills(path)


RULES = (
    Rule(
        code="disk-old-syntax",
        group="disk",
        severity=Severity.ADVICE,
        summary="a disk spec in the form of xm",
        why=(
            "xm chose the backend by prefixes (phy:, file:, tap:aio:). xl strips these and chooses the backend itself, "
            "so that what they say no longer holds. Its manual calls this form deprecated, :cdrom behind the vdev too. "
            "The present form is target, format, vdev, access; a word that is left out leaves its comma."
        ),
        bad="disk = ['«phy:»/dev/vg0/web,xvda,w']",
        good="disk = ['/dev/vg0/web,raw,xvda,w', '/srv/a.iso,raw,xvdb,cdrom']",
        fixed="disk = ['/dev/vg0/web,raw,xvda,w']",
        keys=("disk",),
        check=_old,
    ),
    Rule(
        code="disk-blank",
        group="disk",
        severity=Severity.WARNING,
        summary="a blank that becomes part of a disk's path or vdev",
        why=(
            "xl skips blanks in front of a parameter and takes all others for part of its value: it then looks for a "
            "file whose name ends with a blank, or refuses the vdev when the guest is created."
        ),
        bad="disk = ['/dev/vg0/web« »,raw,xvda,rw']",
        good="disk = ['/dev/vg0/web, raw, xvda, rw']",
        fixed="disk = ['/dev/vg0/web,raw,xvda,rw']",
        keys=("disk",),
        check=_blanks,
    ),
    Rule(
        code="disk-target-not-last",
        group="disk",
        severity=Severity.WARNING,
        summary="parameters behind target=, which become part of the path",
        why=(
            "target= takes the rest of the spec, commas too. Parameters behind it are lost: a disk that was to be "
            "read-only is writable, and the image is looked for under a name that has them in it."
        ),
        bad="disk = ['vdev=xvda, target=/dev/vg0/web«, access=ro»']",
        good="disk = ['vdev=xvda, access=ro, target=/dev/vg0/web']",
        fixed="disk = ['vdev=xvda, access=ro, target=/dev/vg0/web']",
        keys=("disk",),
        check=_swallowing,
    ),
    Rule(
        code="disk-word-overridden",
        group="disk",
        severity=Severity.WARNING,
        summary="a word in a disk spec that a later one overrides",
        why=(
            "For access, the kind of device and flags such as discard the last word wins and xl says nothing about "
            "the others. An access without a name wins over access= in front of it."
        ),
        bad="disk = ['access=«ro», /dev/vg0/web, raw, xvda, rw']",
        good="disk = ['/dev/vg0/web,raw,xvda,ro']",
        fixed="disk = ['/dev/vg0/web, raw, xvda, rw']",
        keys=("disk",),
        check=_overridden,
    ),
    Rule(
        code="disk-cd-writable",
        group="disk",
        severity=Severity.ADVICE,
        summary="a CD drive that is given as writable",
        why="xl makes each CD drive read-only, whatever its access says.",
        bad="disk = ['/srv/a.iso,raw,xvdb,«rw»,cdrom']",
        good="disk = ['/srv/a.iso,raw,xvdb,ro,cdrom']",
        fixed="disk = ['/srv/a.iso,raw,xvdb,ro,cdrom']",
        keys=("disk",),
        check=_writable_cd,
    ),
    Rule(
        code="disk-relative-path",
        group="disk",
        severity=Severity.ADVICE,
        summary="an image that is named by a relative path",
        why=(
            "xl looks a relative path up in its working directory when the guest is created. What works in one "
            "directory fails in another, at boot (xendomains), and when the guest is restarted by a daemon."
        ),
        bad="disk = ['«images/web.img»,raw,xvda,rw']",
        good="disk = ['/srv/images/web.img,raw,xvda,rw']",
        keys=("disk",),
        check=_relative,
    ),
)
