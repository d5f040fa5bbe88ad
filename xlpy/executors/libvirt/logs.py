"""What libxl said while libvirt used it: libvirt keeps it in logs of its own, on the host."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING

from xlpy.executors import LibxlMessage
from xlpy.executors.libvirt.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = "/var/log/libvirt/libxl"
_COMMON = "libxl-driver"
"""The log of all that has no domain yet; a domain that is built has its own."""
_STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+\d{4}: ")
_CONTEXT = re.compile("^(libxl|xc): ")
"""Who says it; the log leaves out that it is an error, for little else is in it."""
_MOST = 12
_LONGEST = 256 * 1024


def ends(name: str) -> dict[str, int]:
    """Path -> length of the logs that speak of the domain of this name, as far as they can be read."""
    names = dict.fromkeys((_COMMON, name)) if "/" not in name else (_COMMON,)
    return {
        path: length for path in (f"{FOLDER}/{name}.log" for name in names) if (length := _length(path)) is not None
    }


class Logged(LibxlMessage):
    """A line of the log: it has the place and number of the libxl that said it, whatever release is followed."""

    said: str

    def line(self, release: tuple[int, int]) -> str:
        """As it was said."""
        return self.said


def since(before: dict[str, int]) -> Sequence[Logged]:
    """The lines that came since, as xl would print them, fit for a terminal; the last ones, if there are many."""
    stamped = [pair for path, start in before.items() for pair in _lines(path, start)]
    found = [line for _, line in sorted(stamped, key=itemgetter(0))][-_MOST:]
    return [Logged(place="", lines=(0, 0), text=line, said=_CONTEXT.sub(r"\1: error: ", line)) for line in found]


def _length(path: str) -> int | None:
    """None where it cannot be read; a log that is not there yet will begin at 0."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is slow
            return file.seek(0, 2)
    except FileNotFoundError:
        return 0
    except (OSError, ValueError):
        return None


def _lines(path: str, start: int) -> Iterator[tuple[str, str]]:
    """Each line with its time."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is slow
            file.seek(start)
            data = file.read(_LONGEST)
    except OSError:
        return
    for line in data.decode("utf-8", "replace").splitlines():
        stamp = _STAMP.match(line)
        if stamp is not None:
            yield stamp[0], printable(line[stamp.end() :])
