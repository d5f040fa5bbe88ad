"""A conversation with a program on a terminal: type, and wait for what it writes."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING, Self

from tests.xenlab.errors import LabError

if TYPE_CHECKING:
    import subprocess

LEAVE = "\x1d"
"""Ctrl-], which ends xl console."""
_SHOWN = 2000


class Dialogue:
    """A program whose output is read and whose input is typed; a context manager that ends it."""

    def __init__(self, process: subprocess.Popen[bytes], reading: int, writing: int) -> None:
        self.process = process
        self._reading = reading
        self._writing = writing
        self._heard = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def type(self, text: str) -> None:
        """Type TEXT as it is; the key Enter is \\r."""
        os.write(self._writing, text.encode())

    def line(self, text: str) -> None:
        """Type a line."""
        self.type(f"{text}\r")

    def expect(self, text: str, seconds: float = 60) -> str:
        """Wait for TEXT; gives what came before it, without carriage returns. Raises LabError when it does not come."""
        wanted = text.encode()
        end = time.monotonic() + seconds
        while (at := self._heard.find(wanted)) < 0:
            if not self._read(end - time.monotonic()):
                raise LabError(f"{text!r} did not come; this did: {self.rest()!r}")
        before, self._heard = self._heard[:at], self._heard[at + len(wanted) :]
        return _text(before)

    def wait(self, seconds: float = 60) -> int:
        """Wait until the program ends; gives its exit status. Raises LabError when it does not end."""
        end = time.monotonic() + seconds
        while self._read(end - time.monotonic()):
            pass
        if time.monotonic() > end:
            raise LabError(f"it did not end; its last words: {self.rest()!r}")
        return self.process.wait()

    def rest(self) -> str:
        """The last of what was read and not yet waited for."""
        return _text(self._heard[-_SHOWN:])

    def close(self) -> None:
        """End the program."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        if self.process.stdin is None:  # a terminal of ours, one descriptor for both ways
            os.close(self._reading)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _read(self, seconds: float) -> bool:
        """Read something; says False when there is no more, or not in time."""
        if seconds <= 0 or not select.select([self._reading], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._reading, 65536)
        except OSError:  # how a terminal says that its other end is closed
            return False
        self._heard += data
        return bool(data)


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace").replace("\r", "")
