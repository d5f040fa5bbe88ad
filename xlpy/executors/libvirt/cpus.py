"""The facet `cpus` through libvirt, which knows hard affinities, and the weight and cap of domains."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring

from xlpy.executors import Failure, LibxlError, LibxlMessage
from xlpy.executors.cpus import CpuLoad, DomainShare, PoolTuning, Reservation, other_scheduler
from xlpy.executors.libvirt import vcpus
from xlpy.executors.libvirt.modules import ModuleError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from xlpy.executors.libvirt.access import Access

_ONLY_XL = "Xen's own xl has it"
_OFFLINE = "is not active"
_RTDS = f"libvirt knows nothing of the scheduler RTDS; {_ONLY_XL}"


class LibvirtCpus:
    """See the Cpus protocol."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def set_online(self, domid: int, vcpus: Collection[int]) -> None:
        """Libvirt counts: those that are there are the first ones."""
        if set(vcpus) != set(range(len(vcpus))):
            raise Failure(advice=f"libvirt plugs in the first vCPUs of a domain, no choice of them; {_ONLY_XL}")
        most = self._access.on(domid, lambda domain: int(fromstring(domain.XMLDesc(0)).findtext("vcpu") or 1))
        if not 0 < len(vcpus) <= most:
            raise _wrong_count(domid, len(vcpus), most)
        live = self._access.api.VIR_DOMAIN_AFFECT_LIVE
        self._access.act(domid, lambda domain: domain.setVcpusFlags(len(vcpus), live))

    def set_affinity(
        self,
        domid: int,
        vcpu: int,
        *,
        hard: Collection[int] | None = None,
        soft: Collection[int] | None = None,
        force: bool = False,
    ) -> Sequence[LibxlMessage]:
        """Hard affinities only."""
        if soft is not None or force:
            what = "soft affinity" if soft is not None else "override of a guest's pinning"
            raise Failure(advice=f"libvirt knows no {what}; {_ONLY_XL}")
        if hard is not None:
            self._pin(domid, vcpu, hard)
        return ()

    def _pin(self, domid: int, vcpu: int, allowed: Collection[int]) -> None:
        """libvirt pins only what is online; the rest Xen's own module does."""
        cpus = self._access.told.cpus
        try:
            self._access.act(domid, lambda domain: vcpus.pin(self._access.api, domain, vcpu, allowed, cpus))
        except Failure as failure:
            if _OFFLINE not in str(failure):
                raise
            self._pin_offline(domid, vcpu, allowed)

    def _pin_offline(self, domid: int, vcpu: int, allowed: Collection[int]) -> None:
        place, advice = "libxl_sched.c:libxl__set_vcpuaffinity", "libvirt pins a vCPU only while it is online"
        try:
            self._access.modules.xen("pinning a vCPU that is offline", "vcpu_setaffinity", domid, vcpu, sorted(allowed))
        except Failure as failure:
            number = failure.number if isinstance(failure, ModuleError) else errno.EINVAL
            text = f"Domain {domid}:Setting vcpu affinity: {os.strerror(number)}"
            message = LibxlMessage(place=place, lines=(62, 62), text=text)
            raise LibxlError(message, advice="" if isinstance(failure, ModuleError) else advice) from None

    def share(self, domid: int) -> DomainShare:
        """Weight and cap, of credit and credit2."""
        scheduler = self._access.modules.scheduler(domid)
        return self._access.on(domid, lambda domain: _share(domain, scheduler))

    def set_share(self, domid: int, scheduler: str, *, weight: int | None = None, cap: int | None = None) -> None:
        """Change what is given."""
        if self.share(domid).scheduler != scheduler:
            raise other_scheduler(domid, scheduler)
        changes = {name: value for name, value in (("weight", weight), ("cap", cap)) if value is not None}
        self._access.act(domid, lambda domain: domain.setSchedulerParameters(changes))

    def reservations(self, domid: int, vcpus: Sequence[int] | None = None) -> Sequence[Reservation]:
        """Of RTDS, which libvirt does not know."""
        raise Failure(advice=_RTDS)

    def set_reservations(self, domid: int, changes: Sequence[Reservation], *, every: bool = False) -> None:
        """Of RTDS, which libvirt does not know."""
        raise Failure(advice=_RTDS)

    def tuning(self, pool: int, scheduler: str) -> PoolTuning:
        """Libvirt knows domains, not cpupools."""
        raise LibxlError(advice=f"libvirt does not tell how the scheduler of a cpupool is tuned; {_ONLY_XL}")

    def set_tuning(self, pool: int, scheduler: str, tuning: PoolTuning) -> None:
        """Libvirt knows domains, not cpupools."""
        raise Failure(advice=f"libvirt cannot tune the scheduler of a cpupool; {_ONLY_XL}")

    def loads(self) -> Sequence[CpuLoad]:
        """The driver for Xen does not tell."""
        return ()


def _wrong_count(domid: int, count: int, most: int) -> LibxlError:
    """What libxl says of it."""
    many, lines = f"Requested {count} VCPUs, however maxcpus is {most}!", (1869, 1871)
    if count == 0:
        many, lines = "Requested 0 VCPUs!", (1863, 1865)
    text = f"Domain {domid}:{many}: Function not implemented"
    return LibxlError(LibxlMessage(place="libxl_domain.c:libxl_set_vcpuonline", lines=lines, text=text))


def _share(domain: Any, scheduler: str) -> DomainShare:
    """libvirt itself knows the scheduler of the host, which that of the domain's cpupool may not be."""
    return DomainShare(scheduler=scheduler or domain.schedulerType()[0], **domain.schedulerParameters())
