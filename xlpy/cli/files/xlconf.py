"""Reading xl.conf before a verb runs, as xl does before every command."""

from __future__ import annotations

import os
import sys

from xlpy.cli.call import Leave
from xlpy.cli.files.plainfile import read_plain
from xlpy.defaults import BUILT_IN
from xlpy.executors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Settings
    from xlpy.defaults import XlConf

PATH = "/etc/xen/xl.conf"
VARIABLE = "XLPY_XL_CONF"
"""Names another file; empty means that there is none."""


def with_conf(settings: Settings) -> Settings:
    """The settings with what xl.conf says; shows what is wrong with it, and ends the run where xl would."""
    filename = PATH if settings.xl_conf is None else settings.xl_conf
    data = _contents(filename, wanted=settings.xl_conf is not None) if filename else b""
    return settings.replace(conf=BUILT_IN if _says_nothing(data) else _load(filename, data, settings))


def _contents(filename: str, *, wanted: bool) -> bytes:
    """The file; one that cannot be read is told, and an absent one only where it was asked for."""
    try:
        return read_plain(filename)
    except OSError as error:
        message = f"Failed to read config file: {filename}: {os.strerror(error.errno or 0)}"
        if wanted:
            raise Failure(message) from None
        if not isinstance(error, FileNotFoundError):
            print(message, file=sys.stderr)
        return b""


def _says_nothing(data: bytes) -> bool:
    """Whether all lines are blank or comments, as in the file that comes with Xen; it need not be parsed then."""
    *lines, last = data.split(b"\n")
    return not last.strip(b" \t") and all(line.lstrip(b" \t")[:1] in (b"", b"#") for line in lines)


def _load(filename: str, data: bytes, settings: Settings) -> XlConf:
    from xlpy.diagnostic import xl_output
    from xlpy.source import Source
    from xlpy.xlconf import load_conf

    loaded = load_conf(Source.from_bytes(filename, data), release=settings.release)
    text, status = xl_output(loaded.diagnostics)
    sys.stderr.write(text)
    if status is not None:
        raise Leave(status)
    return loaded.conf
