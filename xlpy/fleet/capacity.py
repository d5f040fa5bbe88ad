"""Many guests and several hosts: which guest fits where, what is overcommitted, and what happens when a host fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.planner import decisions, placement
from xlpy.planner.feasibility import problems
from xlpy.planner.feasible_devices import claims
from xlpy.planner.plan import make_plan
from xlpy.planner.together import Taken, served_by
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xlpy.host import HostFacts, Problem
    from xlpy.libxl import DomainConfig
    from xlpy.planner.plan import Plan
    from xlpy.planner.together import Standing

    Solver = Callable[["Puzzle"], Mapping[str, int]]
    """Gives for each group that has a place the number of its host."""

_COUNTED_HERE = ("not-enough-memory", "no-backend-domain")
"""Problems that depend on which guests come together."""


class Site(Record):
    """A host, and what there is on it already."""

    facts: HostFacts
    standing: Standing


class Group(Record):
    """Guests that must be on one host, as some serve devices of others; `key` is that of the first."""

    key: str
    members: tuple[str, ...]
    need_kib: tuple[int, ...]
    """On each host."""
    fits: tuple[bool, ...]
    """On each host, whether it could be built there if it had the host for itself."""
    held: frozenset[tuple[str, str]] = frozenset()
    """What others on the same host cannot have."""


class Puzzle(Record):
    """What a solver sees: groups, and the memory of each host in KiB."""

    groups: tuple[Group, ...]
    free_kib: tuple[int, ...]


class Use(Record):
    """What guests use of a part of a host: a NUMA node or a cpupool."""

    name: str
    cpus: int
    vcpus: float
    """Those of a guest on several nodes count in equal parts."""
    memory_kib: int = 0
    """Of the node; 0 for pools, which have none."""
    used_kib: int = 0

    @property
    def ratio(self) -> float:
        """VCPUs for each pCPU."""
        return self.vcpus / self.cpus if self.cpus else 0.0


class Load(Record):
    """A host with its guests."""

    host: str
    guests: tuple[str, ...]
    memory_kib: int
    """What it had for more guests."""
    used_kib: int
    nodes: tuple[Use, ...]
    pools: tuple[Use, ...]
    stranded: tuple[str, ...] | None = None
    """Its guests that would find no place when it fails; None where it is the only one."""


class Capacity(Record):
    """The answer."""

    loads: tuple[Load, ...]
    left: tuple[tuple[str, str], ...]
    """The guests without a place, each with the reason."""
    solver: str = "first fit"


def capacity(
    configs: dict[str, DomainConfig], sites: Sequence[Site], solve: Solver | None = None, solver: str = "first fit"
) -> Capacity:
    """Where the guests go; without a solver the largest first, each to the first host with room."""
    puzzle, reasons = pose(configs, sites)
    found = (solve or first_fit)(puzzle)
    groups = {group.key: group for group in puzzle.groups}
    on: list[list[str]] = [[] for _ in sites]
    for key, host in found.items():
        on[host] += groups[key].members
    loads = [_load(sites[host], {key: configs[key] for key in on[host]}) for host in range(len(sites))]
    loads = [load.replace(stranded=_stranded(at, puzzle, found, configs)) for at, load in enumerate(loads)]
    placed = {member for members in on for member in members}
    left = tuple(
        (configs[key].name, reasons.get(key) or "no host has room for it") for key in configs if key not in placed
    )
    return Capacity(loads=tuple(loads), left=tuple(sorted(left)), solver=solver)


def pose(configs: dict[str, DomainConfig], sites: Sequence[Site]) -> tuple[Puzzle, dict[str, str]]:
    """The puzzle, and for guests that fit nowhere even alone the reason."""
    reasons: dict[str, str] = {}
    groups = []
    for members in _together(configs):
        alone = [[_alone(configs[key], site) for site in sites] for key in members]
        for key, on_each in zip(members, alone, strict=True):
            if all(on_each):
                reasons[key] = "; ".join(dict.fromkeys(said for said in on_each if said))
        groups.append(
            Group(
                key=members[0],
                members=members,
                need_kib=tuple(sum(decisions.need(configs[key], site.facts) for key in members) for site in sites),
                fits=tuple(not any(on_each[at] for on_each in alone) for at in range(len(sites))),
                held=frozenset(held for key in members for held in _held(configs[key])),
            )
        )
    free = tuple(site.standing.free_kib + decisions.balloonable(site.facts) for site in sites)
    return Puzzle(groups=tuple(groups), free_kib=free), reasons


def _held(config: DomainConfig) -> Iterator[tuple[str, str]]:
    """What is there once on each host: its name, its uuid, and what it takes for itself."""
    yield "name", config.name
    if config.c_info.uuid:
        yield "uuid", config.c_info.uuid
    for _, claim in claims(config):
        if not claim.shared:
            yield claim.kind, claim.what


def _alone(config: DomainConfig, site: Site) -> str:
    """Why the guest cannot be built there even without the others; empty where it can."""
    plan = make_plan(config, site.facts, site.standing.room)
    found: list[Problem] = [
        one
        for one in problems(plan, site.facts)
        if one.fatal and one.code not in (*site.facts.unchecked, *_COUNTED_HERE)
    ]
    taken = Taken(site.standing)
    found += [one for one in taken.problems(plan) if one.fatal and one.code not in _COUNTED_HERE]
    if decisions.need(config, site.facts) > site.standing.free_kib + decisions.balloonable(site.facts):
        found += taken.memory(plan, site.facts)
    return f"{site.facts.name}: {found[0].line.removeprefix('libxl: error: ')}" if found else ""


def _together(configs: dict[str, DomainConfig]) -> list[tuple[str, ...]]:
    """The keys in groups: guests with those that serve them."""
    by_name = {config.name: key for key, config in configs.items()}
    leader = {key: key for key in configs}

    def lead(key: str) -> str:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    for key, config in configs.items():
        for name in served_by(config):
            if name in by_name:
                leader[lead(key)] = lead(by_name[name])
    found: dict[str, list[str]] = {}
    for key in sorted(configs, key=lambda key: (configs[key].name, key)):
        found.setdefault(lead(key), []).append(key)
    return [tuple(keys) for keys in found.values()]


def first_fit(puzzle: Puzzle) -> dict[str, int]:
    """The largest first, each to the first host where it fits and that has room."""
    return _fitted(puzzle, sorted(puzzle.groups, key=lambda group: (-max(group.need_kib, default=0), group.key)), {})


def _fitted(puzzle: Puzzle, groups: Sequence[Group], there: Mapping[str, int], without: int = -1) -> dict[str, int]:
    """Places for these groups beside those that are THERE, on hosts other than WITHOUT."""
    free = list(puzzle.free_kib)
    held: list[set[tuple[str, str]]] = [set() for _ in free]
    for group in puzzle.groups:
        if group.key in there and there[group.key] != without:
            free[there[group.key]] -= group.need_kib[there[group.key]]
            held[there[group.key]] |= group.held
    found: dict[str, int] = {}
    for group in groups:
        for host, fits in enumerate(group.fits):
            if host != without and fits and group.need_kib[host] <= free[host] and not held[host] & group.held:
                found[group.key] = host
                free[host] -= group.need_kib[host]
                held[host] |= group.held
                break
    return found


def _stranded(
    host: int, puzzle: Puzzle, found: Mapping[str, int], configs: dict[str, DomainConfig]
) -> tuple[str, ...] | None:
    if len(puzzle.free_kib) < 2:
        return None
    moving = [group for group in puzzle.groups if found.get(group.key) == host]
    moving.sort(key=lambda group: (-max(group.need_kib), group.key))
    moved = _fitted(puzzle, moving, found, without=host)
    return tuple(sorted(configs[key].name for group in moving if group.key not in moved for key in group.members))


def _load(site: Site, configs: dict[str, DomainConfig]) -> Load:
    """A host with these guests, built one after the other as libxl places them."""
    facts = site.facts
    room, plans = site.standing.room, []
    for _, config in sorted(configs.items(), key=lambda pair: pair[1].name):
        plan = make_plan(config, facts, room)
        nodes = placement.nodes_of(plan.config, facts, plan.placement)
        room = placement.after(room, facts, nodes, decisions.need(plan.config, facts), plan.config.max_vcpus)
        plans.append(plan)
    used = sum(decisions.need(plan.config, facts) for plan in plans)
    return Load(
        host=facts.name,
        guests=tuple(plan.name for plan in plans),
        memory_kib=site.standing.free_kib,
        used_kib=used,
        nodes=tuple(_node_use(node, at, site, room.free_kib, plans) for at, node in enumerate(facts.node_ids)),
        pools=tuple(_pool_use(pool, facts, plans) for pool in facts.pools),
    )


def _node_use(node: int, at: int, site: Site, left: tuple[int, ...], plans: Sequence[Plan]) -> Use:
    """What the guests that have this node, alone or with others, take of it."""
    facts, before = site.facts, site.standing.room.free_kib[at]
    vcpus = 0.0
    for plan in plans:
        nodes = placement.nodes_of(plan.config, facts, plan.placement)
        if node in nodes:
            vcpus += plan.config.vcpus / len(nodes)
    cpus = len(facts.node_cpus(node))
    return Use(name=f"node {node}", cpus=cpus, vcpus=round(vcpus, 1), memory_kib=before, used_kib=before - left[at])


def _pool_use(pool: str, facts: HostFacts, plans: Sequence[Plan]) -> Use:
    inside = [plan.config.vcpus for plan in plans if (plan.config.c_info.pool_name or facts.pools[0]) == pool]
    return Use(name=pool, cpus=len(facts.cpus_of_pool(pool)), vcpus=sum(inside))
