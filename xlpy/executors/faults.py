"""Faults on demand: what shall go wrong on a simulated host, where, how, and how often."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol
else:
    Protocol = object  # typing is slow to import

HOWS = ("fail", "hang", "die")
"""It fails as Xen's part would; it hangs until its time is over, and then fails; the process is killed halfway."""
POINTS = {
    "step:STEP": "a step of building a domain, as xlpy plan names it, with - for blanks: step:load-kernel",
    "device:KIND[:NUMBER]": "the adding of a device: device:vif, device:disk:0",
    "memory": "the making of room for a domain",
    "migrate:send": "a migration, before anything is sent",
    "migrate:round:N": "round N of the memory that a live migration sends, from 0 on",
    "migrate:suspend": "the guest, when it shall suspend itself for a migration",
    "migrate:state": "a migration, after the guest was suspended",
    "migrate:receive": "the other end of a migration, when its domain is made",
    "migrate:start": "the other end, when it gives the domain its name",
    "save:send": "a save, before anything is written; save:suspend and save:state as for a migration",
    "restore": "a restore, when the domain is made",
    "destroy": "the destruction of a domain: with hang it stays, dying",
    "store:write": "the writing of any change of the host",
}
"""Where faults may be, for people. A fault of `device` or `migrate` alone is one at each point that begins so."""


class Fault(Record):
    """A fault."""

    number: int
    point: str
    """A point or what it begins with, up to a colon; * and ? stand for anything in it."""
    how: str = "fail"
    """One of HOWS."""
    chance: float = 1.0
    """From 0 to 1, for each time that something comes to the point."""
    seed: int = 0
    """Of the dice."""
    times: int = -1
    """How often it strikes yet; -1 for ever."""
    seconds: float = 10.0
    """How long it hangs."""
    met: int = 0
    """How often something came to the point."""


class Faults(Protocol):
    """The faults of a host."""

    def all(self) -> Sequence[Fault]:
        """Those that are there, by number."""

    def add(self, fault: Fault) -> int:
        """Another one; gives its number."""

    def remove(self, number: int) -> None:
        """Take one away; Failure where there is none."""

    def clear(self) -> None:
        """Take all away; domains that a fault keeps from dying die."""
