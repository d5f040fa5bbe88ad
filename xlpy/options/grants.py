"""Limits of the grant tables, through which guests share memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.differences import GRANT_LIMIT
from xlpy.libxl import UNSET32
from xlpy.loss import Loss
from xlpy.vocabulary import Key, Kind

if TYPE_CHECKING:
    from xlpy.reader import Reader

_MOST = 2**31 - 1


def _bounded(reader: Reader, name: str) -> int | None:
    """A number from 0 to 2147483647: for anything else the real xl ends without a word."""
    number = reader.integer(name, quiet=True)
    reader.stale_overflow = False
    if name not in reader.entries:
        return None
    if number is None or not 0 <= number <= _MOST:
        reader.refuse(*GRANT_LIMIT.told(name=name, most=_MOST), key=name)
        return None
    return number


LIMIT = Kind(name="integer", read=_bounded)


def _key(name: str, order: int, doc: str, good: str, *, default: str, libvirt: Loss, since: str = "4.10") -> Key:
    return Key(
        name=name,
        kind=LIMIT,
        absent_too=True,
        order=order,
        field=f"b_info.{name}",
        default=default,
        since=since,
        libvirt=libvirt,
        doc=doc,
        good=(good, "0"),
        bad=('"-1"', '"many"', "[64]", "2147483648"),
    )


KEYS = (
    _key(
        "max_grant_frames",
        1621,
        "How many pages the domain's grant table may have; each disk and network queue of a PV guest takes grants.",
        "64",
        default="that of xl.conf, else 64",
        libvirt=Loss(why="libvirt takes no limit of 0", when=lambda most, _: most == 0),
    ),
    _key(
        "max_maptrack_frames",
        1630,
        "How many pages Xen may use to track which grants of others the domain has mapped; matters to driver domains.",
        "1024",
        default="that of xl.conf, else 1024",
        libvirt=Loss(severity=Severity.WARNING, when=lambda most, _: most != UNSET32),
    ),
    _key(
        "max_grant_version",
        1639,
        "The highest version of the grant table interface that the domain may use; 1 rules out version 2.",
        "1",
        default="that of xl.conf, else what the host has",
        libvirt=Loss(when=lambda version, _: version >= 0),
        since="4.16",
    ),
)
