"""Facet `pci` of an executor: PCI devices that are passed through, and those that could be."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from xlpy.devices.pci import Pci
    from xlpy.executors import LibxlMessage
else:
    Protocol = object  # typing is slow to import


class Assignable(Record):
    """A device of the host that is bound to pciback and is no domain's."""

    bdf: str
    """0000:03:00.0."""
    name: str = ""
    """What pci-assignable-add -n called it."""


class PassedThrough(Record):
    """A device that a domain has."""

    bdf: str
    vslot: int = 0
    """The slot in which an HVM guest sees it; 0 for PV guests."""
    vfunc: int = 0


class PassThrough(Protocol):
    """Failures are LibxlError; what libxl says though it goes on is returned."""

    def assignable(self) -> Sequence[Assignable]:
        """What could be passed through now, by address."""

    def make_assignable(self, bdf: str, name: str = "") -> Sequence[LibxlMessage]:
        """Bind a device of the host to pciback, and give it a name."""

    def take_back(self, bdf: str, *, rebind: bool = False) -> Sequence[LibxlMessage]:
        """Unbind a device from pciback; with REBIND its former driver gets it back."""

    def named(self, name: str) -> str | None:
        """The address of the device with this name; None where there is none."""

    def passed(self, domid: int) -> Sequence[PassedThrough]:
        """The devices of a domain, in the order in which they were attached."""

    def attach(self, domid: int, device: Pci) -> Sequence[LibxlMessage]:
        """Pass a device through to a running domain; all functions of it where its mask says so."""

    def detach(self, domid: int, device: Pci, *, force: bool = False) -> Sequence[LibxlMessage]:
        """Take a device back; with FORCE although the guest does not let go of it."""
