"""Reading a file that has to be a plain one, as libxl does; nothing else is waited for."""

from __future__ import annotations

import errno
import os
import stat


def read_plain(filename: str) -> bytes:
    """The contents; OSError where it cannot be read, with ENOTTY where it is no plain file."""
    # Without blocking: xl looks whether it is a plain file only after it has opened it.
    descriptor = os.open(filename, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY), filename)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
