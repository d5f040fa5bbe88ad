"""CPUID policies: parts that xl skips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cpuid_features import features, find
from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.helpers.words import nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.release import Release

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic, Fix
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom
    from xlpy.source import Span

_LINE = 'write LEAF[,SUBLEAF]:REGISTER=32 letters of 0 1 x k s, as in "1:ecx=' + "x" * 26 + "0" + "x" * 5 + '"'
_BITS = 32


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.span is None:
        return None
    if told.code == "cpuid-without-host":
        return _without_host(guest, told.span)
    if told.code == "bad-cpuid-flag":
        return _flag(guest, told.span)
    atom = next((atom for atom in guest.atoms("cpuid") if atom.span == told.span), None)
    return _line(atom, told.summary) if atom is not None else None


def _without_host(guest: Guest, span: Span) -> Finding | None:
    atom = guest.atom("cpuid")
    if atom is None:
        return None
    word = guest.text[slice(*span)]
    summary = "xl ignores all of it: the first word must be host"
    if word.strip().lower() == "host":
        return Finding(span, summary, "write host", _write(span, "host"))
    if word[:1].isdecimal() and ":" in atom.text:
        fix = edits.replace("make a list of it", atom.span, f"[{guest.text[slice(*atom.span)]}]", safe=False)
        return Finding(span, f"{summary}; a line of bits stands in a list", "put it in brackets", fix)
    fix = edits.replace("add host", atom.inside(0, 0), "host,", safe=False)
    return Finding(span, summary, "write host, in front", fix)


def _flag(guest: Guest, span: Span) -> Finding | None:
    """NAME=VALUE that xl skips."""
    written = guest.text[slice(*span)]
    name, equals, value = written.partition("=")
    bare = name.strip(" \t")
    if not equals:
        return Finding(
            span, f"{written} has no value: xl skips it", f"write {bare}=0 to hide it", _write(span, f"{bare}=0")
        )
    if find(bare, guest.release) and bare != name:
        summary = f"xl takes the blank in {written!r} as a part of the name, and skips it"
        return Finding(span, summary, f"write {bare}={value}", _write(span, f"{bare}={value.strip()}"))
    if find(bare, guest.release):
        return Finding(span, f"{value or 'nothing'} is no value of {bare}: xl skips it", "write 0, 1, x, k or s")
    place = type(span)(span.start, span.start + len(name))
    known = features().get(bare)
    if known is not None:
        summary = f"{bare} came with Xen {known.since}: xl of Xen {guest.release} skips it"
        return Finding(place, summary, "remove it, or use the newer Xen")
    names = [one for one, feature in features().items() if Release.parse(feature.since) <= guest.release]
    near = nearest(bare, names, 0.7)
    fix = _write(place, near) if near else None
    advice = f"did you mean {near}?" if near else "see cpuid in xl.cfg(5) for the names"
    return Finding(place, f"xl knows no CPUID flag {bare}: it skips this", advice, fix)


def _line(atom: Atom, summary: str) -> Finding:
    """A line of bits that xl skips."""
    span = atom.inside(0, len(atom.text)) if atom.text else atom.span
    problem = summary.removeprefix("ignored: ")
    for part in atom.text.partition(":")[2].split(","):
        register, equals, bits = part.strip().partition("=")
        if "32" in problem and equals and len(bits) != _BITS:
            start = atom.text.index(part) + part.index(bits) if bits else atom.text.index(part)
            place = atom.inside(start, start + len(bits or part))
            return Finding(place, f"{register} has {len(bits)} letters, not 32: xl skips the line", _LINE)
    return Finding(span, f"xl skips this line: {problem}", _LINE)


def _write(span: Span, text: str) -> Fix:
    return edits.replace(f"write {text}", span, text, safe=False)


RULES = (
    Rule(
        code="cpuid-skipped",
        group="hardware",
        severity=Severity.WARNING,
        summary="a part of cpuid that xl skips",
        why=(
            "xl says what it cannot read in cpuid, and goes on without it: the guest sees a feature that it was not to "
            "see, or lacks one. A policy is host and NAME=VALUE with commas and no blanks between them, or a list of "
            "lines of bits."
        ),
        bad='cpuid = "host,«ss3»=0"',
        good='cpuid = "host,sse3=0"',
        fixed='cpuid = "host,sse3=0"',
        told=("bad-cpuid-*", "cpuid-without-host"),
        retell=_retell,
    ),
)
