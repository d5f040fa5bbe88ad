"""The facet `memory`: balloon targets, limits, claims and shared pages. Memory is in KiB."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol
else:
    Protocol = object  # typing is slow to import


class DomainMemory(Record):
    """What a domain has of the host's memory, beside what DomainInfo says."""

    domid: int
    outstanding_kib: int = 0
    """Claimed for it and not yet populated."""
    shared_kib: int = 0
    """Pages that it shares with other domains."""


class Memory(Protocol):
    """Both setters raise LibxlError where libxl refuses; a domain that is not there has no target in xenstore."""

    def target(self, domid: int) -> int:
        """What the guest's balloon is to leave it, whether it has followed or not; video memory is part of it."""

    def set_target(self, domid: int, kib: int) -> None:
        """What the guest's balloon is to leave it, and the most that Xen lets it have (xl mem-set).

        Returns at once: the guest follows when it can. A target above the static maximum, or of Domain-0 below
        128 MiB, is refused.
        """

    def set_maximum(self, domid: int, kib: int) -> None:
        """The most that Xen lets the domain have until the next target is set (xl mem-max); not below the target."""

    def usage(self) -> Sequence[DomainMemory]:
        """All domains, by domid."""
