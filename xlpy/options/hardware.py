"""Hardware of the host that the guest may use directly: I/O ports, interrupts, memory of devices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.cstring import ULONG_MAX, take_ulong
from xlpy.diagnostic import Severity
from xlpy.kinds import LIST
from xlpy.libxl import UNSET64, IomemRange, IoportRange
from xlpy.loss import LOST
from xlpy.nodes import ListNode
from xlpy.vocabulary import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlpy.libxl import DomainConfig
    from xlpy.nodes import Atom
    from xlpy.reader import Reader

_TOO_BIG = 2**32 - 1
_NUMBER = r"[ \t\n\v\f\r]*[-+]?(?:0[xX][0-9a-fA-F]*|[0-9a-fA-F]+)"
_IOMEM = re.compile(rf"({_NUMBER}),({_NUMBER})(?:@({_NUMBER}))?")


class _BadItemError(Exception):
    """The item of a list does not parse; the text is xl's message."""


def _ioport(reader: Reader, atom: Atom) -> IoportRange:
    """FIRST or FIRST-LAST in hex; a range that ends before it starts wraps around, as in xl."""
    first, rest = _ulong(atom.text, 16, atom.text, "ioport")
    last = first
    if rest.startswith("-"):
        last, rest = _ulong(rest[1:], 16, atom.text, "ioport")
        if rest:
            raise _BadItemError(f"xl: Invalid argument parsing ioport: {atom.text}")
    elif rest:
        message = f"xl: Invalid argument parsing ioport: {atom.text}"
        reader.say("ioport-junk", f"ignored: {rest}", (message,), span=atom.span, severity=Severity.WARNING)
    return IoportRange(first=first, number=(last - first + 1) % 2**32)


def _irq(_: Reader, atom: Atom) -> int:
    """A decimal number."""
    number, rest = _ulong(atom.text, 10, atom.text, "irq")
    if rest:
        raise _BadItemError(f"xl: Invalid argument parsing irq: {atom.text}")
    return number


def _iomem(_: Reader, atom: Atom) -> IomemRange:
    """START,COUNT or START,COUNT@GFN: page frames, in hex."""
    match = _IOMEM.fullmatch(atom.text)
    if match is None:
        raise _BadItemError(f"xl: Invalid argument parsing iomem: {atom.text}")
    start, number, gfn = (_scanned(text) for text in match.groups())
    return IomemRange(start=start, number=number, gfn=gfn)


def _ulong(text: str, base: int, whole: str, what: str) -> tuple[int, str]:
    taken = take_ulong(text, base)
    if taken is None:
        raise _BadItemError(f"xl: Invalid argument parsing {what}: {whole}")
    if taken[0] >= _TOO_BIG:
        raise _BadItemError(f"xl: {what} {taken[0]:x} too big")
    return taken


def _scanned(text: str | None) -> int:
    """A number as scanf takes it: a lone 0x is 0; what is not given is the largest number."""
    taken = None if text is None else take_ulong(text, 16)
    return ULONG_MAX if taken is None else taken[0]


def _reading(parse: Callable[[Reader, Atom], object], missing: str) -> Callable[[Reader, Key], None]:
    """Read a list item by item up to the first bad one; MISSING is what xl says to a list in the list."""

    def read(reader: Reader, key: Key) -> None:
        items = tuple(_parsed(reader, key.name, parse, missing))
        if items:
            reader.put(key.field, items, key.name)

    return read


def _parsed(reader: Reader, name: str, parse: Callable[[Reader, Atom], object], missing: str) -> Iterator[object]:
    for number, item in enumerate(reader.items(name) or ()):
        if isinstance(item, ListNode):
            reader.refuse("nested-list", missing.format(number), span=item.span)
            return
        try:
            yield parse(reader, item)
        except _BadItemError as error:
            reader.refuse(f"bad-{name}", str(error), span=item.span)
            return


def _write_ioports(config: DomainConfig) -> tuple[str, ...] | None:
    ranges = config.b_info.ioports
    return tuple(f"{r.first:x}-{(r.first + r.number - 1) % 2**32:x}" for r in ranges) or None


def _write_iomem(config: DomainConfig) -> tuple[str, ...] | None:
    return tuple(map(_iomem_text, config.b_info.iomem)) or None


def _iomem_text(pages: IomemRange) -> str:
    gfn = "" if pages.gfn == UNSET64 else f"@{pages.gfn:x}"
    return f"{pages.start:x},{pages.number:x}{gfn}"


KEYS = (
    Key(
        name="ioports",
        kind=LIST,
        order=2203,
        read=_reading(_ioport, "xl: Unable to get element #{} in ioport list"),
        write=_write_ioports,
        field="b_info.ioports",
        since="4.2",
        doc="I/O ports of the host: each a port or a range FIRST-LAST, in hexadecimal.",
        libvirt=LOST,
        good=('["2f8-2ff"]', '["378", "0x3e8-0x3ef"]'),
        bad=('["serial"]', '"2f8"', '["2f8-"]', '["ffffffff"]'),
    ),
    Key(
        name="irqs",
        kind=LIST,
        order=2256,
        read=_reading(_irq, "xl: Unable to get element {} in irq list"),
        field="b_info.irqs",
        since="4.2",
        doc="Physical interrupts of the host, in decimal.",
        libvirt=LOST,
        good=("[5, 7]",),
        bad=('["0x5"]', "5"),
    ),
    Key(
        name="iomem",
        kind=LIST,
        order=2286,
        read=_reading(_iomem, "xl: Unable to get element {} in iomem list"),
        write=_write_iomem,
        field="b_info.iomem",
        since="4.3",
        unit="pages of 4 KiB",
        doc="Memory of devices: START,COUNT[@GFN] in hexadecimal page frames; GFN is where the guest sees it.",
        libvirt=LOST,
        good=('["fbe00,1"]', '["fbe00,10@fe000"]'),
        bad=('["fbe00"]', '["fbe00,1@"]', '"fbe00,1"'),
    ),
)
