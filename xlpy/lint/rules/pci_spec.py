"""The specs of PCI devices: what xl cannot read in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from xlpy.devices.pci import TOKENS
from xlpy.diagnostic import Severity
from xlpy.libxl import RdmReservePolicy
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.values import NoFunctionError, take_bdf

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic, Fix
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom
    from xlpy.source import Span

_FORM = "DDDD:BB:DD.F or BB:DD.F, all digits in hex, as in 0000:03:00.0"
_HEX = "[0-9a-fA-F]"
_LIKE_ADDRESS = re.compile(
    rf"[ \t]*(?:(?P<domain>{_HEX}{{4}})[:.])?(?P<bus>{_HEX}{{1,2}})[:.](?P<dev>{_HEX}{{1,2}})"
    r"(?:[.:,](?P<func>[0-7*]))?(?=$|[,@ \t])"
)
"""What is meant as an address, with a dot for a colon or the other way round, or without a function."""
_LAST_DEVICE = 0x1F
_BY_NAME = {token.name: token for token in TOKENS}
_CHECKED = ("bdf", "slot", "policy")
"""The forms of options that have bad values."""
_SWITCHES = tuple(token.name for token in TOKENS if token.form == "boolean")


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    """The reader points at the piece at which xl stops, or at the whole spec where that names no device or two."""
    assert told.span is not None
    atom = next((one for one in guest.atoms("pci") if one.span.start <= told.span.start < one.span.end), None)
    if atom is None:
        return None
    start, end = pieces.bounds(atom, told.span)
    whole = (start, end) == (0, len(atom.text))
    first, comma, _ = atom.text.partition(",")
    if start > 0:
        return _option(atom, start, atom.text[start:end])
    if "=" not in first:
        return _device(atom) if whole and comma and _is_address(atom.text) else _address(atom)
    name, _, _ = first.partition("=")
    if name not in _BY_NAME or end < len(atom.text) or (not comma and _BY_NAME[name].form in _CHECKED):
        return _option(atom, 0, atom.text[:end])
    return _device(atom)


def _is_address(text: str) -> bool:
    return text[_address_end(text) :][:1] in (",", "@", "")


def _address_end(text: str) -> int:
    """Where the address ends that a text begins with; 0 where there is none."""
    try:
        return take_bdf(text)[1]
    except (ValueError, NoFunctionError):
        return 0


def _device(atom: Atom) -> Finding:
    """A spec without a device, or with an address and a name."""
    if "name=" in atom.text:
        summary = f"{atom.text} names its device twice"
        return Finding(_inside(atom), summary, "keep the address or name=, not both")
    return Finding(_inside(atom), f"{atom.text} names no PCI device", f"begin with the address, {_FORM}")


def _inside(atom: Atom) -> Span:
    return atom.inside(0, len(atom.text)) if atom.text else atom.span


def _address(atom: Atom, start: int = 0) -> Finding:
    """The address that a spec begins with, or that stands behind bdf=."""
    text, _, _ = atom.text[start:].partition(",")
    if end := _address_end(text):
        return _slot(atom, start + end)
    match = _LIKE_ADDRESS.match(atom.text[start:])
    if match is None or int(match["dev"], 16) > _LAST_DEVICE:
        return Finding(atom.inside(start, start + len(text)) if text else atom.span, _why_not(text), f"write {_FORM}")
    written, span = match[0], atom.inside(start, start + match.end())
    domain = f"{match['domain']}:" if match["domain"] else ""
    meant = f"{domain}{match['bus']}:{match['dev']}.{match['func'] or '0'}"
    summary = f"{written} is no PCI address"
    if match["func"] is None:
        summary = f"{written} lacks the function, the digit behind the dot: xl crashes over it"
    return Finding(span, summary, f"write {meant}", _write(span, meant))


def _slot(atom: Atom, end: int) -> Finding:
    slot, _, _ = atom.text[end:].partition(",")
    span = atom.inside(end, end + len(slot))
    if not slot.strip(" \t"):
        return Finding(span, "xl wants no blank behind the address", "remove it", _write(span, ""))
    if slot.startswith("@"):
        return Finding(span, f"{slot} is no slot of the guest's PCI bus: there are 0 to 1f, in hex", "write @5, say")
    return Finding(
        span, f"xl does not understand {slot!r} behind the address", "write a comma and NAME=VALUE, or nothing"
    )


def _why_not(text: str) -> str:
    if not text.strip():
        return "a PCI device is missing here"
    number = re.match(rf"[ \t]*(?:{_HEX}+:)?{_HEX}+:({_HEX}+)\.({_HEX}+)", text)
    if number and (int(number[1], 16) > _LAST_DEVICE or int(number[2], 16) > 7):
        return f"{text} is no PCI address: a bus has devices 0 to 1f, and a device functions 0 to 7"
    return f"{text} is no PCI address"


def _option(atom: Atom, start: int, piece: str) -> Finding:
    """NAME=VALUE behind the address; to xl a name goes up to the next equals sign."""
    name, equals, value = piece.partition("=")
    word, comma, _ = name.partition(",")
    span = atom.inside(start, start + len(word if comma else piece))
    bare = word.strip(" \t")
    if comma or not equals:
        return _bare(span, bare)
    if bare not in _BY_NAME:
        near = nearest(bare, _BY_NAME)
        advice = f"did you mean {near}?" if near else f"options are {either(_BY_NAME)}"
        fix = _write(atom.inside(start, start + len(name)), near) if near else None
        return Finding(atom.inside(start, start + len(name)), f"PCI devices have no option {bare}", advice, fix)
    if bare != name:
        summary = f"xl takes the blank in {piece!r} as a part of the name, which it does not know then"
        return Finding(span, summary, f"write {bare}={value}", _write(span, f"{bare}={value}"))
    return _value(atom, start + len(name) + 1, bare, value)


def _write(span: Span, text: str) -> Fix:
    return edits.replace(f"write {text}" if text else "remove the blank", span, text, safe=False)


def _bare(span: Span, word: str) -> Finding:
    """A word without a value."""
    if _LIKE_ADDRESS.fullmatch(word):
        summary = f"the address {word} does not stand first, so that xl does not take it for one"
        return Finding(span, summary, f"put it first, or write bdf={word}", _write(span, f"bdf={word}"))
    if word in _SWITCHES:
        return Finding(span, f"{word} needs a value", f"write {word}=1", _write(span, f"{word}=1"))
    return Finding(span, f"xl does not understand {word or 'nothing'} in a PCI device", "write NAME=VALUE")


def _value(atom: Atom, start: int, name: str, value: str) -> Finding:
    span = atom.inside(start, start + len(value)) if value else atom.inside(start - len(name) - 1, start)
    if name == "rdm_policy":
        policies = [one for one in get_args(RdmReservePolicy) if one != "invalid"]
        near = nearest(value, policies)
        fix = _write(span, near) if near and value else None
        return Finding(span, f"{value or 'nothing'} is no policy for reserved memory", f"write {either(policies)}", fix)
    if name == "vslot":
        return Finding(
            span, f"{value} is no slot of the guest's PCI bus: there are 0 to 1f, in hex", "write vslot=5, say"
        )
    return _address(atom, start)


RULES = (
    Rule(
        code="pci-bad-spec",
        group="pci",
        severity=Severity.ERROR,
        summary="a PCI device that xl cannot read",
        why=(
            "A device is its address, DDDD:BB:DD.F in hex (the domain may be left out), then options NAME=VALUE, with "
            "commas and no blanks between them. xl refuses the file for anything else; over an address without a "
            "function it crashes."
        ),
        bad='pci = ["«03:00»"]',
        good='pci = ["03:00.0", "0000:04:00.*@5,permissive=0", "bdf=05:00.0,vslot=6"]',
        fixed='pci = ["03:00.0"]',
        told=("bad-pci", "pci-no-function"),
        retell=_retell,
    ),
)
