"""The state of a simulated domain as a stream of bytes: a head, frames without their content, the guest, an end.

Each record is its kind (4 letters), the length of its body and a JSON object. The head says that nothing in it is real.
"""

from __future__ import annotations

import json
import struct

from xlpy.executors import ERROR_FAIL, LibxlError, LibxlMessage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAGIC = b"xlpy: a simulated domain, v1\n\0\r\n"
HEAD, FRAMES, GUEST, END = b"HEAD", b"FRAM", b"GUES", b"END."
_PREFIX = struct.Struct("<4sI")
_LONGEST = 64 * 1024 * 1024
_REAL = b"LibxlFmt"
_REAL_ADVICE = "this is the memory of a real domain: only Xen can restore it, a simulated host cannot"
_SIGN = len(_REAL)


class XcMessage(LibxlMessage):
    """What libxc says, which names no place in its source."""

    def line(self, _release: tuple[int, int]) -> str:
        """The same in each release."""
        return f"xc: {self.level}: {self.text}"


def xc_error(text: str) -> XcMessage:
    """An error of libxc's, with its usual end."""
    return XcMessage(place="", lines=(0, 0), text=f"{text}: Internal error")


class BadStreamError(LibxlError):
    """The stream ends too early, or is not one of ours."""


def pack(kind: bytes, body: dict[str, Any]) -> bytes:
    """One record."""
    data = json.dumps(body, separators=(",", ":")).encode()
    return _PREFIX.pack(kind, len(data)) + data


def check_magic(read: Callable[[int], bytes]) -> None:
    """Read what stands before the first record; BadStreamError where it is not a simulated domain's."""
    start = read(_SIGN)
    if start == _REAL:
        raise BadStreamError(_ident(start), advice=_REAL_ADVICE)
    if len(start) < _SIGN:
        raise truncated()
    if start + read(len(MAGIC) - _SIGN) != MAGIC:
        raise BadStreamError(_ident(start), advice="this is not the state of a simulated domain, or of another version")


def unpack(read: Callable[[int], bytes], *, first: bool = False) -> tuple[bytes, dict[str, Any]]:
    """The next record; there may be not even a FIRST one."""
    prefix = read(_PREFIX.size)
    if first and not prefix:
        raise BadStreamError(xc_error("Failed to read Image Header from stream (0 = Success)"), _DONE, advice=_DAMAGED)
    if len(prefix) < _PREFIX.size:
        raise truncated()
    kind, length = _PREFIX.unpack(prefix)
    body = read(length) if length <= _LONGEST else b""
    if len(body) < length:
        raise truncated()
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise BadStreamError(xc_error("Failed to read Record Header from stream (0 = Success)"), advice=_DAMAGED)
    return kind, values


_DAMAGED = "the state of the domain is damaged or cut off"
_DONE = LibxlMessage(
    place="libxl_stream_read.c:libxl__xc_domain_restore_done", lines=(850, 850), text="restoring domain: Success"
)


def truncated() -> BadStreamError:
    """The stream is at its end before the domain is complete."""
    return BadStreamError(
        xc_error("Failed to read Record Header from stream (0 = Success)"),
        xc_error("Restore failed (0 = Success)"),
        _DONE,
        rc=ERROR_FAIL,
        advice=_DAMAGED,
    )


def _ident(start: bytes) -> LibxlMessage:
    expected, got = (int.from_bytes(sign, "big") for sign in (MAGIC[:_SIGN], start))
    return LibxlMessage(
        place="libxl_stream_read.c:stream_header_done",
        lines=(340, 340),
        text=f"Invalid ident: expected 0x{expected:016x}, got 0x{got:016x}",
    )
