"""Disks: names, prefixes and kinds of devices that xl does not know, for which it refuses the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.differences import DISK_JAMMED
from xlpy.lint.helpers.diskwords import FLAGS, NAMES, Change, about, fix, is_vdev
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding, Rule

if TYPE_CHECKING:
    from xlpy.diagnostic import Fix
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.diskwords import DiskText

_MEANT = {"file": "target", "path": "target", "source": "target", "dev": "vdev", "mode": "access", "type": "devtype"}
"""What other tools call the parameters."""
_ON = ("1", "yes", "true", "on")


# ---- names


def _unknown(guest: Guest, text: DiskText, name: Change) -> Finding:
    """NAME=VALUE with a name that xl does not know, or a flag with a value."""
    after = text.atom.text[name.end + 1 :].partition(",")[0]
    span = text.place(name)
    if name.text in FLAGS and NAMES[name.text].known_to(guest.release):
        bare = [name._replace(end=name.end + 1 + len(after))]
        new = fix(guest, text, f"write {name.text}", bare) if after.strip().lower() in _ON else None
        advice = f"write {name.text} alone" if new else f"write {name.text} alone where it is meant, or nothing"
        return Finding(span, f"{name.text} is a flag and takes no value", advice, new)
    return Finding(span, *no_such(guest, name.text), _renamed(guest, text, name))


def no_such(guest: Guest, name: str) -> tuple[str, str]:
    """What to say of a name that this release does not know: summary and advice."""
    if name in NAMES:
        since = NAMES[name].since
        return f"xl of Xen {guest.release} has no {name}, which came with {since}", f"leave it out, or use Xen {since}"
    meant = _meant(name)
    known = either(sorted(name for name in NAMES if NAMES[name].known_to(guest.release) and "colo" not in name))
    return f"xl knows no disk parameter {name}", f"did you mean {meant}?" if meant else f"write {known}"


def _meant(name: str) -> str:
    return _MEANT.get(name.lower()) or nearest(name, NAMES)


def _renamed(guest: Guest, text: DiskText, name: Change) -> Fix | None:
    meant = "" if name.text in NAMES else _meant(name.text)
    return fix(guest, text, f"write {meant}", [name._replace(text=meant)]) if meant else None


def _equals(guest: Guest, text: DiskText, rest: Change) -> Finding:
    """An = behind what is no name: capitals, underscores, or a path with an = in it."""
    comma = text.atom.text.rfind(",", 0, rest.start) + 1
    start = comma + len(text.atom.text[comma : rest.start]) - len(text.atom.text[comma : rest.start].lstrip())
    name = Change(start, rest.start, text.atom.text[start : rest.start])
    if name.text in NAMES:
        return Finding(text.place(name), *no_such(guest, name.text))
    meant = nearest(name.text, NAMES, 0.75)
    if "/" in name.text or not meant:
        summary = f"xl expects no = behind {name.text}" if name.text else "a name is missing in front of the ="
        advice = "a path with = in it must be the last word, behind target=" if "/" in name.text else "write NAME=VALUE"
        return Finding(text.atom.inside(rest.start, rest.start + 1), summary, advice)
    if meant in FLAGS:
        return _unknown(guest, text, name._replace(text=meant))._replace(span=text.place(name))
    summary = f"xl knows no disk parameter {name.text}: names are lower-case, with no _ but in grant_usage"
    return Finding(text.place(name), summary, f"write {meant}=", _renamed(guest, text, name))


# ---- prefixes and kinds of devices


def _prefix(guest: Guest, text: DiskText, prefix: Change) -> Finding:
    target = text.atom.text[prefix.end :].partition(",")[0]
    kind = nearest(target, NAMES["devtype"].values)
    if kind and is_vdev(prefix.text):
        return _devtype(guest, text, Change(prefix.end, prefix.end + len(target), target))
    if target.startswith("//"):
        advice = "xl opens files and block devices of the host only: name one of these"
        return Finding(text.place(prefix), f"{prefix.text} makes no disk of an address in the network", advice)
    end = prefix.end + len(target)
    plain = [prefix._replace(text=""), Change(end, end, ",raw")]
    return Finding(
        text.place(prefix),
        f"xl knows no prefix {prefix.text}",
        f"leave it out and write {target},raw",
        fix(guest, text, f"remove {prefix.text}", plain),
    )


def _devtype(guest: Guest, text: DiskText, kind: Change) -> Finding:
    meant = nearest(kind.text, NAMES["devtype"].values)
    change = Change(kind.start - 1, kind.end, f",{meant}" if meant in FLAGS else "")
    return Finding(
        text.place(kind),
        f"xl knows no kind of device {kind.text!r}",
        "write cdrom for a CD drive, or nothing behind the vdev",
        fix(guest, text, f"write {meant}", [change]) if meant else None,
    )


RULES = (
    Rule(
        code="disk-unknown-parameter",
        group="disk",
        severity=Severity.ERROR,
        summary="a parameter of a disk that xl does not know",
        why=(
            "xl refuses a disk spec with a NAME=VALUE that it does not know, and with a flag that has a value. Names "
            "are lower-case."
        ),
        bad="disk = ['format=raw, «dev»=xvda, target=/dev/vg0/web']",
        good="disk = ['format=raw, vdev=xvda, target=/dev/vg0/web']",
        fixed="disk = ['format=raw, vdev=xvda, target=/dev/vg0/web']",
        told=("disk-unknown-parameter",),
        retell=about(_unknown),
    ),
    Rule(
        code="disk-bad-syntax",
        group="disk",
        severity=Severity.ERROR,
        summary="an = in a disk spec behind what is no name",
        why=(
            "To xl an = ends a name of lower-case letters, digits and hyphens. Behind anything else, as a name in "
            "capitals or a path, it refuses the spec. Only target= takes any text, and all of it."
        ),
        bad="disk = ['«Format»=raw, vdev=xvda, target=/dev/vg0/web']",
        good="disk = ['vdev=xvda, target=/srv/a=b.img']",
        fixed="disk = ['format=raw, vdev=xvda, target=/dev/vg0/web']",
        told=("disk-bad-disk-syntax", DISK_JAMMED.code),
        retell=about(_equals),
    ),
    Rule(
        code="disk-unknown-prefix",
        group="disk",
        severity=Severity.ERROR,
        summary="a prefix of a disk's target that xl does not know",
        why=(
            "In xm a prefix such as phy: or tap:aio: chose the backend. xl strips the old ones and does without; "
            "any other word with a colon in front of a path is refused."
        ),
        bad="disk = ['«hpy:»/dev/vg0/web,xvda,w']",
        good="disk = ['/dev/vg0/web,raw,xvda,w']",
        fixed="disk = ['/dev/vg0/web,raw,xvda,w']",
        told=("disk-unknown-deprecated-disk-prefix",),
        retell=about(_prefix),
    ),
    Rule(
        code="disk-unknown-devtype",
        group="disk",
        severity=Severity.ERROR,
        summary="a kind of device behind the vdev that xl does not know",
        why="Behind a colon the vdev may have cdrom or disk, as xm had it. xl refuses anything else there.",
        bad="disk = ['/srv/a.iso,raw,hdc:«cdrm»,r']",
        good="disk = ['/srv/a.iso,raw,hdc,cdrom']",
        fixed="disk = ['/srv/a.iso,raw,hdc,cdrom,r']",
        told=("disk-unknown-deprecated-type",),
        retell=about(_devtype),
    ),
)
