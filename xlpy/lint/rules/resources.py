"""I/O ports, memory and interrupts of the host that a guest may use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlpy.cstring import take_ulong
from xlpy.diagnostic import Related, Severity
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom

_KEYS = ("ioports", "iomem", "irqs")
_FORMS = {
    "ioports": "write a port or FIRST-LAST in hex, as in 2f8-2ff",
    "iomem": "write START,COUNT or START,COUNT@GFN, pages of 4 KiB in hex, as in fbe00,1",
    "irqs": "write a number in decimal",
}
_HEX_NUMBER = re.compile(r"[ \t]*0[xX]([0-9a-fA-F]{1,8})[ \t]*")
_PORT = "((?:0[xX])?[0-9a-fA-F]+)"
_SPACED_RANGE = re.compile(rf"[ \t]*{_PORT}[ \t]*(?:-|:|\.\.|to)[ \t]*{_PORT}[ \t]*")
_PAGE = re.compile(r"[ \t]*(?:0[xX])?[0-9a-fA-F]+")
_PAGE_BITS = 12
_MOST_PAGES = 1 << 40
"""As many pages as 52 bits of address have, more than any processor has."""
_MIDDLE, _TOP = 1 << 31, 1 << 32
_LAST_PORT = 0xFFFF


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    name = told.code.removeprefix("bad-")
    atom = next((atom for atom in guest.atoms(name) if atom.span == told.span), None)
    if atom is None:
        return None
    span = atom.inside(0, len(atom.text)) if atom.text else atom.span
    if "too big" in told.summary:
        return Finding(span, f"{atom.text} in {name} is beyond what a 32-bit number holds", _FORMS[name])
    meant = _meant(name, atom.text)
    fix = edits.replace(f"write {meant}", span, _in_place(atom, meant), safe=False) if meant else None
    advice = f"write {meant}" if meant else _FORMS[name]
    return Finding(span, f"xl cannot read {atom.text or 'an empty text'} in {name}", advice, fix)


def _in_place(atom: Atom, meant: str) -> str:
    """The text for the inside of a quoted item, or in quotes for a bare one that is to be more than a number."""
    return meant if atom.quoted or meant.isdigit() else f'"{meant}"'


def _meant(name: str, text: str) -> str:
    """What the user likely wanted to write; empty where that is not clear."""
    if name == "irqs":
        match = _HEX_NUMBER.fullmatch(text)
        return str(int(match[1], 16)) if match else ""
    if name == "iomem":
        return f"{text.strip()},1" if _PAGE.fullmatch(text.rstrip()) else ""
    match = _SPACED_RANGE.fullmatch(text)
    return f"{match[1]}-{match[2]}" if match else ""


def _junk(guest: Guest, told: Diagnostic) -> Finding | None:
    atom = next((atom for atom in guest.atoms("ioports") if atom.span == told.span), None)
    taken = atom and take_ulong(atom.text, 16)
    if not atom or not taken:
        return None
    rest, meant = taken[1], _meant("ioports", atom.text)
    fix = edits.replace(f"write {meant}", atom.inside(0, len(atom.text)), meant, safe=False) if meant else None
    span = atom.inside(len(atom.text) - len(rest), len(atom.text))
    summary = f"xl takes port {taken[0]:x} and ignores {rest!r} behind it"
    return Finding(span, summary, f"write {meant}" if meant else _FORMS["ioports"], fix)


class _Range(NamedTuple):
    """Numbers of the host that one element of a list takes, and how it is written."""

    first: int
    number: int
    atom: Atom


def _ranges(guest: Guest, name: str) -> list[_Range]:
    info = guest.config.b_info
    taken: Iterable[tuple[int, int]]
    if name == "ioports":
        taken = [(one.first, one.number) for one in info.ioports]
    elif name == "iomem":
        taken = [(one.start, one.number) for one in info.iomem]
    else:
        taken = [(irq, 1) for irq in info.irqs]
    return [_Range(first, count, atom) for (first, count), atom in zip(taken, guest.atoms(name), strict=False)]


def _impossible(guest: Guest) -> Iterator[Finding]:
    for first, count, atom in _ranges(guest, "ioports"):
        if count == 0 or first + count - 1 > _LAST_PORT:
            backwards = count == 0 or count > _TOP - _LAST_PORT - 1
            why = "ends before it begins" if backwards and first <= _LAST_PORT else "goes beyond the last port, ffff"
            yield _fails(atom, f"{atom.text} {why}", _FORMS["ioports"])
    for first, count, atom in _ranges(guest, "iomem"):
        if count == 0:
            yield _fails(atom, f"{atom.text} is no page at all", f"write {first:x},1 for one page")
        elif first + count > _MOST_PAGES:
            yield _fails(
                atom, f"{atom.text} is beyond 52 bits of address", "START and COUNT are pages of 4 KiB, in hex"
            )


def _fails(atom: Atom, what: str, advice: str) -> Finding:
    return Finding(atom.inside(0, len(atom.text)), f"{what}: Xen refuses it, and the domain is not created", advice)


def _bytes(guest: Guest) -> Iterator[Finding]:
    """An address such as fe000000 that ends in three zeros and lies below 4 GiB, where devices are."""
    for start, count, atom in _ranges(guest, "iomem"):
        if not _MIDDLE <= start < _TOP or start % (1 << _PAGE_BITS):
            continue
        page = start >> _PAGE_BITS
        pages = count >> _PAGE_BITS if count % (1 << _PAGE_BITS) == 0 and count else count
        meant = f"{page:x},{pages:x}"
        mark = atom.text.find("@")
        span = atom.inside(0, len(atom.text) if mark < 0 else mark)
        yield Finding(
            span,
            f"{start:x} is a page here, at the address 0x{start << _PAGE_BITS:x}: it looks like an address in bytes",
            f"write {meant} if 0x{start:x} is the address",
            edits.replace(f"write {meant}", span, meant, safe=False),
        )


def _twice(guest: Guest) -> Iterator[Finding]:
    for name in _KEYS:
        before: list[_Range] = []
        for one in _ranges(guest, name) if name in guest.entries else ():
            first, count, atom = one
            other = next((o for o in before if o.first < first + count and first < o.first + o.number), None)
            if other:
                within = other.first <= first and first + count <= other.first + other.number
                fix = pieces.without_element("remove the second", guest.text, atom.span) if within else None
                yield Finding(
                    atom.inside(0, len(atom.text)),
                    f"{atom.text} is in {name} twice"
                    if within
                    else f"{atom.text} overlaps {other.atom.text} in {name}",
                    "remove one of them" if within else "write one range, or two that do not overlap",
                    fix if "@" not in atom.text else None,
                    (Related("the first", guest.source, other.atom.span),),
                )
            before.append(one)


RULES = (
    Rule(
        code="resource-bad-spec",
        group="hardware",
        severity=Severity.ERROR,
        summary="I/O ports, memory or interrupts that xl cannot read",
        why=(
            "Ports are a number or FIRST-LAST in hex, memory is START,COUNT[@GFN] in pages of 4 KiB and in hex, "
            "interrupts are numbers in decimal. xl refuses the file for anything else."
        ),
        bad='irqs = [5, "«0x7»"]',
        good='ioports = ["2f8-2ff", "0x3f8"]\niomem = ["fbe00,1", "fbe00,10@fe000"]\nirqs = [5, "7"]',
        fixed='irqs = [5, "7"]',
        told=tuple(f"bad-{name}" for name in _KEYS),
        retell=_retell,
    ),
    Rule(
        code="ioport-cut",
        group="hardware",
        severity=Severity.WARNING,
        summary="an I/O port with something behind it that xl ignores",
        why=(
            "xl reads a port, and when it is followed by anything but a dash it says that it cannot read it, but goes "
            "on with that one port: the guest lacks the others."
        ),
        bad='ioports = ["2f8« - 2ff»"]',
        good='ioports = ["2f8-2ff"]',
        fixed='ioports = ["2f8-2ff"]',
        told=("ioport-junk",),
        retell=_junk,
        explains=("resource-impossible",),
    ),
    Rule(
        code="resource-impossible",
        group="hardware",
        severity=Severity.WARNING,
        summary="I/O ports or memory that cannot be",
        why=(
            "xl takes a range that ends before it begins, or that goes beyond what a machine has. Xen refuses to give "
            "it to the domain, which is then not created."
        ),
        bad='ioports = ["«2ff-2f8»"]',
        good='ioports = ["2f8-2ff"]',
        keys=("ioports", "iomem"),
        check=_impossible,
    ),
    Rule(
        code="iomem-bytes",
        group="hardware",
        severity=Severity.WARNING,
        summary="device memory that seems to be given in bytes",
        why=(
            "iomem counts pages of 4 KiB: the device memory at the address 0xfe000000 begins at page fe000. With the "
            "address in bytes the guest gets memory of the host that lies 4096 times as high, where most hosts have "
            "nothing."
        ),
        bad='iomem = ["«fe000000,1»"]',
        good='iomem = ["fe000,1"]',
        fixed='iomem = ["fe000,1"]',
        keys=("iomem",),
        check=_bytes,
    ),
    Rule(
        code="resource-twice",
        group="hardware",
        severity=Severity.ADVICE,
        summary="I/O ports, memory or interrupts that are listed twice",
        why=(
            "The second entry gives the guest nothing that it does not have already; mostly one of them was meant to "
            "be another number."
        ),
        bad="irqs = [5, 7, «5»]",
        good="irqs = [5, 7]",
        fixed="irqs = [5, 7]",
        keys=_KEYS,
        check=_twice,
    ),
)
