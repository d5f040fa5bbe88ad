"""The facet `memory` through libvirt, whose driver hands all to libxl but looks at the maximum first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.executors import Failure, LibxlError, LibxlMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.executors.libvirt.access import Access
    from xlpy.executors.memory import DomainMemory

_OVER_MAXIMUM = "higher than max memory"
_ERROR_INVAL = -6
_MEMORY = 2
"""What a domain has, among the numbers of its info."""


class LibvirtMemory:
    """See the Memory protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def target(self, domid: int) -> int:
        """Libvirt tells what the domain has, which comes to the same once the guest has followed."""
        return int(self._access.on(domid, lambda domain: domain.info()[2]))

    def set_target(self, domid: int, kib: int) -> None:
        """Balloon a domain."""
        live = self._access.api.VIR_DOMAIN_AFFECT_LIVE
        try:
            self._access.act(domid, lambda domain: domain.setMemoryFlags(kib, live))
        except Failure as failure:
            if _OVER_MAXIMUM not in str(failure):
                raise
            raise LibxlError(_above_static(domid), rc=_ERROR_INVAL) from None

    def set_maximum(self, domid: int, kib: int) -> None:
        """Limit a domain as long as it runs; libvirt goes on telling the maximum with which it was built."""
        if kib < self._access.on(domid, lambda domain: int(domain.info()[_MEMORY])):  # the driver pays no heed to it
            raise LibxlError(_below_target(domid), rc=1)
        flags = self._access.api.VIR_DOMAIN_MEM_MAXIMUM | self._access.api.VIR_DOMAIN_AFFECT_LIVE
        self._access.act(domid, lambda domain: domain.setMemoryFlags(kib, flags))

    def usage(self) -> Sequence[DomainMemory]:
        """Libvirt does not count claims and shared pages."""
        raise Failure(advice="libvirt tells no claims and no shared pages of domains; Xen's own xl does")


def _below_target(domid: int) -> LibxlMessage:
    """What libxl says, and libvirt does not."""
    return LibxlMessage(
        place="libxl_mem.c:libxl_domain_setmaxmem",
        lines=(59, 59),
        text=f"Domain {domid}:memory_static_max must be greater than or or equal to memory_dynamic_max: Success",
    )


def _above_static(domid: int) -> LibxlMessage:
    """What libxl would have said."""
    return LibxlMessage(
        place="libxl_mem.c:libxl_set_memory_target",
        lines=(278, 278),
        text=f"Domain {domid}:memory_dynamic_max must be less than or equal to memory_static_max\n",
    )
