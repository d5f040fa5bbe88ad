"""The outer format of xl's save files and migration streams: a header, the configuration, then the host's state."""

from __future__ import annotations

import struct

from xlpy.cli.call import Leave
from xlpy.cli.say import say_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.release import Release

MAGIC = b"Xen saved domain, xl format\n \0 \r"
JSON, STREAM_V2 = 1, 2
"""The mandatory flags: what follows must be understood so."""
_ORDER = 0x01020304
_HEADER = struct.Struct("<32sIIII")
_LENGTH = struct.Struct("<I")


class Reader:
    """Exact reads from a file or pipe called SOURCE in messages."""

    def __init__(self, read: Callable[[int], bytes], source: str, release: Release) -> None:
        """READ gives at most as many bytes as it is asked for, none at the end."""
        self.source = source
        self._read = read
        self._release = release

    def up_to(self, count: int) -> bytes:
        """So many bytes, fewer only at the end."""
        found = b""
        while len(found) < count and (more := self._read(count - len(found))):
            found += more
        return found

    def exactly(self, count: int, what: str, call: str, lines: tuple[int, int]) -> bytes:
        """So many bytes of the header; else the run ends as xl's does, with CALL at one of these LINES."""
        found = self.up_to(count)
        if len(found) < count:
            say_truncated(self._release, what, self.source)
            line = lines[self._release >= (4, 18)]
            say_whole(f"xl: fatal error: xl_vmcontrol.c:{line}: Protocol error: {call}")
            raise Leave(1)
        return found


def say_truncated(release: Release, what: str, source: str) -> None:
    """What libxl says of a stream that ends too early."""
    from xlpy.cli.shared.domains import libxl_error

    text = f"file/stream truncated reading {what} from {source}"
    libxl_error(release, "libxl_utils.c:libxl_read_exactly", (505, 507), text)


def write_head(write: Callable[[bytes], None], source: str, config: str) -> None:
    """The header and a configuration as libxl's JSON; says so."""
    data = config.encode("utf-8", "surrogateescape") + b"\0"
    flags, length = JSON | STREAM_V2, _LENGTH.size + len(data)
    write(_HEADER.pack(MAGIC, _ORDER, flags, 0, length) + _LENGTH.pack(len(data)) + data)
    say_whole(f"Saving to {source} new xl format (info 0x{flags:x}/0x0/{length})")


class Head:
    """What stands before the state: the configuration, if there is one, as JSON or in xl's own language."""

    def __init__(self, config: bytes | None, flags: int) -> None:
        self.config = config
        self.is_json = bool(flags & JSON)


def read_head(reader: Reader) -> Head:
    """Read the header and the configuration; where they are wrong the run ends with xl's message."""
    call = 'libxl_read_exactly( ctx, restore_fd, &hdr, sizeof(hdr), restore_source, "header")'
    magic, order, flags, optional, length = _HEADER.unpack(reader.exactly(_HEADER.size, "header", call, (713, 751)))
    if magic != MAGIC:
        _refuse("File has wrong magic number - corrupt or for a different tool?")
    if order != _ORDER:
        _refuse("File has wrong byte order")
    source, info = reader.source, f"0x{flags:x}/0x{optional:x}/{length}"
    say_whole(f"Loading new save file {source} (new xl fmt info {info})")
    if unknown := flags & ~(JSON | STREAM_V2):
        _refuse(f"Savefile has mandatory flag(s) 0x{unknown:x} which are not supported; need newer xl")
    call = 'libxl_read_exactly( ctx, restore_fd, optdata_begin, hdr.optional_data_len, restore_source, "optdata")'
    return Head(_config(reader.exactly(length, "optdata", call, (740, 778)), flags) if length else None, flags)


def _config(data: bytes, flags: int) -> bytes:
    kind = " in JSON format" if flags & JSON else ""
    say_whole(f" Savefile contains xl domain config{kind}")
    if len(data) < _LENGTH.size:
        _refuse("Savefile truncated.")
    length = _LENGTH.unpack_from(data)[0]
    if len(data) < _LENGTH.size + length:
        _refuse("Savefile truncated.")
    return data[_LENGTH.size : _LENGTH.size + length]


def _refuse(message: str) -> None:
    say_whole(message)
    raise Leave(1)
