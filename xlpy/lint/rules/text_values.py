"""What stands in texts that xl takes, and cannot be meant: placeholders, invisible characters, lost escapes."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from xlpy.diagnostic import Edit, Fix, Severity
from xlpy.lint.helpers import placeholders
from xlpy.lint.helpers.keyed import is_secret
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.torn.mistake import shown
from xlpy.nodes import Atom, ListNode
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.nodes import Value

_NUMERIC_ESCAPE = re.compile(r"\\(?:([0-7])|(.))")
_ODD = re.compile("[\u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+")
_INVISIBLE = re.compile("[\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")


def _texts(guest: Guest) -> Iterator[tuple[str, Atom]]:
    """Every text of a file, with its key."""
    for setting in guest.assignments:
        for atom in _atoms(setting.value):
            yield setting.name, atom


def _atoms(value: Value) -> Iterator[Atom]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ListNode):
            waiting += reversed(one.items)
        elif one.quoted:
            yield one


def _placeholders(guest: Guest) -> Iterator[Finding]:
    if not placeholders.may_hold(guest.text):
        return
    for name, atom in _texts(guest):
        match = placeholders.find(atom.text) if placeholders.may_hold(atom.text) else None
        if match is not None:
            what = "a placeholder of a template" if is_secret(name) else f"{shown(match[0])}, as of a template,"
            summary = f"{what} stands in {name}: xl fills in nothing, and takes it as it is"
            yield Finding(atom.inside(*match.span()), summary, "write the value itself")


def _odd(guest: Guest) -> Iterator[Finding]:
    if guest.text.isascii():
        return
    for name, atom in _texts(guest):
        for match in () if atom.text.isascii() else _ODD.finditer(atom.text):
            invisible = _INVISIBLE.fullmatch(match[0])
            what = "an invisible character" if invisible else "a blank that is no plain one"
            span = atom.inside(*match.span())
            fix = Fix(
                title="remove it" if invisible else "write a plain blank",
                edits=(Edit(span, "" if invisible else " "),),
                safe=False,
            )
            summary = f"{what}, U+{ord(match[0][0]):04X}, stands in {name}, and xl takes it for a part of the text"
            yield Finding(span, summary, fix.title, fix)


def _escapes(guest: Guest) -> Iterator[Finding]:
    if "\\" not in guest.text:
        return
    for _, atom in _texts(guest):
        ends = sorted(end for _, end in atom.escapes)
        for match in _NUMERIC_ESCAPE.finditer(guest.text, *atom.span) if ends else ():
            if match[1]:
                yield _lost(guest, match.start(), ends[bisect_right(ends, match.start())])


def _lost(guest: Guest, start: int, behind: int) -> Finding:
    """An escape such as \\101, and the character that it stands for in C."""
    digits = re.match("[0-7]{1,3}", guest.text[start + 1 : behind])
    char = chr(int(digits[0], 8)) + guest.text[start + 1 + len(digits[0]) : behind] if digits else ""
    fix = None
    if " " < char < "\x7f" and char[0] not in "\"'\\":
        fix = Fix(title=f"write {char}", edits=(Edit(Span(start, behind), char),), safe=False)
    summary = f"xl drops {guest.text[start:behind]} from this text without a word"
    return Finding(Span(start, behind), summary, f"write {char}" if fix else "write the character itself", fix)


def _behind_semicolon(guest: Guest) -> Iterator[Finding]:
    """Settings that a semicolon at the start of their line was to take out."""
    if ";" not in guest.text:
        return
    for setting in guest.assignments:
        start = guest.text.rfind("\n", 0, setting.name_span.start) + 1
        before = guest.text[start : setting.name_span.start]
        if before.strip(" \t") != ";":
            continue
        mark, end = start + before.index(";"), setting.end
        fix = None
        if "\n" not in guest.text[mark:end] and guest.text[end:].partition("\n")[0].strip(" \t") == "":
            fix = Fix(title="make it a comment", edits=(Edit(Span(mark, mark + 1), "#"),), safe=False)
        summary = f"; begins no comment for xl: {setting.name} is set all the same"
        yield Finding(Span(mark, setting.name_span.end), summary, "begin a comment with #, or remove the ;", fix)


RULES = (
    Rule(
        code="unfilled-template",
        group="text",
        severity=Severity.WARNING,
        summary="a placeholder of a template in a text",
        why=(
            "xl expands no variables: a text such as ${NAME}, <path> or CHANGEME goes to the guest as it stands, as "
            "the name of a file that does not exist or as a password that everybody knows."
        ),
        bad='kernel = "/boot/«@KERNEL@»"',
        good='kernel = "/boot/vmlinuz"',
        check=_placeholders,
        explains=("not-a-number", "vif-bad-mac"),
        broken_too=True,
    ),
    Rule(
        code="invisible-character",
        group="text",
        severity=Severity.WARNING,
        summary="a character in a text that is not to be seen, or looks like a blank",
        why=(
            "No-break spaces, characters without a width and marks of the direction of writing come along when text "
            "is copied from web pages. In quotes xl takes them for a part of the text, and a path or a MAC address "
            "with one is not what it looks like."
        ),
        bad='kernel = "/boot/vmlinuz«\u00a0»"',
        good='name = "Bär"\nkernel = "/boot/vmlinuz"',
        fixed='kernel = "/boot/vmlinuz "',
        check=_odd,
    ),
    Rule(
        code="numeric-escape",
        group="text",
        severity=Severity.WARNING,
        summary="an escape with digits, which xl drops from the text",
        why=(
            "A backslash with digits would be a character by its octal number. xl reads the digits and forgets to add "
            "the character, so that it is missing from the text."
        ),
        bad='extra = "root=«\\101»B"',
        good='extra = "root=AB"',
        fixed='extra = "root=AB"',
        check=_escapes,
    ),
    Rule(
        code="semicolon-setting",
        group="text",
        severity=Severity.WARNING,
        summary="a setting behind a semicolon, as if that made it a comment",
        why=(
            "In other files a line that begins with a semicolon is a comment. For xl the semicolon ends the setting in "
            "front of it, of which there is none, and the one behind it is in force."
        ),
        bad="memory = 512\n«; vcpus» = 8",
        good="memory = 512; vcpus = 8",
        fixed="memory = 512\n# vcpus = 8",
        check=_behind_semicolon,
    ),
)
