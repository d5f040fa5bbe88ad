"""Changing files of the user: the new text is there as a whole or not at all, and can be shown before."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import tempfile
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.executors import Failure
from xlpy.lint.secrets import masked
from xlpy.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

STATUS = 2
WAYS_OUT = {
    errno.EACCES: ": run this as a user who may write to it and to its folder",
    errno.EPERM: ": run this as a user who may write to it and to its folder",
    errno.ENOSPC: ": make room first",
}


def rewrite(path: str, data: bytes) -> None:
    """Replace the contents of a file, which links may lead to; mode, owner and attributes stay. Raises Failure.

    The new file takes the place of the old one at once. Only where that would part a file's hard links or change its
    owner the old one is written over, with the new one beside it until that is done.
    """
    try:
        _rewrite(Path(path).resolve(), data)
    except OSError as error:
        advice = f"{path} cannot be written: {error.strerror}{WAYS_OUT.get(error.errno or 0, '')}"
        raise Failure(status=STATUS, advice=advice) from None


def diff(path: str, before: str, after: str) -> str:
    """What changes in a file, as a unified diff without its secrets; nothing if nothing does."""
    old, new = (list(io.StringIO(text, newline="\n")) for text in (before, after))
    lines = unified_diff(old, new, path, path)
    return masked("".join(line if line[-1] == "\n" else f"{line}\n\\ No newline at end of file\n" for line in lines))


def fit(text: str) -> str:
    """Text that is about to be printed: on a terminal nothing else than lines."""
    return "\n".join(map(printable, text.split("\n"))) if sys.stdout.isatty() else text


def _rewrite(path: Path, data: bytes) -> None:
    if not os.access(path, os.W_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    with _written_beside(path, data) as new:
        if path.stat().st_nlink == 1 and _is_made_alike(new, path):
            new.replace(path)
        else:
            _write(os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC), data)


@contextlib.contextmanager
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """A hidden file with the data in the same folder; if it is still there in the end, it goes away."""
    descriptor, name = tempfile.mkstemp(prefix=".xlpy-", dir=path.parent)
    try:
        _write(descriptor, data)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _is_made_alike(new: Path, old: Path) -> bool:
    """Give a file the owner, mode and attributes of another; False where that is not allowed."""
    status = old.stat()
    try:
        os.chown(new, status.st_uid, status.st_gid)
        new.chmod(status.st_mode & 0o7777)
        if sys.platform == "linux":  # access lists and labels
            for name in os.listxattr(old):
                os.setxattr(new, name, os.getxattr(old, name))
    except OSError as error:
        return error.errno == errno.ENOTSUP  # the file system has no attributes
    return True
