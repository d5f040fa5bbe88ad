"""Events: what happened to the domains of a host, in order."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol
else:
    Protocol = object  # typing is slow to import

KINDS = (
    "created",
    "renamed",
    "paused",
    "unpaused",
    "shutdown",
    "resumed",
    "reset",
    "restarted",
    "destroyed",
    "changed",
    "signalled",
    "sent",
    "received",
    "dumped",
    "failed",
)
"""What can happen."""


class Event(Record):
    """Something that happened to a domain."""

    seq: int
    """Ascending; gaps are possible."""
    at: float
    """Seconds since 1970."""
    kind: str
    """One of KINDS."""
    domid: int
    name: str
    """As the domain was called then."""
    detail: str = ""
    """What more there is to say, in a few words; not escaped."""


class Events(Protocol):
    """The log of a host."""

    def since(self, seq: int = 0) -> Sequence[Event]:
        """The events after the one numbered SEQ, oldest first; a host forgets the oldest."""
