"""What libvirt's driver for Xen leaves undone, declared beside a key of xl.cfg or a word of a spec (libvirt 9.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.diagnostic import Severity
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.libxl import DomainConfig


class Loss(Record):
    """What is lost on the way to libvirt, which of its values, and how much that matters.

    An ERROR is that the guest, or what it is protected from, would differ; a WARNING, that only tuning is lost.
    """

    why: str = "libvirt's driver for Xen has no words for it"
    severity: Severity = Severity.ERROR
    when: Callable[[Any, DomainConfig], bool] | None = None
    """For which values, if not for all but off: given that of a key, or the device that has a word, and the rest."""
    judged: bool = False
    """Only the translation itself can tell which values are lost."""


LOST = Loss()
TUNING = Loss(severity=Severity.WARNING)
STAYS_ON = Loss(why="libvirt's driver for Xen cannot switch it off", when=lambda value, _: value is False)
