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
"""Who says it; the log leaves out how grave it is: warnings and errors, where libvirtd is left as it comes."""
_DOMAIN = re.compile(r": Domain (\d+):")
_FUNCTIONS = (
    r"(libxl__ev_xswatch|libxl__fd_flags|devstate)_\w+|watchfd_callback|libxl__ao_\w+|domain_death_xswatch_callback|"
    "libxl__get_numa_candidate|numa_place_domain"
)
_WORDS = (
    r"ao 0x|\s|passthrough: |(restoring, not )?running bootloader|no bootloader configured|not a PV/PVH domain|"
    r"Disk vdev=\S*( spec\.backend=|, using backend)|Spawning device-model|calling (device_backend_cl|hotplug script)|"
    r"No hotplug script|extra args:|env:|type_if=|forking to execute|num_exec \d|backend_kind \d|dm_restrict disabled|"
    r"Args and environment ready|Connecting to /|QEMU version|Didn't find dm UID|pv kernel mapped|Forked pid|"
    r"Record: |Stream v\d|domain \d+ device model(: spawn watch| \(dying as expected)|Device Model signaled"
)
_PROGRESS = (
    rf"(domainbuilder|libxl-save-helper): |libxl: \w+\.c:\d+:(({_FUNCTIONS}): |\w+: (Domain \d+:)?({_WORDS}))|"
    r"xc: (\s|Saving domain|Restoring domain|Restore success|Found |Console: |XenStore: |ELF: |PHYSICAL MEMORY|fd \d)"
)
"""What libxl and its libraries tell while all goes well, which a libvirtd with log_level 1 or 2 writes down too."""
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


def since(before: dict[str, int], domid: int | None = None) -> Sequence[Logged]:
    """The warnings and errors that came since, as xl would print them, fit for a terminal; the last ones of many.

    Of those about domains only the ones about DOMID, if that is known.
    """
    stamped = [pair for path, start in before.items() for pair in _lines(path, start)]
    lines = [line for _, line in sorted(stamped, key=itemgetter(0))]
    grave = [line for line in lines if not re.match(_PROGRESS, line)]
    level = "error: " if grave == lines else ""  # among lines of all kinds any may be none
    found = [printable(line) for line in grave if _is_of(line, domid)][-_MOST:]
    return [Logged(place="", lines=(0, 0), text=line, said=_CONTEXT.sub(rf"\1: {level}", line)) for line in found]


def _is_of(line: str, domid: int | None) -> bool:
    about = _DOMAIN.search(line)
    return domid is None or about is None or int(about[1]) == domid


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
            yield stamp[0], line[stamp.end() :]
