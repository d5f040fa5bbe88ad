"""The simulated host: a state machine with Xen's laws, whose state is one SQLite file.

There is no daemon. What time brings about (a boot is done, a guest has shut down and restarts) is worked out when
somebody looks, so many processes may use one host, and a process may be killed at any moment.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

from xlpy.executors.sim.host import SimHost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.host import HostFacts

__all__ = ["SimHost", "default_path", "named_path", "open_host"]


def default_path() -> str:
    """Where the host of this user is: XLPY_STATE_DIR, /var/lib/xlpy for root, else the XDG state directory."""
    place = os.environ.get("XLPY_STATE_DIR")
    if not place and os.geteuid() == 0:
        place = "/var/lib/xlpy"
    if not place:
        state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111  # pathlib is slow
        place = f"{state}/xlpy"
    return f"{place}/host.db"


def named_path(name: str) -> str:
    """Where a host of this user with a name of its own is; its directory is made where it is absent."""
    folder = f"{os.path.dirname(default_path())}/hosts"  # noqa: PTH120 - pathlib is slow
    with suppress(OSError):  # opening the file tells it better
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - pathlib is slow
    return f"{folder}/{name}.db"


def open_host(
    path: str | None = None, *, clock: Callable[[], float] = time.time, facts: HostFacts | None = None
) -> SimHost:
    """The simulated host in the file PATH, or this user's; a new file becomes a host with these FACTS.

    Only the directory of this user's host is made where it is absent: in a path that was given it may be a slip.
    """
    if path is None:
        path = default_path()
        with suppress(OSError):  # opening the file tells it better
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - pathlib is slow
    return SimHost(path, clock, facts)
