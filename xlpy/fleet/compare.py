"""A guest that should run and one that runs -> what differs, and the edits that end it where there are some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.fleet import compare_devices
from xlpy.fleet.edits import AnyEdit, MoveToPool, SetAffinity, SetOnline, SetShare, SetTarget
from xlpy.libxl import Struct
from xlpy.planner import decisions
from xlpy.planner.feasible_guest import ranges
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.fleet.running import Running
    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig

_MIB = 1024
_SECRETS = ("passwd",)
_IN_PLACE = frozenset(
    (
        "b_info.target_memkb",
        "b_info.max_memkb",
        "b_info.max_vcpus",
        "b_info.avail_vcpus",
        "b_info.vcpu_hard_affinity",
        "b_info.vcpu_soft_affinity",
        "b_info.sched_params",
        "b_info.video_memkb",
        "b_info.numa_placement",
        "c_info.pool_name",
        "c_info.uuid",
        "c_info.name",
    )
)
"""Settings that are compared with what runs, not with what it was built from, or that only matter while it is built."""
_FILLED_IN = frozenset(("c_info.domid", "b_info.arch_x86.msr_relaxed"))
"""What the host fills in where a file leaves it open."""
_DEFAULT_WEIGHT, _DEFAULT_CAP = 256, 0
_WITH_SHARES = ("credit", "credit2")


class Difference(Record):
    """A setting that is another one; `edits` change it while the guest runs, without them it must be built anew."""

    setting: str
    before: str
    after: str
    edits: tuple[AnyEdit, ...] = ()
    undo: tuple[AnyEdit, ...] = ()
    """What takes the edits back, in the order in which that is done."""


def differences(
    wanted: DomainConfig, running: Running, facts: HostFacts, *, uuid_given: bool = True
) -> tuple[Difference, ...]:
    """All of them; a uuid that the file does not give is no difference, as xl makes another each time."""
    wanted = decisions.for_machine(wanted, facts)
    if running.stopped:
        return (Difference(setting="state", before=running.stopped, after="running"),)
    found: list[Difference] = []
    if uuid_given and (wanted.c_info.uuid or "") != running.uuid:
        found.append(Difference(setting="uuid", before=running.uuid, after=wanted.c_info.uuid or ""))
    found += _memory(wanted, running)
    found += _vcpus(wanted, running)
    found += _affinity(wanted, running, facts)
    found += _pool(wanted, running, facts)
    found += _share(wanted, running)
    if running.config is not None:
        found += _settings(wanted, running.config, exact=running.exact)
        found += compare_devices.differences(wanted, running.config, exact=running.exact)
    return tuple(found)


def _memory(wanted: DomainConfig, running: Running) -> Iterator[Difference]:
    """The target; a maximum that only follows from it matters where it does not suffice."""
    old = running.config
    most = old.max_memory_kib if old is not None else 0
    implied = wanted.max_memory_kib == wanted.memory_kib and wanted.memory_kib <= most
    if old is not None and wanted.max_memory_kib != most and not implied:
        yield Difference(setting="maxmem", before=_mib(most), after=_mib(wanted.max_memory_kib))
    elif running.target_kib is not None and wanted.memory_kib != running.target_kib:
        yield Difference(
            setting="memory",
            before=_mib(running.target_kib),
            after=_mib(wanted.memory_kib),
            edits=(SetTarget(kib=wanted.memory_kib),),
            undo=(SetTarget(kib=running.target_kib),),
        )


def _mib(kib: int) -> str:
    return f"{kib // _MIB} MiB" if kib % _MIB == 0 else f"{kib} KiB"


def _vcpus(wanted: DomainConfig, running: Running) -> Iterator[Difference]:
    """Those online; a maximum that only follows from them matters where it does not suffice."""
    old = running.config
    most = old.max_vcpus if old is not None else 0
    online = wanted.b_info.avail_vcpus or (0,)
    implied = wanted.max_vcpus == len(online) and len(online) <= most
    if old is not None and wanted.max_vcpus != most and not implied:
        yield Difference(setting="maxvcpus", before=str(most), after=str(wanted.max_vcpus))
    elif running.online is not None and online != running.online:
        yield Difference(
            setting="vcpus",
            before=str(len(running.online)),
            after=str(len(online)),
            edits=(SetOnline(vcpus=online),),
            undo=(SetOnline(vcpus=running.online),),
        )


def _affinity(wanted: DomainConfig, running: Running, facts: HostFacts) -> Iterator[Difference]:
    """Of each vCPU that both have. A soft affinity that the file does not give is libxl's own choice."""
    info = wanted.b_info
    for vcpu, hard in enumerate(running.hard or ()):
        given = info.vcpu_hard_affinity[vcpu : vcpu + 1]
        after = _there(given[0] if given else (), facts)
        if after != _there(hard, facts):
            yield _pinned(vcpu, "cpus", _there(hard, facts), after)
    for vcpu, soft in enumerate(running.soft or ()):
        if vcpu < len(info.vcpu_soft_affinity):
            after = _there(info.vcpu_soft_affinity[vcpu], facts)
            if after != _there(soft, facts):
                yield _pinned(vcpu, "cpus_soft", _there(soft, facts), after)


def _there(cpus: tuple[int, ...], facts: HostFacts) -> tuple[int, ...]:
    """Those that the host has; none of them is no affinity."""
    return tuple(sorted(cpu for cpu in set(cpus) if cpu < facts.cpus)) or tuple(range(facts.cpus))


def _pinned(vcpu: int, key: str, before: tuple[int, ...], after: tuple[int, ...]) -> Difference:
    field = "hard" if key == "cpus" else "soft"
    return Difference(
        setting=f"{key} of vCPU {vcpu}",
        before=ranges(before),
        after=ranges(after),
        edits=(SetAffinity(vcpu=vcpu, **{field: after}),),
        undo=(SetAffinity(vcpu=vcpu, **{field: before}),),
    )


def _pool(wanted: DomainConfig, running: Running, facts: HostFacts) -> Iterator[Difference]:
    after = wanted.c_info.pool_name or facts.pools[0]
    if running.pool and after != running.pool:
        yield Difference(
            setting="pool",
            before=running.pool,
            after=after,
            edits=(MoveToPool(pool=after),),
            undo=(MoveToPool(pool=running.pool),),
        )


def _share(wanted: DomainConfig, running: Running) -> Iterator[Difference]:
    """What the file leaves open is the scheduler's default."""
    if running.scheduler not in _WITH_SHARES or running.weight is None or running.cap is None:
        return
    params = wanted.b_info.sched_params
    weight = params.weight if params.weight >= 0 else _DEFAULT_WEIGHT
    cap = params.cap if params.cap >= 0 else _DEFAULT_CAP
    if (weight, cap) != (running.weight, running.cap):
        yield Difference(
            setting="cpu_weight" if cap == running.cap else "cap" if weight == running.weight else "cpu_weight, cap",
            before=_shown_share(running.weight, running.cap, weight, cap),
            after=_shown_share(weight, cap, running.weight, running.cap),
            edits=(SetShare(scheduler=running.scheduler, weight=weight, cap=cap),),
            undo=(SetShare(scheduler=running.scheduler, weight=running.weight, cap=running.cap),),
        )


def _shown_share(weight: int, cap: int, other_weight: int, other_cap: int) -> str:
    return ", ".join([str(weight)] * (weight != other_weight) + [str(cap)] * (cap != other_cap))


def _settings(wanted: DomainConfig, built: DomainConfig, *, exact: bool) -> Iterator[Difference]:
    """All that a domain has for life."""
    for name in ("c_info", "b_info"):
        yield from _structs(getattr(wanted, name), getattr(built, name), name, exact=exact)
    for name in ("on_poweroff", "on_reboot", "on_crash", "on_watchdog", "on_soft_reset"):
        yield from _values(getattr(wanted, name), getattr(built, name), name)


def _structs(wanted: Struct, built: Struct, path: str, *, exact: bool) -> Iterator[Difference]:
    """Where the host does not keep all, only what both sides say counts."""
    if type(wanted) is not type(built):
        return  # another type of guest, of which the type itself tells
    for name in wanted.FIELDS:
        after, before = getattr(wanted, name), getattr(built, name)
        here = f"{path}.{name}"
        unset = getattr(type(wanted), name, None)
        if here in _IN_PLACE or (here in _FILLED_IN and after == unset):
            continue
        if isinstance(after, Struct) and isinstance(before, Struct):
            yield from _structs(after, before, here, exact=exact)
        elif exact or unset not in (after, before):
            yield from _values(after, before, here)


def _values(after: Any, before: Any, path: str) -> Iterator[Difference]:
    if after != before:
        name = path.split(".", 1)[-1].removeprefix("u.")
        yield Difference(setting=name, before=shown(before, name), after=shown(after, name))


def shown(value: Any, name: str = "") -> str:
    """A value in a few words; secrets as stars."""
    if value is None or value in ((), ""):
        return "(none)"
    if name.rpartition(".")[2] in _SECRETS:
        return "***"
    if isinstance(value, bool):
        return "on" if value else "off"
    text = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
