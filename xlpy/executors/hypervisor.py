"""Facet `hypervisor` of an executor: what is set in Xen itself while it runs, and in xenstored.

That is its security module Flask, its parameters, and the limits of what domains may have in xenstore. libxl names
neither a domain nor a release in what it says of these.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol
else:
    Protocol = object  # typing is slow to import


class NoFlaskError(Exception):
    """Xen runs without Flask."""


class XenRefusedError(Exception):
    """Xen does not take it; the text is what C says of the errno."""


class Hypervisor(Protocol):
    """What is about Flask raises NoFlaskError where there is none."""

    def enforcing(self) -> bool:
        """Whether Flask enforces its policy; else what it forbids is only logged."""

    def set_enforcing(self, *, on: bool) -> None:
        """Enforce the policy, or no longer."""

    def load_policy(self, policy: bytes) -> None:
        """Put another binary policy in the place of the present one; raises XenRefusedError."""

    def set_parameter(self, name: str, value: str) -> None:
        """Set a parameter of Xen's command line that can be set while it runs; raises XenRefusedError."""

    def quotas(self, domid: int | None) -> Mapping[str, int]:
        """The limits of a domain in xenstore by name, or those that domains get; raises XenRefusedError."""

    def set_quotas(self, domid: int | None, quotas: Mapping[str, int]) -> None:
        """Change some of them; raises XenRefusedError where one has no such name."""
