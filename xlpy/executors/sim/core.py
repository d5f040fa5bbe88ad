"""A core dump of a simulated domain: an ELF file in the layout of Xen's (docs/misc/dump-core-format.txt).

Its pages are a hole in the file: zeros that take no room on the disk.
"""

from __future__ import annotations

import os
import struct

from xlpy.executors import LibxlError, LibxlMessage
from xlpy.executors.sim import frames, rows
from xlpy.executors.sim.stream import xc_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from xlpy.host import HostFacts

_PAGE = 4096
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_NOTE = struct.Struct("<III")
_IDENT = b"\x7fELF\x02\x01\x01" + bytes(9)
_CORE, _X86_64 = 4, 62
_PROGBITS, _STRTAB, _NOTES = 1, 3, 7
_MAGIC = {"pv": 0xF00FEBED}
_HVM_MAGIC = 0xF00FEBEE
_FORMAT_VERSION = 1
_CONTEXT = 5168
"""Bytes of a vCPU's registers (vcpu_guest_context of x86_64)."""
_BANNER = b"a domain that xlpy simulates: its memory is empty\n"


class _Section:
    """A part of the file: DATA in pieces, and a hole up to SIZE bytes."""

    def __init__(self, name: str, kind: int, *data: bytes, size: int = 0, item: int = 0) -> None:
        self.name, self.kind = name, kind
        self.data: Iterable[bytes] = data
        self.size = size or sum(map(len, data))
        self.item = item


def dump(path: str, row: sqlite3.Row, vcpus: int, facts: HostFacts) -> None:
    """Write the core of a domain with so many vCPUs to PATH; LibxlError where that cannot be written."""
    try:
        with open(path, "wb", opener=_private) as file:
            for at, data in _parts(list(_sections(row, vcpus, facts))):
                file.seek(at)
                file.write(data)
    except OSError as error:
        raise _failed(row["domid"], path, error) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _failed(domid: int, path: str, error: OSError) -> LibxlError:
    words = os.strerror(error.errno or 0)
    place = "libxl_domain.c:libxl_domain_core_dump"
    text = f"Domain {domid}:Core dumping domain to {path}: {words}"
    return LibxlError(
        xc_error(f"Could not open corefile {path} ({error.errno} = {words})"),
        LibxlMessage(place=place, lines=(603, 599), text=text),
    )


def _sections(row: sqlite3.Row, vcpus: int, facts: HostFacts) -> Iterator[_Section]:
    """What the file holds, in its order."""
    pages = int(row["memory_kib"]) // frames.FRAME_KIB
    index, item = (".xen_p2m", 16) if row["type"] == "pv" else (".xen_pfn", 8)
    magic = _MAGIC.get(row["type"], _HVM_MAGIC)
    yield _Section(".note.Xen", _NOTES, b"".join(_notes(magic, vcpus, pages, facts)))
    yield _Section(".xen_prstatus", _PROGBITS, bytes(_CONTEXT * vcpus), item=_CONTEXT)
    yield _Section(".xen_shared_info", _PROGBITS, bytes(_PAGE), item=_PAGE)
    table = _Section(index, _PROGBITS, size=pages * item, item=item)
    table.data = _numbers(pages, item // 8)
    yield table
    yield _Section(".xen_pages", _PROGBITS, _BANNER + rows.text(row["name"]).encode(), size=pages * _PAGE, item=_PAGE)


def _numbers(pages: int, times: int) -> Iterator[bytes]:
    """The number of each page so many times, some pages at once."""
    for first in range(0, pages, _PAGE):
        some = [page for page in range(first, min(first + _PAGE, pages)) for _ in range(times)]
        yield struct.pack(f"<{len(some)}Q", *some)


def _notes(magic: int, vcpus: int, pages: int, facts: HostFacts) -> Iterator[bytes]:
    major, minor, extra = (*facts.xen_version.split("."), "0", "0")[:3]
    version = struct.pack("<QQ16s", int(major), int(minor), f".{extra}".encode())
    version += bytes(144) + struct.pack("<1024s64sQQ", b"xen-3.0-x86_64", b"", 0, _PAGE)
    yield _note(0x2000000, b"")
    yield _note(0x2000001, struct.pack("<QQQQ", magic, vcpus, pages, _PAGE))
    yield _note(0x2000002, version)
    yield _note(0x2000003, struct.pack("<Q", _FORMAT_VERSION))


def _note(kind: int, body: bytes) -> bytes:
    return _NOTE.pack(4, len(body), kind) + b"Xen\0" + body + bytes(-len(body) % 4)


def _parts(sections: list[_Section]) -> Iterator[tuple[int, bytes]]:
    """What stands where in the file; the pages begin at a page, and the names are last."""
    names, headers = b"\0", [bytes(_SECTION.size)]
    at = _HEADER.size + _SECTION.size * (len(sections) + 2)
    for section in sections:
        at += -at % (_PAGE if section.item == _PAGE else 16)
        headers.append(_section_header(section, len(names), at))
        names += section.name.encode() + b"\0"
        begin = at
        for piece in section.data:
            yield at, piece
            at += len(piece)
        at = begin + section.size
    table = _Section(".shstrtab", _STRTAB, names + b".shstrtab\0")
    headers.append(_section_header(table, len(names), at))
    yield from ((at, piece) for piece in table.data)
    yield 0, _elf_header(len(headers)) + b"".join(headers)


def _section_header(section: _Section, name: int, at: int) -> bytes:
    return _SECTION.pack(name, section.kind, 0, 0, at, section.size, 0, 0, 1, section.item)


def _elf_header(sections: int) -> bytes:
    size = _HEADER.size
    return _HEADER.pack(_IDENT, _CORE, _X86_64, 1, 0, 0, size, 0, size, 0, 0, _SECTION.size, sections, sections - 1)
