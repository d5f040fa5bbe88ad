"""Words of which xl has a list, and texts that must have a form: UUIDs, names, what must not be empty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.diagnostic import Fix, Severity
from xlpy.kinds import Choice
from xlpy.lint import edits
from xlpy.lint.helpers.keyed import declared, entry_at, words_of
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.torn.mistake import shown
from xlpy.nodes import Atom
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.vocabulary import Key

_MEANT = {
    "efi": "ovmf",
    "uefi": "ovmf",
    "bios": "seabios",
    "std": "stdvga",
    "vga": "stdvga",
    "reboot": "restart",
    "shutdown": "destroy",
    "poweroff": "destroy",
    "halt": "destroy",
    "dump": "coredump-destroy",
    "linux": "pv",
    "paravirt": "pv",
    "para": "pv",
    "fullvirt": "hvm",
    "qemu": "qemu-xen",
    "upstream": "qemu-xen",
    "vmx": "hvm",
    "yes": "enabled",
    "no": "disabled",
    "1": "enabled",
    "0": "disabled",
}
"""Words that people write for one that is not spelt like them."""
_BY_BEGINNING = ("type", "builder")
"""The keys of which xl takes the beginning of a word for the word."""
_DIGITS = re.compile("[0-9a-fA-F]{32}")


def _unknown(guest: Guest, told: Diagnostic) -> Finding | None:
    """A word that is none of a list: which ones there are, and which was meant."""
    entry = entry_at(guest, told.span)
    key = declared(entry.name) if entry else None
    if entry is None or key is None or not isinstance(entry.value, Atom):
        return None
    text, words = entry.value.text, _offered(key, guest)
    if not words:
        return None
    near = _near(text, words)
    fix = edits.replace(f'write "{near}"', entry.value_span, f'"{near}"', safe=False) if near else None
    listed = either(f'"{word}"' for word in words)
    advice = f'did you mean "{near}"? There are {listed}' if near and len(words) > 1 else f"write {listed}"
    return Finding(entry.value_span, f'xl knows no {key.name} "{shown(text)}"{_when(key, text, guest)}', advice, fix)


def _offered(key: Key, guest: Guest) -> tuple[str, ...]:
    return tuple(word for word in words_of(key, guest.release) if word != "unknown")


def _near(text: str, words: tuple[str, ...]) -> str:
    word = text.strip().lower()
    meant = _MEANT.get(word, "")
    return meant if meant in words else nearest(word, words)


def _when(key: Key, text: str, guest: Guest) -> str:
    """That another release has the word."""
    kind = key.kind
    if isinstance(kind, Choice) and text in kind.values:
        if text in kind.since:
            return f", which came with Xen {kind.since[text]}: this is for {guest.release}"
        if text in kind.until:
            return f", which Xen {kind.until[text]} was the last to have"
    return ""


def _uuid(guest: Guest, told: Diagnostic) -> Finding | None:
    entry = entry_at(guest, told.span)
    if entry is None or not isinstance(entry.value, Atom):
        return None
    text = entry.value.text
    digits = re.sub("[^0-9a-zA-Z]", "", text.strip().lower().removeprefix("urn:uuid:"))
    if _DIGITS.fullmatch(digits):
        new = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        fix = edits.replace(f"write {new}", entry.value_span, f'"{new}"', safe=False)
        return Finding(entry.value_span, f"{shown(text)} is not how xl wants a UUID", f"write {new}", fix)
    summary = f"{shown(text) or 'an empty text'} is no UUID: {_what_is_odd(digits)}"
    advice = "write 32 digits in groups of 8-4-4-4-12, as uuidgen prints them, or remove it for a new one at each start"
    return Finding(entry.value_span, summary, advice)


def _what_is_odd(digits: str) -> str:
    odd = next((char for char in digits if char not in "0123456789abcdef"), "")
    return f"{odd} is no hexadecimal digit" if odd else f"it has {len(digits)} digits, not 32"


def _no_name(guest: Guest, _told: Diagnostic) -> Finding | None:
    entry = guest.entries.get("name")
    if entry is not None:
        items = () if isinstance(entry.value, Atom) else entry.value.items
        item = guest.text[slice(*items[0].span)] if len(items) == 1 and isinstance(items[0], Atom) else ""
        fix = edits.replace("remove the brackets", entry.value_span, item, safe=False) if item else None
        summary = "the name is a list: xl takes a text alone, and refuses the file"
        return Finding(entry.value_span, summary, "write the name without brackets", fix)
    if not guest.assignments:
        end = guest.text.find("\n")
        line = Span(0, len(guest.text) if end < 0 else end)
        return Finding(
            line, "nothing is set in this file: xl refuses it", 'write name = "..." and the rest of the guest'
        )
    first = guest.assignments[0]
    name = _file_stem(guest.source.name)
    fix = edits.insert(f'add name = "{name}"', guest.text, first, f'name = "{name}"') if name else None
    return Finding(
        first.name_span, "the guest has no name: xl refuses the file", f'write name = "{name or "..."}"', fix
    )


def _file_stem(path: str) -> str:
    """The name of a file without what stands behind the dot; empty where that is no good name."""
    stem = path.rpartition("/")[2].partition(".")[0]
    return stem if re.fullmatch("[A-Za-z0-9_-]*[A-Za-z_][A-Za-z0-9_-]*", stem) else ""


def _empty(guest: Guest) -> Iterator[Finding]:
    if '""' not in guest.text and "''" not in guest.text:
        return
    for name, entry in guest.entries.items():
        key = declared(name)
        if key is None or not key.empty or guest.kind not in key.guests or guest.value(name) != "":
            continue
        fix: Fix | None = None
        if name != "name" and len(guest.assignments_of(name)) == 1:
            fix = edits.remove(guest.text, guest.assignments_of(name)[0], safe=False)
        advice = "write one" if name == "name" else "remove it, or write what is meant"
        yield Finding(entry.value_span, f"{name} is empty: {key.empty}", advice, fix)


def _shortened(guest: Guest) -> Iterator[Finding]:
    """Beginnings of words, which xl takes for the words."""
    for name in _BY_BEGINNING:
        key, atom = declared(name), guest.atom(name)
        words = words_of(key, guest.release) if key else ()
        if atom is None or not atom.text or atom.text in words:
            continue
        word = next((one for one in words if one.startswith(atom.text)), "")
        if word:
            fix = edits.replace(f'write "{word}"', guest.span(name), f'"{word}"')
            yield Finding(guest.span(name), f'xl takes "{atom.text}" for "{word}"', f'write "{word}"', fix)


RULES = (
    Rule(
        code="unknown-word",
        group="values",
        severity=Severity.ERROR,
        summary="a word that xl does not know",
        why=(
            "Some keys take one of a few words. xl refuses the file for any other; of most keys it wants the case of "
            "letters as it is in the manual."
        ),
        bad='passthrough = «"yes"»',
        good='passthrough = "enabled"',
        fixed='passthrough = "enabled"',
        told=("unknown-*", "bad-generation-id"),
        retell=_unknown,
        explains=("number-for-mode",),
    ),
    Rule(
        code="bad-uuid",
        group="values",
        severity=Severity.ERROR,
        summary="a UUID that is none",
        why=(
            "xl wants 32 hexadecimal digits with hyphens behind the 8th, 12th, 16th and 20th, and nothing around them. "
            "It refuses the file for anything else."
        ),
        bad='uuid = «"6a0c3e625f1d4e2e9c550a5d1c3b7f10"»',
        good='uuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"',
        fixed='uuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"',
        told=("bad-uuid",),
        retell=_uuid,
    ),
    Rule(
        code="no-name",
        group="values",
        severity=Severity.ERROR,
        summary="a guest without a name",
        why="Each domain has a name, by which all of xl's verbs find it. xl refuses a file without one.",
        bad='name = «["web"]»\nkernel = "/boot/vmlinuz"',
        good='name = "web"\nkernel = "/boot/vmlinuz"',
        fixed='name = "web"\nkernel = "/boot/vmlinuz"',
        told=("no-name",),
        retell=_no_name,
        explains=("list-for-value", "nothing-to-boot"),
    ),
    Rule(
        code="empty-value",
        group="values",
        severity=Severity.WARNING,
        summary="an empty text that cannot be meant",
        why=(
            "For xl an empty text is a value like any other. Where it stands for a name or a path, creation fails "
            "later, with a message that does not tell why; where it stands for a word, xl takes one that fits."
        ),
        bad='name = «""»\nkernel = "/boot/vmlinuz"',
        good='name = "web"\nkernel = "/boot/vmlinuz"\nextra = ""',
        check=_empty,
    ),
    Rule(
        code="shortened-word",
        group="values",
        severity=Severity.ADVICE,
        summary="the beginning of a word for the word",
        why="xl takes the beginning of a type for the type: h is hvm, p is pv. Readers and other programs do not.",
        bad='type = «"h"»',
        good='type = "hvm"',
        fixed='type = "hvm"',
        keys=_BY_BEGINNING,
        check=_shortened,
    ),
)
