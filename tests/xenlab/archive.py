"""Initial file systems of Linux (cpio, newc), made without the help of a program; unpacking kernels."""

from __future__ import annotations

import lzma
import shutil
import stat
import struct
import subprocess
import zlib
from typing import TYPE_CHECKING, NamedTuple

from tests.xenlab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable

_END = "TRAILER!!!"


class Entry(NamedTuple):
    """A file, a directory or a device; `mode` has the type too."""

    path: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def directory(path: str) -> Entry:
    """A directory that all may enter."""
    return Entry(path, stat.S_IFDIR | 0o755)


def program(path: str, data: bytes) -> Entry:
    """A file that can be run."""
    return Entry(path, stat.S_IFREG | 0o755, data)


def device(path: str, major: int, minor: int) -> Entry:
    """A character device."""
    return Entry(path, stat.S_IFCHR | 0o600, device=(major, minor))


def pack(entries: Iterable[Entry]) -> bytes:
    """An archive of all entries; a directory must come before what is in it."""
    packed = [_packed(number, entry) for number, entry in enumerate(entries, 1)]
    return b"".join([*packed, _packed(0, Entry(_END, 0))])


def _packed(number: int, entry: Entry) -> bytes:
    name = entry.path.encode() + b"\0"
    fields = (number, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0, *entry.device, len(name), 0)
    head = b"070701" + "".join(f"{field:08X}" for field in fields).encode() + name
    return _aligned(head) + _aligned(entry.data)


def _aligned(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def unpack_kernel(image: bytes) -> bytes:
    """The ELF file in a bzImage: under emulation Xen and the guests' builders take long to unpack it.

    The header (Linux's boot protocol, 2.08) has the place of the packed kernel; its last four bytes are its size.
    """
    sectors = image[0x1F1]
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (sectors + 1) * 512 + offset
    return decompress(image[start : start + length - 4])


def decompress(data: bytes) -> bytes:
    """What was packed by xz, gzip or zstd; a program that is not packed stays as it is."""
    if data.startswith(b"\xfd7zXZ"):
        return lzma.decompress(data)
    if data.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31).decompress(data)
    if data.startswith(b"\x28\xb5\x2f\xfd") and shutil.which("zstd"):
        return subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=True).stdout
    if data.startswith(b"\x7fELF"):
        return data
    raise LabError(f"packed in an unknown way: {data[:4].hex()}")
