"""The global option -T of xl: date and process before each line that Xen's libraries log."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

LOGGERS = ("libxl: ", "xc: ", "domainbuilder: ", "xencall:", "libxl-save-helper: ")
"""How the lines begin that the libraries log; what xl itself says has no stamp."""


class Stamped:
    """A text stream that stamps such lines and is otherwise the one that it covers."""

    def __init__(self, stream: TextIO) -> None:
        """Write to STREAM."""
        self._stream = stream
        self._begins = True

    def __getattr__(self, name: str) -> object:
        """Everything but writing is up to the stream."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Stamp each line that a library logs, where it begins."""
        for line in text.splitlines(keepends=True):
            self._stream.write(stamp() + line if self._begins and line.startswith(LOGGERS) else line)
            self._begins = line.endswith("\n")
        return len(text)


def stamp() -> str:
    """As libxl's logger writes it."""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S %Z')} [{os.getpid()}] "
