"""A look at a host and its domains at one moment."""

from __future__ import annotations

from xlpy.executors import Failure, UnknownDomain
from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import DomainInfo, Executor, HostInfo, VcpuInfo
    from xlpy.executors.counters import DomainCounters


class Seen(Record):
    """A domain at one moment."""

    domain: DomainInfo
    cpu_percent: float
    """Of one pCPU, since the look before; 0 in the first."""
    vcpus: tuple[VcpuInfo, ...]
    counters: DomainCounters | None
    """None where the host does not count."""


class Sample(Record):
    """A host at one moment."""

    at: float
    """Seconds on any clock."""
    host: HostInfo
    domains: tuple[Seen, ...]


def take(executor: Executor, at: float, before: Sample | None) -> Sample:
    """Look at all domains; those that go meanwhile are left out."""
    known = {seen.domain.domid: seen.domain for seen in before.domains} if before else {}
    elapsed = at - before.at if before else 0.0
    looks = (_look(executor, domain, known.get(domain.domid), elapsed) for domain in executor.domains())
    return Sample(at=at, host=executor.info(), domains=tuple(seen for seen in looks if seen is not None))


def _look(executor: Executor, domain: DomainInfo, before: DomainInfo | None, elapsed: float) -> Seen | None:
    used = domain.cpu_time - before.cpu_time if before and before.uuid == domain.uuid else 0.0
    try:
        vcpus = tuple(executor.vcpus(domain.domid))
        counters = _counters(executor, domain.domid)
    except UnknownDomain:
        return None
    return Seen(domain=domain, cpu_percent=100 * used / elapsed if elapsed > 0 else 0.0, vcpus=vcpus, counters=counters)


def _counters(executor: Executor, domid: int) -> DomainCounters | None:
    try:
        return executor.counters.of(domid)
    except UnknownDomain:
        raise
    except Failure:
        return None
