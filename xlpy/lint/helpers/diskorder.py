"""Disk specs whose words stand in another order than xl's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.lint.helpers.diskwords import FLAGS, FORMATS, NAMES, Change, fix, format_of_name, is_vdev

if TYPE_CHECKING:
    from xlpy.diagnostic import Fix
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.diskwords import DiskText

_SLOTS = ("target", "format", "vdev", "access")
_PLAIN = ("phy", "file", "tap", "tap2", "aio")
ORDER = "the order is target, format, vdev, access"


def slot_of(word: str) -> str:
    """Which parameter a word is likely meant for."""
    bare = word.strip()
    if bare in FORMATS:
        return "format"
    if is_vdev(bare) and ":" not in bare:
        return "vdev"
    return "access" if bare in NAMES["access"].values and bare else ""


def in_order(guest: Guest, text: DiskText) -> tuple[str, Fix | None] | None:
    """What to write, and the fix, where each word is clearly for one field, but not in its place; None of others."""
    words = _in_a_row(text)
    slots = ["target" if "/" in one.text else slot_of(one.text) for one in words]
    given = {slot: one.text for slot, one in zip(slots, words, strict=True)}
    if len(given) < len(slots) or not {"target", "vdev"} <= given.keys() or "" in given:
        return None
    if [slot for slot in _SLOTS if slot in given] == slots or _runs_a_script(text):
        return None
    new = ",".join(_completed(text, given))
    change = Change(words[0].start, words[-1].end, new)
    whole = text.atom.text
    advice = f"write '{whole[: change.start]}{new}{whole[change.end :]}'"
    return advice, fix(guest, text, "put the words in order", [change])


def _runs_a_script(text: DiskText) -> bool:
    """Whether a prefix such as iscsi: says more than a format."""
    return any(text.text(prefix)[:-1] not in (*FORMATS, *_PLAIN) for prefix in text.prefixes)


def _completed(text: DiskText, given: dict[str, str]) -> list[str]:
    """The words in their order, with a format, and without a prefix, which said it."""
    target = given["target"].rpartition(":")[2] if text.prefixes else given["target"]
    said = next((name for name in (text.text(one)[:-1] for one in text.prefixes) if name in FORMATS), "")
    chosen = given.get("format") or said or format_of_name(target) or "raw"
    words = {**given, "target": target, "format": chosen}
    return [words[slot] for slot in _SLOTS if slot in words]


def _in_a_row(text: DiskText) -> list[Change]:
    """The words at the start of a spec that have no name."""
    words, at = [], 0
    for written in text.atom.text.split(","):
        if "=" in written or written.strip() in FLAGS:
            break
        start = at + len(written) - len(written.lstrip())
        words.append(Change(start, at + len(written), written.strip()))
        at += len(written) + 1
    return words
