"""The configurations that a simulated host keeps: what domains were built from, and what they restart with."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from xlpy.executors.sim import plugging, rows, saved, schedulers
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Pv, SchedParams, Scheduler, union_member
from xlpy.planner.decisions import video

if TYPE_CHECKING:
    import sqlite3
    from typing import Any

    from xlpy.host import HostFacts

_WEIGHT = 256


def settled(config: DomainConfig) -> DomainConfig:
    """A configuration as it is stored: the memory that was left to libxl is filled in."""
    info = config.b_info.replace(
        arch_x86=config.b_info.arch_x86.replace(msr_relaxed=config.b_info.arch_x86.msr_relaxed or False),
        max_memkb=config.max_memory_kib,
        target_memkb=config.memory_kib,
        video_memkb=video(config),
    )
    return config.replace(b_info=info)


def current(row: sqlite3.Row, facts: HostFacts) -> DomainConfig:
    """What a domain was built from, under its present name and uuid."""
    if row["domid"] == 0:
        return _of_dom0(row, facts)
    config = saved.config_from_text(row["config"]) if row["config"] else _of_half(row)
    created = config.c_info.replace(name=rows.text(row["name"]), uuid=row["uuid"][: rows.UUID_LENGTH])
    return config.replace(c_info=created)


def shown(db: sqlite3.Connection, row: sqlite3.Row, facts: HostFacts) -> DomainConfig:
    """The same with what Xen has at present: the domid, the memory, and the parameters in the scheduler."""
    config = current(row, facts)
    if row["domid"] == 0:
        return config
    return config.replace(
        c_info=config.c_info.replace(domid=row["domid"]),
        b_info=config.b_info.replace(
            max_memkb=max(config.b_info.max_memkb, row["limit_kib"]),
            target_memkb=row["target_kib"],
            avail_vcpus=_online(config, row),
            sched_params=_shares(db, row["domid"]),
        ),
    )


def _online(config: DomainConfig, row: sqlite3.Row) -> tuple[int, ...]:
    """The vCPUs that shall be plugged in: the first ones, once that was changed."""
    built, count = config.b_info.avail_vcpus, plugging.asked(row)
    return built if len(built or (0,)) == count else tuple(range(count))


def _shares(db: sqlite3.Connection, domid: int) -> SchedParams:
    scheduler = schedulers.scheduler_of(db, domid)
    if scheduler not in schedulers.WITH_WEIGHTS:
        return SchedParams(sched=_scheduler(scheduler))
    share = schedulers.share(db, domid)
    return SchedParams(sched=_scheduler(scheduler), weight=share.weight, cap=share.cap)


def _scheduler(name: str) -> Scheduler:
    known: tuple[Scheduler, ...] = get_args(Scheduler)
    return known[known.index(name) if name in known else 0]


def _of_half(row: sqlite3.Row) -> DomainConfig:
    """Of a domain whose building was broken off there is no more than this."""
    info = BuildInfo(max_vcpus=row["max_vcpus"], max_memkb=row["max_memory_kib"], u=union_member(row["type"])())
    return DomainConfig(c_info=CreateInfo(type=row["type"]), b_info=info)


def next_one(row: sqlite3.Row, facts: HostFacts) -> DomainConfig:
    """What a restart builds: the configuration that was stored for that, or the same again as it was changed since.

    Targets, vCPUs and parameters of the scheduler outlast a restart; pinning does not.
    """
    if row["updated"]:
        return saved.config_from_text(row["updated"])
    config = current(row, facts)
    changes: dict[str, Any] = {"avail_vcpus": _online(config, row)}
    if row["target_kib"]:
        changes["target_memkb"] = row["target_kib"]
    if (row["weight"], row["cap"]) != (_WEIGHT, 0):
        changes["sched_params"] = config.b_info.sched_params.replace(weight=row["weight"], cap=row["cap"])
    return config.replace(b_info=config.b_info.replace(**changes))


def _of_dom0(row: sqlite3.Row, facts: HostFacts) -> DomainConfig:
    """What Xen's start-up scripts store for Domain-0."""
    return DomainConfig(
        c_info=CreateInfo(type="pv", name=rows.text(row["name"])),
        b_info=BuildInfo(
            max_memkb=row["max_memory_kib"],
            target_memkb=row["target_kib"],
            sched_params=SchedParams(sched=_scheduler(facts.scheduler), weight=_WEIGHT, cap=0),
            u=Pv(),
        ),
    )
