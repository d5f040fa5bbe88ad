"""Keys that xl does not know, and those given twice."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from xlpy import vocabulary
from xlpy.diagnostic import Related, Severity
from xlpy.lint import edits
from xlpy.lint.helpers.keyed import declared, is_idle, is_numeric, is_off, operator
from xlpy.lint.helpers.nearest import nearest_key
from xlpy.lint.helpers.words import nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.torn.lines import harmless, is_python, is_torn
from xlpy.nodes import ListNode
from xlpy.xm.xend_keys import XEND_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.diagnostic import Fix
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Setting, Value

_AUTO = "remove it, and link the file into /etc/xen/auto: the xendomains service starts what is there"
_HINTS = {
    "arch": "xl has no such choice: a guest runs on the architecture of its host",
    "audio": "use soundhw, which takes the name of a sound card",
    "autostart": _AUTO,
    "include": "xl includes no other file: write the settings of it into this one",
    "onboot": _AUTO,
    "start_on_boot": _AUTO,
    "iommu": "use passthrough, which takes a word",
    "on_start": "xl starts no programs: run them around xl create",
    "paused": "create the guest with: xl create -p",
    "persistent": "xl keeps no configurations: the file is all there is",
}
"""What to do about names that are no key, and stand for something."""


class Removed(NamedTuple):
    """A key that xl once knew: the last release that did, and what says the same now."""

    last: str
    instead: str
    rewritten: str = ""
    """The assignment that says the same as 1."""


_REMOVED = {"pvh": Removed("4.9", 'write type = "pvh"', 'type = "pvh"')}


@cache
def _conf_keys() -> frozenset[str]:
    from xlpy.xlconf.keys import KEYS

    return frozenset(key.name for key in KEYS)


def _plain(guest: Guest) -> Iterable[Setting]:
    """The assignments, in a program those that are no expressions."""
    if not is_python(guest):
        return guest.assignments
    return [setting for setting in guest.assignments if not is_torn(guest, setting.name_span)]


def _is_variable(guest: Guest, name: str) -> bool:
    """Whether a program uses a name elsewhere, too."""
    if not is_python(guest):
        return False
    uses = len(re.findall(rf"\b{re.escape(name)}\b", guest.text))
    return uses > len(guest.assignments_of(name))


def _unknown(guest: Guest) -> Iterator[Finding]:
    known = vocabulary.key_names()
    for setting in _plain(guest):
        name = setting.name
        if name in known or name in XEND_KEYS or name in _REMOVED or _is_variable(guest, name):
            continue
        near = "" if name in _HINTS or name in _conf_keys() else nearest_key(name)
        fits = near and near not in guest.entries
        yield Finding(
            setting.name_span,
            f"xl knows no key {name}: it ignores the line without a word",
            _what_instead(name, near),
            harmless(guest, edits.rename(setting, near, safe=False)) if fits else None,
        )


def _what_instead(name: str, near: str) -> str:
    if near:
        return f"did you mean {near}?"
    conf = name if name in _conf_keys() else nearest(name, _conf_keys(), 0.85)
    if conf and name not in _HINTS:
        return f"{conf} is a key of /etc/xen/xl.conf, not of a guest: move it there"
    return _HINTS.get(name) or "remove it, or see xl.cfg(5) for what there is"


def _of_xend(guest: Guest) -> Iterator[Finding]:
    for setting in _plain(guest):
        xend = XEND_KEYS.get(setting.name)
        if xend is not None and not is_off(setting):
            summary = f"{setting.name} was for xm: xl ignores the line without a word"
            yield Finding(
                setting.name_span, summary, xend.instead, harmless(guest, _successor(guest, setting, xend.key))
            )


def _successor(guest: Guest, setting: Setting, name: str | None) -> Fix | None:
    """Give the same number to the key that takes it; nothing where the value is not the same."""
    key = declared(name or "")
    if key is None or key.name in guest.entries or not is_numeric(key) or not _text(setting.value).isdecimal():
        return None
    return edits.rename(setting, key.name, safe=False)


def _removed(guest: Guest) -> Iterator[Finding]:
    for setting in _plain(guest):
        removed = _REMOVED.get(setting.name)
        if removed is None:
            continue
        fix = None
        if _text(setting.value) == "1" and "type" not in guest.entries and "builder" not in guest.entries:
            span = setting.name_span._replace(end=setting.end)
            fix = edits.replace(f"write {removed.rewritten}", span, removed.rewritten, safe=False)
        yield Finding(
            setting.name_span,
            f"xl has known no {setting.name} since Xen {removed.last}: it ignores the line without a word",
            removed.instead,
            harmless(guest, fix),
        )


def _text(value: Value) -> str:
    return "" if isinstance(value, ListNode) else value.text


def _by_name(guest: Guest) -> dict[str, list[Setting]]:
    """The assignments of each key, in order."""
    found: dict[str, list[Setting]] = {}
    for setting in guest.assignments:
        found.setdefault(setting.name, []).append(setting)
    return found


def _twice(guest: Guest) -> Iterator[Finding]:
    if len(guest.entries) == len(guest.assignments):
        return
    for name, written in _by_name(guest).items():
        settings = [one for one in written if not is_torn(guest, one.name_span)]
        if len(settings) < 2 or is_idle(guest, name):
            continue
        last = max((index for index, one in enumerate(settings) if not one.append), default=0)
        for setting in settings[:last]:
            yield _lost(guest, setting, settings[last])


def _lost(guest: Guest, lost: Setting, winner: Setting) -> Finding:
    same = not winner.append and _source(guest, lost) == _source(guest, winner)
    what = "with the same value" if same else "below: this value is lost"
    return Finding(
        lost.name_span,
        f"{lost.name} is assigned again {what}",
        "remove one of them, or append with +=" if not same and _may_be_added_to(winner) else "remove one of them",
        None if guest.loaded.broken else edits.remove(guest.text, lost),
        (Related("assigned again here", guest.source, winner.name_span),),
    )


def _may_be_added_to(setting: Setting) -> bool:
    """Whether += would give a value with both parts in it: a list, or a text of several words as a command line."""
    key = declared(setting.name)
    if isinstance(setting.value, ListNode):
        return key is None or "list" in key.kind.name
    return key is not None and key.field.endswith("cmdline")


def _source(guest: Guest, setting: Setting) -> str:
    return guest.text[slice(*setting.value.span)]


def _append_to_nothing(guest: Guest) -> Iterator[Finding]:
    if "+=" not in guest.text:
        return
    for name, (first, *_) in _by_name(guest).items():
        key = declared(name)
        if first.append and not (key and is_numeric(key)):
            span = operator(guest.text, first)
            summary = f"there is no {name} yet that += could add to"
            yield Finding(span, summary, "write =", edits.replace("write =", span, "="))


RULES = (
    Rule(
        code="unknown-key",
        is_cause=True,
        group="keys",
        severity=Severity.WARNING,
        summary="a key that xl does not know",
        why=(
            "xl reads the keys that it knows and passes over all others without a word: the guest starts with the "
            "default in place of the value that was meant."
        ),
        bad="«memroy» = 512",
        good="memory = 512",
        fixed="memory = 512",
        broken_too=True,
        check=_unknown,
    ),
    Rule(
        code="xend-key",
        is_cause=True,
        group="keys",
        severity=Severity.WARNING,
        summary="a key of xm, which xl does not know",
        why=(
            "The files of xm, the toolstack before xl, had keys that xl never learned. It passes over them without a "
            "word, and what they were for must be said in another way, or not at all."
        ),
        bad="«cpu_cap» = 50",
        good="cap = 50",
        fixed="cap = 50",
        broken_too=True,
        check=_of_xend,
    ),
    Rule(
        code="removed-key",
        is_cause=True,
        group="keys",
        severity=Severity.WARNING,
        summary="a key that xl no longer knows",
        why="A key that was taken out of xl is ignored like any unknown one, without a word.",
        bad="«pvh» = 1",
        good='type = "pvh"\nkernel = "/boot/vmlinuz"',
        fixed='name = "web"\nkernel = "/boot/vmlinuz"\ntype = "pvh"',
        broken_too=True,
        check=_removed,
    ),
    Rule(
        code="duplicate-key",
        group="keys",
        severity=Severity.WARNING,
        summary="a key that is assigned twice",
        why="The last assignment wins and xl says nothing about the others, whose values are lost.",
        bad="«memory» = 512\nvcpus = 2\nmemory = 1024",
        good="disk = ['/dev/vg0/a,raw,xvda,rw']\ndisk += ['/dev/vg0/b,raw,xvdb,rw']",
        fixed="vcpus = 2\nmemory = 1024",
        broken_too=True,
        check=_twice,
    ),
    Rule(
        code="append-to-nothing",
        group="keys",
        severity=Severity.ADVICE,
        summary="+= where there is nothing to add to",
        why=(
            "xl takes += for = where the key has no value yet. Often the assignment that it should add to is missing, "
            "misspelt, or stands further down."
        ),
        bad="memory = 512\ndisk «+=» ['/dev/vg0/a,raw,xvda,rw']",
        good="memory = 512\ndisk = ['/dev/vg0/a,raw,xvda,rw']",
        fixed="memory = 512\ndisk = ['/dev/vg0/a,raw,xvda,rw']",
        check=_append_to_nothing,
    ),
)
