"""The words that both ends of a migration say to each other over a pipe, and reading and writing there."""

from __future__ import annotations

import os

from xlpy.cli.files.savefile import say_truncated
from xlpy.cli.say import say_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.release import Release

BANNER = b"xl migration receiver ready, send binary domain data.\n"
READY = b"domain received, ready to unpause\0"
GO = b"domain is yours, you are cleared to unpause\0"
REPORT = b"my copy unpause results are as follows\0"

SENDER_STREAM = "migration receiver stream"
RECEIVER_STREAM = "migration stream"


class Broken(Exception):
    """The other end did not say what it should, or is gone; all is told."""


def write_all(descriptor: int, data: bytes) -> None:
    """Write to a pipe; OSError where nobody reads it any more."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def say_to(descriptor: int, words: bytes) -> None:
    """Write one of the words; Broken where nobody reads them."""
    try:
        write_all(descriptor, words)
    except OSError:
        raise Broken from None


def expect(descriptor: int, words: bytes, what: str, release: Release, rune: str | None) -> None:
    """Read one of the words; RUNE is the command at the other end, which only the sender knows."""
    stream = RECEIVER_STREAM if rune is None else SENDER_STREAM
    if read_up_to(descriptor, len(words), what, stream, release) == words:
        return
    say_whole(f"{stream} contained unexpected data instead of {what}")
    if rune is not None:
        say_whole(f"(command run was: {rune} )")
    raise Broken


def read_up_to(descriptor: int, count: int, what: str, stream: str, release: Release) -> bytes:
    """Read exactly so many bytes; Broken where the stream ends before."""
    found = b""
    while len(found) < count:
        more = os.read(descriptor, count - len(found))
        if not more:
            say_truncated(release, what, stream)
            raise Broken
        found += more
    return found
