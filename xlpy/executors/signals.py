"""Signals: what reaches into a guest or the hypervisor at once - triggers, sysrq, debug keys, the log, the monitor."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # typing is slow to import

TRIGGERS = ("nmi", "reset", "init", "power", "sleep", "s3resume")
"""The triggers of xl; libxl has them from 1 to 6 in another order."""


class Signals(Protocol):
    """Signals to guests and to Xen. Domains by domid; they raise UnknownDomain or another Failure."""

    def trigger(self, domid: int, name: str, vcpu: int) -> None:
        """Send one of TRIGGERS to a vCPU; power, sleep and s3resume are buttons of the ACPI of an HVM guest."""

    def sysrq(self, domid: int, letter: str) -> None:
        """Send a letter of Linux' magic SysRq key."""

    def debug_keys(self, keys: str) -> None:
        """Press keys on Xen's own console, one after the other."""

    def dmesg(self, *, clear: bool = False) -> str:
        """What is in the buffer of Xen's console, and empty it."""

    def monitor(self, domid: int, command: str) -> str:
        """Have the device model carry out a line of its monitor's language; gives the answer."""
