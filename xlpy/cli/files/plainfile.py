"""Reading a file that has to be a plain one, as libxl does; nothing else is waited for, or read without end."""

from __future__ import annotations

import errno
import os
import stat

MOST_BYTES = 2**31 - 1
NOT_PLAIN, TOO_LARGE, SHRANK = errno.ENOTTY, errno.EFBIG, errno.ESTALE
"""What the OSError says of a file that libxl would not read."""


def read_plain(filename: str, most: int = MOST_BYTES) -> bytes:
    """The contents; OSError where it cannot be read, or where it has more than MOST bytes."""
    # Without blocking: xl looks whether it is a plain file only after it has opened it.
    descriptor = os.open(filename, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size = _size(os.fstat(descriptor), filename, most)
        data = os.read(descriptor, size)
        while len(data) < size and (more := os.read(descriptor, size - len(data))):
            data += more
    finally:
        os.close(descriptor)
    if len(data) < size:
        raise _error(SHRANK, filename)
    return data


def _size(status: os.stat_result, filename: str, most: int) -> int:
    if not stat.S_ISREG(status.st_mode):
        raise _error(NOT_PLAIN, filename)
    if status.st_size > most:
        raise _error(TOO_LARGE, filename)
    return status.st_size


def _error(number: int, filename: str) -> OSError:
    return OSError(number, os.strerror(number), filename)
