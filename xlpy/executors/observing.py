"""A host that can be asked -> the guests that run there, as values."""

from __future__ import annotations

from xlpy.executors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from xlpy.executors import DomainInfo, Executor, VcpuInfo
    from xlpy.fleet.running import Running
    from xlpy.libxl import DomainConfig

    T = TypeVar("T")

_REASONS = ("poweroff", "reboot", "suspend", "crash", "watchdog", "soft reset")
_WITH_SHARES = ("credit", "credit2")


def observe(host: Executor) -> tuple[Running, ...]:
    """All guests but Domain-0, by domid; what the host does not tell of one is None."""
    info = host.info()
    found = []
    for domain in host.domains():
        if domain.domid:
            pool = domain.pool if domain.pool in info.facts.pools else ""
            found.append(_one(host, domain, pool, info.facts.scheduler_of_pool(pool), exact=not info.unknown))
    return tuple(found)


def _one(host: Executor, domain: DomainInfo, pool: str, scheduler: str, *, exact: bool) -> Running:
    from xlpy.fleet.running import Running

    domid = domain.domid
    config = _told(lambda: host.config(domid))
    vcpus = _told(lambda: host.vcpus(domid)) or ()
    share = _told(lambda: host.cpus.share(domid)) if scheduler in _WITH_SHARES else None
    soft = [one.soft_affinity for one in vcpus]
    return Running(
        name=domain.name,
        domid=domid,
        uuid=domain.uuid,
        config=config,
        exact=exact,
        target_kib=_told(lambda: host.memory.target(domid)),
        online=_online(config, vcpus),
        hard=tuple(one.hard_affinity for one in vcpus) if vcpus else None,
        soft=tuple(one for one in soft if one is not None) if vcpus and None not in soft else None,
        pool=pool,
        scheduler=scheduler,
        weight=share.weight if share is not None else None,
        cap=share.cap if share is not None else None,
        stopped=_REASONS[min(domain.shutdown_reason, len(_REASONS) - 1)] if domain.shutdown else "",
        memory_kib=domain.memory_kib,
    )


def _online(config: DomainConfig | None, vcpus: Sequence[VcpuInfo]) -> tuple[int, ...] | None:
    """As asked of it: a kernel that has yet to boot, or to hear, comes to that by itself."""
    if config is not None:
        return config.b_info.avail_vcpus or (0,)
    return tuple(one.vcpu for one in vcpus if one.online) or None


def _told(ask: Callable[[], T]) -> T | None:
    """The answer; None where the host has none."""
    try:
        return ask()
    except Failure:
        return None
