"""A host behind libvirt: a real Xen (xen:///system, xen+ssh:// ...), or libvirt's test driver (test:///default).

Needs libvirt-python. What libvirt cannot tell is None or `?`, never a guess; what it cannot do is a Failure that names
what can.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.executors.libvirt.host import LibvirtHost

__all__ = ["SCHEMES", "open_host"]

SCHEMES = ("xen:", "xen+", "test:")
"""How the URIs begin of the hosts that are reached so."""


def open_host(uri: str, tell: Callable[[str], None], *, best_effort: bool = False) -> LibvirtHost:
    """The host of a URI; TELL shows the user a line about something that goes on all the same.

    With BEST_EFFORT guests are built without what libvirt has no words for.
    """
    from xlpy.executors.libvirt.host import LibvirtHost
    from xlpy.executors.libvirt.link import Link

    return LibvirtHost(Link(uri), tell, best_effort=best_effort)
