"""The text itself: what xl's scanner and parser refuse where no other rule knows what was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.diagnostic import Edit, Fix, Severity
from xlpy.differences import NUL_BYTE
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.torn.lines import harmless
from xlpy.lint.torn.mistake import shown
from xlpy.nodes import ListNode
from xlpy.source import Span

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest

_EXPECTING = re.compile(r"syntax error, unexpected (.+?), expecting (.+)")
_NAMES = {
    "STRING": "a text in quotes",
    "NUMBER": "a number",
    "IDENT": "a key",
    "NEWLINE": "the end of the line",
    "$end": "the end of the line",
}


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    """The parser's words, with names for its tokens."""
    if told.span is None:
        return None
    here = guest.text[slice(*told.span)].rstrip()
    match = _EXPECTING.match(told.summary)
    if match:
        what = shown(here) or ("the end of the file" if match[1] == "$end" else "the end of the line")
        return Finding(told.span, f"{what} cannot stand here: xl expects {_named(match[2])}", told.advice)
    if told.summary == "lexical error":
        return Finding(told.span, f"xl knows nothing that begins like this: {shown(here)}", told.advice)
    return None


def _named(expected: str) -> str:
    words = [_NAMES.get(word, word.strip("'")) for word in expected.split(" or ")]
    return " or ".join(dict.fromkeys(words))


def _mismatch(guest: Guest, told: Diagnostic) -> Finding | None:
    """A text that is added to a list can become a list; the other way round it is not known what was meant."""
    setting = next((one for one in guest.assignments if one.value.span == told.span), None)
    if setting is None or told.span is None:
        return None
    name = setting.name
    if isinstance(setting.value, ListNode):
        summary = f"{name} is a text so far, to which xl cannot add a list"
        return Finding(told.span, summary, f"write {name} = [ ... ] in the first place, too")
    edits = (Edit(Span(told.span.start, told.span.start), "["), Edit(Span(told.span.end, told.span.end), "]"))
    fix = Fix(title="put brackets around it", edits=edits, safe=False)
    return Finding(
        told.span,
        f"{name} is a list so far, to which xl adds nothing but a list",
        "write [ ... ] around it",
        harmless(guest, fix),
    )


def _null(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.span is None:
        return None
    at = guest.text.find("\0", *told.span)
    edits = tuple(Edit(Span(at, at + 1), "") for at in range(*told.span) if guest.text[at] == "\0")
    fix = Fix(title="remove it", edits=edits, safe=False)
    return Finding(Span(at, at + 1), "a null byte stands in this text: xl aborts", "remove it", fix)


RULES = (
    Rule(
        code="syntax",
        group="text",
        severity=Severity.ERROR,
        summary="text that is not xl.cfg",
        why=(
            "A file is a list of KEY = VALUE lines; a value is a text in quotes, a number, or a list of values in "
            "brackets. xl refuses the whole file for one line that is anything else. Most mistakes have a rule of "
            "their own, which says what to write; this one is for the rest."
        ),
        bad="memory = 512\n«=» 2",
        good="memory = 512",
        told=("syntax-error", "lexical-error", "too-deep"),
        retell=_retell,
    ),
    Rule(
        code="append-mismatch",
        group="text",
        severity=Severity.ERROR,
        summary="a list that is added to a text, or a text to a list",
        why=(
            "KEY += VALUE adds a text to a text and a list to a list. xl refuses a file in which the two are mixed; "
            "what counts is the kind of the value that the key has so far."
        ),
        bad='disk = ["/dev/vg0/a,raw,xvda,rw"]\ndisk += «"/dev/vg0/b,raw,xvdb,rw"»',
        good='disk = ["/dev/vg0/a,raw,xvda,rw"]\ndisk += ["/dev/vg0/b,raw,xvdb,rw"]',
        fixed='disk = ["/dev/vg0/a,raw,xvda,rw"]\ndisk += ["/dev/vg0/b,raw,xvdb,rw"]',
        told=("append-mismatch",),
        retell=_mismatch,
    ),
    Rule(
        code="null-byte",
        group="text",
        severity=Severity.ERROR,
        summary="a null byte in a text",
        why=(
            "For C a null byte ends a text. xl compares that with the length of what stands in quotes, and aborts "
            "where the two do not agree. Null bytes come from files that were cut off by a crash, or that are encoded "
            "as UTF-16."
        ),
        bad='extra = "ro«\0»"',
        good='extra = "ro"',
        fixed='extra = "ro"',
        told=(NUL_BYTE.code,),
        retell=_null,
    ),
)
