"""The lock file of xl.conf, which keeps two creations from taking the same memory (Xen: acquire_lock in xl_utils.c)."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager

from xlpy.cli.call import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.defaults import XlConf

FAILED = 3


@contextmanager
def locked(conf: XlConf, *, simulated: bool) -> Iterator[None]:
    """Hold the lock file; ends the run where it cannot be opened.

    A simulated host is one file with locks of its own: there only a lock file that xl.conf names is held.
    """
    from xlpy.defaults import BUILT_IN

    if simulated and conf.lockfile == BUILT_IN.lockfile:
        yield
        return
    descriptor = _open(conf.lockfile)
    try:
        yield
    finally:
        os.close(descriptor)


def _open(path: str) -> int:
    import fcntl

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        print(f"cannot open the lockfile {path} errno={error.errno}", file=sys.stderr)
        raise Leave(FAILED) from None
    fcntl.lockf(descriptor, fcntl.LOCK_EX)
    return descriptor
