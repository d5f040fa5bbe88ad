"""Disks: words too many and missing, for which xl refuses the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Related, Severity
from xlpy.lint.helpers.diskorder import slot_of
from xlpy.lint.helpers.diskwords import FLAGS, NAMES, Change, about, fix, swallowed, target_last
from xlpy.lint.helpers.words import nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.rules.disk_name import no_such

if TYPE_CHECKING:
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.diskwords import DiskText


def _again(guest: Guest, text: DiskText, second: Change) -> Finding:
    """A word for a field that has one already."""
    field = next((token.field for token in NAMES.values() if _names(text, second, token.name)), "pdev_path")
    first = next((word for word in text.words if word.field == field), None)
    name = next(token.name for token in NAMES.values() if token.field == field and token.form != "flag")
    if first is None:
        return Finding(text.place(second), f"the {name} is given twice", "keep one of them")
    written = text.text(first)
    if written in NAMES and not text.is_named(first):
        return Finding(text.place(first), *no_such(guest, written))
    meant = "" if text.is_named(first) else slot_of(written)
    if meant in ("", name):
        related = (Related("first given here", guest.source, text.place(first)),)
        advice = "keep one of them"
        return Finding(
            text.place(second), f"the {name} is given twice: {written}, {second.text}", advice, None, related
        )
    change = Change(first.start, first.start, f"{meant}=")
    return Finding(
        text.place(first),
        f"{written} is taken for the {name}, for it is the first word without a name",
        f"write {meant}={written}",
        fix(guest, text, f"write {meant}={written}", [change]),
    )


def _names(text: DiskText, word: Change, name: str) -> bool:
    return text.atom.text[: word.start].endswith(f"{name}=")


def _surplus(guest: Guest, text: DiskText, word: Change) -> Finding:
    bare = word.text.strip()
    if bare in NAMES and not NAMES[bare].known_to(guest.release):
        return Finding(text.place(word), *no_such(guest, bare))
    flag = nearest(bare, FLAGS, 0.7)
    return Finding(
        text.place(word),
        f"xl reads this as {text.reading()}, and has no place for {bare!r}",
        f"did you mean {flag}?" if flag else "only target, format, vdev and access may stand without a name",
        fix(guest, text, f"write {flag}", [word._replace(text=flag)]) if flag else None,
    )


def _no_vdev(guest: Guest, text: DiskText, _: Change) -> Finding:
    target = text.word("pdev_path")
    comma = -1 if target is None else swallowed(text, target)
    if target is not None and text.is_named(target) and comma >= 0:
        return Finding(
            text.place(target),
            f"target= takes all that follows it: xl looks for {text.text(target)}, and finds no vdev",
            "put target= at the end of the spec",
            fix(guest, text, "put target= at the end", [target_last(text, target, comma)]),
        )
    reading = text.reading()
    summary = f"xl reads this as {reading}, without a vdev" if reading else "this disk has no vdev"
    return Finding(text.whole, summary, "say where the guest sees it: vdev=xvda, or as the third word")


def _no_target(_: Guest, text: DiskText, __: Change) -> Finding:
    return Finding(
        text.whole,
        f"xl reads this as {text.reading()}, without a target",
        "name the image or block device, target=/PATH; only a CD drive may be empty: add cdrom",
    )


RULES = (
    Rule(
        code="disk-value-twice",
        group="disk",
        severity=Severity.ERROR,
        summary="a parameter of a disk that is given twice",
        why=(
            "Each parameter may stand once, by name or by its place. xl takes the first word without a name for the "
            "target and the next ones for format, vdev and access, and refuses the spec when one of them is there."
        ),
        bad="disk = ['format=raw, vdev=xvda, «rw», target=/dev/vg0/web']",
        good="disk = ['format=raw, vdev=xvda, access=rw, target=/dev/vg0/web']",
        fixed="disk = ['format=raw, vdev=xvda, access=rw, target=/dev/vg0/web']",
        told=("disk-*-respecified",),
        retell=about(_again),
    ),
    Rule(
        code="disk-too-many-words",
        group="disk",
        severity=Severity.ERROR,
        summary="a word in a disk spec that has no place left",
        why=(
            "Four words may stand without a name: target, format, vdev and access. xl refuses a fifth, among them "
            "each flag that its release does not know."
        ),
        bad="disk = ['/dev/vg0/web,raw,xvda,rw,«shared»']",
        good="disk = ['/dev/vg0/web,raw,xvda,rw,no-discard']",
        told=("disk-too-many-positional-parameters",),
        retell=about(_surplus),
    ),
    Rule(
        code="disk-no-vdev",
        group="disk",
        severity=Severity.ERROR,
        summary="a disk without a vdev",
        why=(
            "xl must be told under which name the guest sees a disk: xvda, hda, sda. It refuses the file otherwise. "
            "What stands behind target= belongs to the target, a vdev= too."
        ),
        bad="disk = ['target=«/dev/vg0/web, vdev=xvda»']",
        good="disk = ['vdev=xvda, target=/dev/vg0/web']",
        fixed="disk = ['vdev=xvda, target=/dev/vg0/web']",
        told=("disk-no-vdev-specified",),
        retell=about(_no_vdev),
    ),
    Rule(
        code="disk-no-target",
        group="disk",
        severity=Severity.ERROR,
        summary="a disk without an image or device",
        why="Only a CD drive may be empty: xl refuses any other disk that names no target.",
        bad="disk = ['«format=raw, vdev=xvda»']",
        good="disk = ['vdev=hdc, cdrom']",
        told=("disk-no-target-specified",),
        retell=about(_no_target),
    ),
)
