"""Numbers that xl takes for others than they look, and that it would rather have as words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.kinds import KIB_PER_MIB
from xlpy.lint import edits
from xlpy.lint.helpers.keyed import declared, entry_at, field_of, is_numeric
from xlpy.lint.rule import Finding, Rule
from xlpy.nodes import Atom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.reader import Entry
    from xlpy.vocabulary import Key

_OCTAL = re.compile(r"[ \t]*([-+]?)0+([0-7]+)")
_WIDTHS = (8, 16, 32, 64)
_NEVER_CUT = 1 << (_WIDTHS[0] - 1)
"""Smaller numbers fit in any type."""
_PLAIN = re.compile(r"(?:[1-9][0-9]*|0)")


@lru_cache(maxsize=1)
def _numbers(guest: Guest) -> list[tuple[Key, Entry, Atom]]:
    """The keys of numbers that are given a single value."""
    known = ((declared(name), entry) for name, entry in guest.entries.items())
    numbers = ((key, entry) for key, entry in known if key is not None and is_numeric(key) and not entry.appended)
    return [(key, entry, entry.value) for key, entry in numbers if isinstance(entry.value, Atom)]


def _octal(guest: Guest) -> Iterator[Finding]:
    for key, entry, atom in _numbers(guest):
        match = _OCTAL.fullmatch(atom.text)
        if match is None or int(match[2]) < 8:
            continue
        decimal = match[1] + match[2]
        fix = edits.replace(f"write {decimal}", entry.value_span, f'"{decimal}"' if match[1] else decimal, safe=False)
        summary = f"{atom.text} is octal, as it begins with 0: xl reads {int(match[2], 8)} for {key.name}"
        yield Finding(entry.value_span, summary, f"write {decimal}, or {int(match[2], 8)} if that is meant", fix)


def _cut(guest: Guest) -> Iterator[Finding]:
    for key, entry, _ in _numbers(guest):
        number = guest.number(key.name)
        if number is None or number < _NEVER_CUT:
            continue
        factor = KIB_PER_MIB if key.unit == "MiB" else 1
        kept = _kept(guest, key)
        if kept is not None and _is_cut(number * factor, kept):
            becomes = f"{kept // factor}" if not kept % factor else f"{kept} KiB"
            summary = f"{number} does not fit: xl keeps {becomes} for {key.name}, without a word"
            yield Finding(entry.value_span, summary, "write a number that fits")


def _negative(guest: Guest) -> Iterator[Finding]:
    for key, entry, _ in _numbers(guest):
        number = guest.number(key.name)
        kept = _kept(guest, key) if number is not None and number < 0 else None
        if kept is not None and kept > 0 and not key.signed:
            summary = f"{number} is below 0: xl makes {kept} of it for {key.name}, without a word"
            yield Finding(entry.value_span, summary, "write a number from 0 on")


def _kept(guest: Guest, key: Key) -> int | None:
    """The number in the configuration that a key sets."""
    kept = field_of(guest.config, key.field) if key.field and key.name in guest.entries else None
    return kept if type(kept) is int else None


def _is_cut(given: int, kept: int) -> bool:
    """Whether the one is what a narrow C type keeps of the other."""
    return given != kept and any(
        given >> (width - 1) and abs(kept) < 2**width and not (given - kept) % 2**width for width in _WIDTHS
    )


def _odd_switch(guest: Guest) -> Iterator[Finding]:
    for key, entry, _ in _numbers(guest):
        number = guest.number(key.name) if key.kind.name == "boolean" else None
        if number is not None and number not in (0, 1):
            fix = edits.replace("write 1", entry.value_span, "1")
            yield Finding(entry.value_span, f"{key.name} is a switch, and xl takes {number} for on", "write 1", fix)


def _in_quotes(guest: Guest) -> Iterator[Finding]:
    for key, entry, atom in _numbers(guest):
        if atom.quoted and _PLAIN.fullmatch(atom.text) and len(guest.assignments_of(key.name)) == 1:
            fix = edits.replace("remove the quotes", entry.value_span, atom.text)
            yield Finding(entry.value_span, f"the number of {key.name} stands in quotes", f"write {atom.text}", fix)


def _for_mode(guest: Guest, told: Diagnostic) -> Finding | None:
    entry = entry_at(guest, told.span)
    key = declared(entry.name) if entry else None
    if entry is None or key is None or not isinstance(entry.value, Atom):
        return None
    word = field_of(guest.config, key.field)
    if not isinstance(word, str) or not told.advice:
        return None
    fix = edits.replace(f'write "{word}"', entry.value_span, f'"{word}"')
    summary = f"{entry.value.text} for {key.name} is deprecated, and xl warns of it at each start"
    return Finding(entry.value_span, summary, f'write "{word}", which says the same', fix)


RULES = (
    Rule(
        code="octal-number",
        group="values",
        severity=Severity.WARNING,
        summary="a number with a 0 in front, which is octal",
        why=(
            "A number that begins with 0 is octal for xl, as for C: 0512 is 330. Nobody counts memory so; the 0 was "
            "likely written to make numbers equally long."
        ),
        bad="memory = «0512»",
        good="memory = 512",
        fixed="memory = 512",
        check=_octal,
    ),
    Rule(
        code="number-cut",
        group="values",
        severity=Severity.WARNING,
        summary="a number that does not fit, and becomes another one",
        why=(
            "xl reads numbers of 64 bits and stores most of them in 32 or fewer, without looking whether they fit: "
            "the upper bits are lost, and the guest gets another number."
        ),
        bad="max_event_channels = «4294967297»",
        good="max_event_channels = 4095",
        check=_cut,
    ),
    Rule(
        code="negative-cut",
        group="values",
        severity=Severity.WARNING,
        summary="a negative number where none can be, which becomes a huge one",
        why=(
            "Sizes and counts have no sign in libxl. xl stores a negative one all the same, and the guest gets a huge "
            "number, with which its creation fails."
        ),
        bad='memory = «"-512"»',
        good="memory = 512",
        check=_negative,
        explains=("memory-too-small",),
    ),
    Rule(
        code="odd-switch",
        group="values",
        severity=Severity.ADVICE,
        summary="a switch that is neither 0 nor 1",
        why=(
            "xl takes any number but 0 for on. Another number than 1 reads as if it chose something, which it does not."
        ),
        bad="acpi = «2»",
        good="acpi = 1",
        fixed="acpi = 1",
        check=_odd_switch,
    ),
    Rule(
        code="number-in-quotes",
        group="values",
        severity=Severity.ADVICE,
        summary="a number in quotes",
        why=(
            "xl reads the same number with quotes and without. This rule is for those who want one way to write: it "
            "only runs when it is selected."
        ),
        bad='vcpus = «"2"»',
        good='vcpus = 2\nvncdisplay = "-1"',
        fixed="vcpus = 2",
        check=_in_quotes,
        default=False,
    ),
    Rule(
        code="number-for-mode",
        group="values",
        severity=Severity.ADVICE,
        summary="a number in place of the word for a mode",
        why=(
            "Modes have names, and xl prints a warning at each start for one that is given by its number. The name "
            "says what it does, and does not change with a release."
        ),
        bad='type = "hvm"\ntimer_mode = «1»',
        good='type = "hvm"\ntimer_mode = "no_delay_for_missed_ticks"',
        fixed='type = "hvm"\ntimer_mode = "no_delay_for_missed_ticks"',
        told=("number-for-mode",),
        retell=_for_mode,
    ),
)
