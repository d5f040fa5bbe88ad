"""What the schedulers' verbs list, as values."""

from __future__ import annotations

from xlpy.executors import Failure
from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.cli.call import Call
    from xlpy.executors import DomainInfo
    from xlpy.executors.cpus import PoolTuning, Reservation
    from xlpy.executors.pools import Pool


class ScheduledDomain(Record):
    """A domain in a cpupool with the scheduler credit or credit2."""

    domid: int
    name: str
    weight: int
    """Relative to other domains."""
    cap: int
    """The most it may use, in percent of one pCPU; 0 for no limit."""


class ScheduledPool(Record):
    """A cpupool with the scheduler credit or credit2, and its domains."""

    pool: str
    scheduler: str
    tuning: PoolTuning | None
    """null where the host does not tell."""
    domains: tuple[ScheduledDomain, ...]


class ReservingDomain(Record):
    """A domain in a cpupool with the scheduler rtds."""

    domid: int
    name: str
    vcpus: tuple[Reservation, ...]


class ReservingPool(Record):
    """A cpupool with the scheduler rtds, and its domains."""

    pool: str
    domains: tuple[ReservingDomain, ...]


def shares(call: Call, scheduler: str) -> Sequence[ScheduledPool]:
    """The cpupools with this scheduler, or what -d and -p leave of them."""
    executor = call.executor()
    found = []
    for pool, domains in _pools(call, "p", scheduler):
        known = ((domain, executor.cpus.share(domain.domid)) for domain in domains)
        scheduled = tuple(
            ScheduledDomain(domid=domain.domid, name=domain.name, weight=share.weight, cap=share.cap)
            for domain, share in known
        )
        tuning = _tuning(call, pool.number, scheduler)
        found.append(ScheduledPool(pool=pool.name, scheduler=scheduler, tuning=tuning, domains=scheduled))
    return found


def reservations(call: Call) -> Sequence[ReservingPool]:
    """The same for rtds."""
    executor = call.executor()
    return [
        ReservingPool(
            pool=pool.name,
            domains=tuple(
                ReservingDomain(
                    domid=domain.domid, name=domain.name, vcpus=tuple(executor.cpus.reservations(domain.domid))
                )
                for domain in domains
            ),
        )
        for pool, domains in _pools(call, "C", "rtds")
    ]


def _tuning(call: Call, pool: int, scheduler: str) -> PoolTuning | None:
    try:
        return call.executor().cpus.tuning(pool, scheduler)
    except Failure:
        return None


def _pools(call: Call, pool: str, scheduler: str) -> Iterator[tuple[Pool, Sequence[DomainInfo]]]:
    """Pools with their domains; POOL is the letter of the option that names one. Refuses options that change."""
    from xlpy.cli.shared.domains import find_domid
    from xlpy.cli.shared.scheduling import pools_with

    options = call.options()
    if options.keys() - {"d", pool, "s", "v"}:
        raise Failure(advice=f"{call.verb.name}: --format only shows what is set; leave it out to change something")
    executor = call.executor()
    domid = find_domid(executor, options["d"]) if "d" in options else None
    for one, domains in pools_with(executor, options.get(pool), scheduler):
        wanted = [domain for domain in domains if domid in (None, domain.domid)]
        if wanted or domid is None:
            yield one, wanted
