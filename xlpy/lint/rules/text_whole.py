"""The text as a whole: what it is if it is no xl.cfg, and what is wrong with it from end to end."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from xlpy.diagnostic import Edit, Fix, Severity
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.torn import forms
from xlpy.lint.torn.lines import HALF_READ
from xlpy.lint.torn.walk import mistakes
from xlpy.source import Span
from xlpy.syntax import scan_config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest

_TEXT_RULES = (
    "syntax",
    "append-mismatch",
    "unquoted-text",
    "number-with-unit",
    "negative-number",
    "upper-case-hex",
    "unclosed-*",
    "bad-*",
    "missing-*",
    "upper-case-key",
    "wrong-*",
    "text-after-value",
    "stray-bracket",
    "line-continuation",
    "template-text",
    "include-line",
    "smart-quotes",
    "odd-blank",
    "null-byte",
    "dos-line-ends",
    "byte-order-mark",
    "no-final-newline",
    "conflict-marker",
    "duplicate-key",
    "ignore-misspelt",
)
_CONFLICT = re.compile(r"^(?:<{7} |\|{7} |={7}$|>{7} )[^\n]*", re.MULTILINE)


def _whole(guest: Guest) -> Span:
    return Span(0, len(guest.text))


def _foreign(guest: Guest) -> Iterator[Finding]:
    """Any other kind of file; only where xl refuses it."""
    form = forms.recognised(guest.text) if guest.loaded.broken else None
    if form is None and any(told.xl_exit is not None for told in guest.loaded.diagnostics):
        form = forms.of_xl(guest.assignments, guest.source.name)
    if form is not None:
        at = min(form.at, len(guest.text))
        end = guest.text.find("\n", at)
        end = len(guest.text) if end < 0 else end
        line = Span(at, min(at + form.length, end) if form.length else end)
        yield Finding(line, f"this is {form.what}, no configuration of a guest", form.advice, covers=_whole(guest))


def _python(guest: Guest) -> Iterator[Finding]:
    if not guest.loaded.broken:
        return
    first = next((mistake.finding for mistake in mistakes(guest.text) if mistake.code == "python-code"), None)
    if first is not None:
        advice = f"turn a file of xm into one of xl with: xlpy convert --from xm {shlex.quote(guest.source.name)}"
        yield first._replace(advice=advice, covers=_whole(guest))


def _dos(guest: Guest) -> Iterator[Finding]:
    if not guest.loaded.broken or "\r" not in guest.text:
        return
    token = next((one for one in scan_config(guest.text) if one.kind == "BAD" and "\r" in one.text), None)
    if token is None:
        return
    at = guest.text.index("\r", token.start)
    new = "" if guest.text.startswith("\n", at + 1) else "\n"
    edits = tuple(
        Edit(Span(found.start(), found.end()), new)
        for found in re.finditer("\r+(?=\n)" if not new else "\r", guest.text)
    )
    fix = Fix(title="convert all line ends", edits=edits, safe=False)
    summary = "the lines end as those of DOS and Windows do, with a carriage return"
    advice = f"convert the file: dos2unix {guest.source.name}"
    yield Finding(Span(at, at + 1), summary, advice, fix, covers=_whole(guest))


def _byte_order_mark(guest: Guest) -> Iterator[Finding]:
    if guest.text.startswith("\ufeff"):
        fix = Fix(title="remove it", edits=(Edit(Span(0, 1), ""),), safe=False)
        summary = "the file begins with a byte order mark, which xl takes for text"
        yield Finding(Span(0, 1), summary, "save it as UTF-8 without a byte order mark", fix)


def _unended(guest: Guest) -> Iterator[Finding]:
    """A comment in a last line without an end."""
    text, end = guest.text, len(guest.text)
    for told in guest.loaded.diagnostics:
        if told.code == "lexical-error" and told.span and text[told.span.start : told.span.start + 1] == "#":
            fix = Fix(title="end the line", edits=(Edit(Span(end, end), "\n"),), safe=False)
            summary = "the last line is a comment without a newline, which xl cannot read"
            yield Finding(Span(told.span.start, end), summary, "end the file with a newline", fix)
            return


def _conflicts(guest: Guest) -> Iterator[Finding]:
    if not guest.loaded.broken or "\n=======\n" not in guest.text:
        return
    marks = list(_CONFLICT.finditer(guest.text))
    opened = [mark for mark in marks if mark[0].startswith("<")]
    for mark in opened:
        last = next((one for one in marks if one.start() > mark.start() and one[0].startswith(">")), mark)
        summary = "two versions of these lines stand here: a merge left its marks"
        advice = "keep one of the versions, and remove the lines with <<<<<<<, ======= and >>>>>>>"
        yield Finding(Span(*mark.span()), summary, advice, covers=Span(mark.start(), last.end()))


RULES = (
    Rule(
        code="not-xl-cfg",
        group="text",
        severity=Severity.ERROR,
        summary="a file of another kind",
        why=(
            "xl reads any file that it is given, and finds an error in each line of one that is something else: "
            "libvirt's XML, JSON, a script, the image of a disk, the settings of another program."
        ),
        bad="«<domain type='xen'>»\n  <memory>524288</memory>\n</domain>",
        good="memory = 512",
        check=_foreign,
        explains=("*",),
        broken_too=True,
    ),
    Rule(
        code="python-code",
        group="text",
        severity=Severity.ERROR,
        summary="a program in Python",
        why=(
            "Files for xm, the toolstack before xl, were programs in Python 2. xl runs nothing: it reads KEY = VALUE "
            "lines with plain values, and refuses a file with anything else in it."
        ),
        bad="«import os»\nmemory = 512",
        good="memory = 512",
        check=_python,
        explains=(*_TEXT_RULES, *HALF_READ),
        broken_too=True,
    ),
    Rule(
        code="dos-line-ends",
        group="text",
        severity=Severity.ERROR,
        summary="lines that end with a carriage return",
        why=(
            "A carriage return is no blank for xl: each line that ends with one is an error. Files get them from "
            "editors on Windows."
        ),
        bad="memory = 512«\r»\nvcpus = 2\r",
        good="memory = 512\nvcpus = 2",
        fixed="memory = 512\nvcpus = 2",
        check=_dos,
        explains=("syntax",),
        broken_too=True,
    ),
    Rule(
        code="byte-order-mark",
        group="text",
        severity=Severity.ERROR,
        summary="a byte order mark at the start of the file",
        why=(
            "Some editors on Windows write three bytes in front of a text in UTF-8. For xl they are a part of the "
            "first line, which it then refuses."
        ),
        bad="«\ufeff»name = 'web'\nkernel = '/boot/vmlinuz'",
        good="memory = 512",
        fixed="name = 'web'\nkernel = '/boot/vmlinuz'",
        check=_byte_order_mark,
        explains=("syntax",),
        broken_too=True,
    ),
    Rule(
        code="no-final-newline",
        group="text",
        severity=Severity.ERROR,
        summary="a comment in a last line without a newline",
        why=(
            "For xl the newline is a part of a comment. A file whose last line is a comment without one is refused, "
            "while a setting there is fine."
        ),
        bad="memory = 512\n«# the end»\u2404",
        good="memory = 512\n# the end",
        fixed="memory = 512\n# the end",
        check=_unended,
        explains=("syntax",),
        broken_too=True,
    ),
    Rule(
        code="conflict-marker",
        group="text",
        severity=Severity.ERROR,
        summary="lines that a merge left behind",
        why=(
            "Where git and its kin cannot merge two changes they leave both in the file, with marks around them. xl "
            "refuses the file."
        ),
        bad="«<<<<<<< HEAD»\nmemory = 512\n=======\nmemory = 1024\n>>>>>>> web",
        good="memory = 1024",
        check=_conflicts,
        explains=("syntax", "duplicate-key"),
        broken_too=True,
    ),
)
