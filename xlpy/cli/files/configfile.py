"""Reading a configuration file as `xl create` does: the file, further words, what to say where that fails."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from xlpy.cli.files.plainfile import NOT_PLAIN, SHRANK, TOO_LARGE, read_plain
from xlpy.executors import Failure
from xlpy.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.release import Release

ERROR_FAIL = 3
ERROR_INVAL = 6


def read_config(filename: str | None, words: list[str], release: Release, *, quiet: bool = False) -> Source:
    """The text of a configuration: a file with key=value words behind it; raises Failure as xl fails."""
    if filename is None:
        raise Failure(
            "Config file not specified and none in save file",
            status=ERROR_INVAL,
            advice="name a configuration file, or /dev/null and the settings as words",
        )
    data = b"" if filename == os.devnull else contents(filename, release)
    if not quiet:
        print(f"Parsing config from {filename}", file=sys.stderr)
    if words:
        data += os.fsencode("\n" + "".join(f"{word}\n" for word in words) + "\n")
    return Source.from_bytes(filename, data)


def contents(filename: str, release: Release, status: int = ERROR_FAIL) -> bytes:
    """The bytes of a file; raises Failure in xl's words, with STATUS."""
    try:
        return read_plain(filename)
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", errno.EINVAL)
    if number in _REFUSED:
        raise _refused(filename, number, release, status)
    raise _unreadable(filename, number, status)


_REFUSED = {
    NOT_PLAIN: ((346, 348), "{} is not a plain file: Success", "is not a plain file: copy it to one"),
    TOO_LARGE: ((352, 354), "file {} is far too large", "is no configuration: a file may have 2 GiB"),
    SHRANK: (
        (368, 370),
        "{} changed size while we were reading it",
        "became shorter while it was read: try again, or copy it first",
    ),
}
"""What libxl does not read: the line of its source up to Xen 4.17 and in later ones, its words, and the way out."""


def _refused(filename: str, number: int, release: Release, status: int) -> Failure:
    lines, text, advice = _REFUSED[number]
    if number == NOT_PLAIN and Path(filename).is_dir():
        advice = "is a directory: name a file in it"
    return Failure(
        f"libxl: error: libxl_utils.c:{lines[release >= (4, 18)]}:libxl_read_file_contents: {text.format(filename)}",
        f"Failed to read config file: {filename}: {os.strerror(number)}",
        status=status,
        advice=f"{filename} {advice}",
    )


def _unreadable(filename: str, number: int, status: int) -> Failure:
    return Failure(
        f"Failed to read config file: {filename}: {os.strerror(number)}",
        status=status,
        advice=_way_out(filename, number),
    )


def _way_out(filename: str, number: int) -> str:
    if number == errno.EACCES:
        return f"{filename} may not be read by this user: run this as root, or change the file's permissions"
    if number != errno.ENOENT:
        return ""
    from difflib import get_close_matches

    path = Path(filename)
    try:
        near = get_close_matches(path.name, [other.name for other in path.parent.iterdir()], n=1)
    except OSError:
        return f"there is no directory {path.parent}"
    return f"did you mean {path.with_name(near[0])}?" if near else f"there is no file {filename}: check the path"


def seems_to_be(text: str) -> str:
    """What a text is that xl could not read, where that is plain; else nothing."""
    start = text[:4096].lstrip("\ufeff \t\r\n")
    if "\0" in start:
        return "binary data"
    if start.startswith("<"):
        return "XML, as libvirt uses"
    if start.startswith(("{", "[{")):
        return "JSON"
    return ""
