"""Reports as bytes: what a worker sends and the cache keeps. Nothing in them is ever executed.

The bytes of one report are a checksum, its sums, one number for each of its claims, the notes as JSON, and the claims
as JSON; so most reports are compared and counted without being read.
"""

from __future__ import annotations

import json
import struct
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from xlpy.lint.report import Change, Claimed, Elsewhere, Note, Place, Repair, Report

if TYPE_CHECKING:
    from typing import Any

_CHECK = struct.Struct("<I")
_HEAD = struct.Struct("<QQII")  # memory in KiB, vCPUs, number of claims, length of the notes
_START = _CHECK.size + _HEAD.size
_MOST = 2**64 - 1
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Packed(NamedTuple):
    """What linting a file gave: the bytes of a report, or why the file could not be read."""

    path: str
    body: bytes = b""
    trouble: str = ""
    key: bytes = b""
    """Under which the body is to be kept; empty where it is kept already, or shall not be."""


def pack(report: Report) -> bytes:
    """The bytes of a report, without its path."""
    claims = [claim for claim in report.claims if not claim.ignored]
    notes = _encode(report.notes).encode() if report.notes else b""
    numbers = struct.pack(f"<{len(claims)}q", *(number(claim.code, claim.what, claim.shared) for claim in claims))
    sums = min(report.memory_kib, _MOST), min(report.vcpus, _MOST)
    rest = _HEAD.pack(*sums, len(claims), len(notes)) + numbers + notes + _encode(claims).encode()
    return _CHECK.pack(crc32(rest)) + rest


def is_whole(body: bytes) -> bool:
    """Whether bytes are as they were packed."""
    return len(body) >= _START and _CHECK.unpack_from(body)[0] == crc32(memoryview(body)[_CHECK.size :])


def number(code: str, what: str, shared: bool) -> int:
    """A claim as a number of 63 bits, the lowest of which says that it is shared."""
    digest = blake2b(f"{code}\0{what}".encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 2 << 1 | shared


def sums(body: bytes) -> tuple[int, int]:
    """The memory in KiB and the vCPUs."""
    memory, vcpus, _, _ = _HEAD.unpack_from(body, _CHECK.size)
    return memory, vcpus


def numbers(body: bytes) -> tuple[int, ...]:
    """The claims as numbers, in their order."""
    _, _, count, _ = _HEAD.unpack_from(body, _CHECK.size)
    return struct.unpack_from(f"<{count}q", body, _START)


def notes(body: bytes) -> tuple[Note, ...]:
    """The notes."""
    _, _, count, length = _HEAD.unpack_from(body, _CHECK.size)
    start = _START + 8 * count
    return tuple(_note(*one) for one in json.loads(body[start : start + length])) if length else ()


def claims(body: bytes) -> tuple[Claimed, ...]:
    """The claims, in the order of their numbers."""
    _, _, count, length = _HEAD.unpack_from(body, _CHECK.size)
    return tuple(
        Claimed(code, what, shared, ignored, Place(*place), excerpt, column)
        for code, what, shared, ignored, place, excerpt, column in json.loads(body[_START + 8 * count + length :])
    )


def _note(
    code: str, level: str, summary: str, advice: str, place: Any, excerpt: str, column: int, repair: Any, related: Any
) -> Note:
    """A note out of the lists that JSON makes of tuples."""
    mend = Repair(repair[0], repair[1], tuple(Change(Place(*at), text) for at, text in repair[2])) if repair else None
    others = tuple(Elsewhere(what, path, Place(*at)) for what, path, at in related)
    return Note(code, level, summary, advice, Place(*place), excerpt, column, mend, others)


def unpack(packed: Packed) -> Report:
    """The report of a file, without its claims."""
    if packed.trouble:
        return Report(path=packed.path, trouble=packed.trouble)
    memory, vcpus = sums(packed.body)
    return Report(path=packed.path, notes=notes(packed.body), memory_kib=memory, vcpus=vcpus)
