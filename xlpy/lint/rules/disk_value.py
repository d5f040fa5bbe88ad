"""Disks: words that do not fit where they stand, for which xl refuses the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint.helpers.diskorder import ORDER, in_order
from xlpy.lint.helpers.diskwords import (
    CONVERTED,
    FLAGS,
    FORMATS,
    NAMES,
    Change,
    about,
    changed,
    fix,
    format_of_name,
    is_vdev,
)
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding, Rule

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.diskwords import DiskText
    from xlpy.vocabulary import Token

_PREFIX = "disk-unknown-value-for-"
_NO_FORMAT = "the word for the format is missing"
_NAME_IN_CODE = {"type": "devtype", "colo_port": "colo-port"}
_MEANT = {
    "format": {
        "aio": "raw", "block": "raw", "ext4": "raw", "file": "raw", "img": "raw", "iso": "raw", "lvm": "raw",
        "phy": "raw", "vpc": "vhd",
    },
    "backendtype": {"other": "standalone", "qemu": "qdisk", "blktap": "tap", "tap2": "tap", "vbd": "phy"},
    "access": {"w!": "w", "rw!": "rw", "wo": "w", "readonly": "ro", "read-only": "ro", "write": "rw"},
}  # fmt: skip
"""What other tools call it."""


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    name = told.code.removeprefix(_PREFIX)
    token = NAMES[_NAME_IN_CODE.get(name, name)]
    return about(lambda guest, text, word: _unknown(guest, text, token, word))(guest, told)


def _reordered(guest: Guest, text: DiskText, reading: str, word: Change) -> Finding | None:
    found = in_order(guest, text)
    return found and Finding(text.place(word), f"xl reads this as {reading}: {ORDER}", *found)


def _unknown(guest: Guest, text: DiskText, token: Token, word: Change) -> Finding:
    found = None
    if token.name in ("format", "access") and not text.is_named(word):
        found = _reordered(guest, text, _reading(text, token.name, word.text), word)
    if found is None and token.name == "format":
        found = _shifted(guest, text, word)
    elif found is None and token.name == "access" and text.prefixes and is_vdev(word.text):
        found = _behind_prefix(guest, text, word)
    return found or _unfit(guest, text, token, word)


# ---- a word is missing, and all behind it are in the wrong place


def _shifted(guest: Guest, text: DiskText, word: Change) -> Finding | None:
    """The word for the format is missing, or the one for the target."""
    if is_vdev(word.text):
        path = next((text.text(one) for one in text.words if one.field == "pdev_path"), "")
        return _put_in(guest, text, word, word.start, path and (format_of_name(path) or "raw"), _NO_FORMAT)
    target = text.word("pdev_path")
    if word.text in NAMES["access"].values and target is not None and is_vdev(text.text(target)):
        return _put_in(guest, text, word, target.start, "", "the word for the target is missing")
    return None


def _put_in(guest: Guest, text: DiskText, word: Change, at: int, new: str, why: str) -> Finding:
    change = Change(at, at, f"{new},")
    spec = text.atom.text[:at] + change.text + text.atom.text[at:]
    return Finding(
        text.place(word),
        f"xl reads this as {_reading(text, 'format', word.text)}: {why}",
        f"write '{spec.strip()}'",
        fix(guest, text, f"put in {change.text!r}", [change]),
    )


def _behind_prefix(guest: Guest, text: DiskText, word: Change) -> Finding:
    """Behind phy: and its kin there is no word for the format."""
    prefix = "".join(map(text.text, text.prefixes))
    removals = [Change(one.start, one.end, "") for one in text.prefixes]
    mended = changed(guest, text, removals) is not None
    return Finding(
        text.place(word),
        f"xl reads this as {_reading(text, 'access', word.text)}: behind {prefix} no word for the format may stand",
        f"leave {prefix} out" if mended else f"leave the word behind the target out, or {prefix}",
        fix(guest, text, f"remove {prefix}", removals),
    )


def _reading(text: DiskText, name: str, word: str) -> str:
    return ", ".join(filter(None, (text.reading(), f"{name}={word}")))


# ---- a word of its own


def _unfit(guest: Guest, text: DiskText, token: Token, word: Change) -> Finding:
    """A word where it belongs, with another one that may be meant."""
    meant = _meant(token, word.text, text.is_named(word))
    what = f"xl knows no {token.name} {word.text!r}" if word.text else f"{token.name} has no value"
    if meant is None and word.text and not text.is_named(word):
        what = f"xl reads this as {_reading(text, token.name, word.text)}, and {what.removeprefix('xl ')}"
    new = None if meant is None else fix(guest, text, f"write {meant!r}", [word._replace(text=meant)])
    return Finding(text.place(word), f"{what}{_reason(guest, token, word.text)}", _advice(token, word.text, meant), new)


def _meant(token: Token, word: str, named: bool) -> str | None:
    bare, known = word.strip(), token.values
    if bare in known and (bare or word):
        return bare
    if bare.lower() in known and bare:
        return bare.lower()
    if token.name == "format" and bare.lower() in CONVERTED:
        return None
    others = set(filter(None, known)) | (set() if named else FLAGS)
    return _MEANT.get(token.name, {}).get(bare.lower()) or nearest(bare, others, 0.7) or None


def _reason(guest: Guest, token: Token, word: str) -> str:
    younger = NAMES.get(word)
    if younger is not None and not younger.known_to(guest.release):
        return f": xl of Xen {guest.release} does not have that word, which came with {younger.since}"
    if word != word.strip() and word.strip() in token.values:
        return ": blanks behind a comma do not count, all others belong to the word"
    if token.name == "access" and word.strip().endswith("!"):
        return ": forcing a shared write was xm's, xl has no way to ask for it"
    return ""


def _advice(token: Token, word: str, meant: str | None) -> str:
    if token.form == "port":
        return "give a port from 1 to 65535"
    if token.name == "format" and word.strip().lower() in CONVERTED:
        return f"convert the image: qemu-img convert -O qcow2 ...; xl knows {either(sorted(FORMATS))}"
    if token.name == "format" and meant is None and ("." in word or "/" in word):
        return "a path with a comma in it must be the last word, behind target="
    words = either(sorted(filter(None, token.values)))
    if meant is None:
        return f"write {words}"
    upper = "; all words are lower-case" if word.strip() != meant and word.strip().lower() == meant else ""
    return f"write {meant}{upper}"


RULES = (
    Rule(
        code="disk-unknown-value",
        group="disk",
        severity=Severity.ERROR,
        summary="a word in a disk spec that xl does not know there",
        why=(
            "Words without a name fill target, format, vdev and access in this order, and an empty word keeps its "
            "place: one that is missing makes xl take the next one for it. Formats, backends and kinds of access are "
            "closed sets of lower-case words. xl refuses the file."
        ),
        bad="disk = ['/dev/vg0/web,«xvda»,w']",
        good="disk = ['/dev/vg0/web,,xvda,w', 'format=qcow2, vdev=xvdb, target=/srv/data.qcow2']",
        fixed="disk = ['/dev/vg0/web,raw,xvda,w']",
        told=(f"{_PREFIX}*",),
        retell=_retell,
    ),
)
