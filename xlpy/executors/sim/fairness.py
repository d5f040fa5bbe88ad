"""How CPUs are shared: weighted max-min fairness among vCPUs that may run on some CPUs only. Pure functions.

Every vCPU gets what it asks for, or as much for its weight as any other that could take it from it. CPUs that are
short are found as minimal cuts of a flow from vCPUs to CPUs; those that wait for them share them, and the rest goes on.
"""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TINY = 1e-9
_NO_LIMIT = float("inf")


class Group(Record):
    """So many vCPUs that are alike: what each asks for (of one CPU, 0 to 1), its weight, and where it may run."""

    count: int
    demand: float
    weight: float
    cpus: frozenset[int]


def fair_rates(groups: Sequence[Group]) -> list[float]:
    """What one vCPU of each group gets, of one CPU; 0 for one that may run nowhere."""
    rates = [0.0] * len(groups)
    for part in _parts(groups):
        left = list(part)
        taken: frozenset[int] = frozenset()
        while left:
            level, short = _bottleneck(groups, left, taken)
            for at in short:
                rates[at] = _rate(groups[at], level)
            left = [at for at in left if at not in short]
            taken = taken.union(*(groups[at].cpus for at in short))
    return rates


def _rate(group: Group, level: float) -> float:
    return min(group.demand, group.weight * level)


def _parts(groups: Sequence[Group]) -> list[list[int]]:
    """The groups that compete with each other, directly or by others; without those that may run nowhere."""
    parts: list[tuple[set[int], list[int]]] = []
    for at, group in enumerate(groups):
        if not group.cpus or not group.count:
            continue
        meeting = [part for part in parts if not part[0].isdisjoint(group.cpus)]
        parts = [part for part in parts if part[0].isdisjoint(group.cpus)]
        cpus = set(group.cpus).union(*(part[0] for part in meeting))
        parts.append((cpus, [*(member for part in meeting for member in part[1]), at]))
    return [members for _, members in parts]


def _bottleneck(groups: Sequence[Group], members: list[int], taken: frozenset[int]) -> tuple[float, set[int]]:
    """The lowest level at which CPUs run short, and the groups that wait for them; all of them when none is short."""
    level, short = _NO_LIMIT, set(members)
    while waiting := _cut(groups, members, taken, level):
        capacity = len(frozenset().union(*(groups[at].cpus for at in waiting)) - taken)
        lower = _water(groups, waiting, capacity)
        if lower >= level:
            break
        level, short = lower, waiting
    return level, short


def _water(groups: Sequence[Group], members: Iterable[int], capacity: float) -> float:
    """The level at which these groups together use a capacity that is too small for all they ask for."""
    rising = sorted(members, key=lambda at: groups[at].demand / groups[at].weight)
    weight = sum(groups[at].count * groups[at].weight for at in rising)
    for at in rising:
        group = groups[at]
        if group.demand * weight > capacity * group.weight:
            break
        capacity -= group.count * group.demand
        weight -= group.count * group.weight
    return max(0.0, capacity) / weight


def _cut(groups: Sequence[Group], members: list[int], taken: frozenset[int], level: float) -> set[int]:
    """The groups that cannot all have their rates at this level, for want of CPUs; none when all can."""
    supply: dict[frozenset[int], float] = {}
    for at in members:
        cpus = groups[at].cpus - taken
        supply[cpus] = supply.get(cpus, 0.0) + groups[at].count * _rate(groups[at], level)
    if all(amount <= _TINY for amount in supply.values()):
        return set()
    if len(supply) == 1:
        ((cpus, amount),) = supply.items()
        return set(members) if amount > len(cpus) + _TINY else set()
    stuck = _Flow(supply).stuck()
    return {at for at in members if groups[at].cpus - taken in stuck}


class _Flow:
    """A flow from sets of CPUs, each with what its vCPUs ask for, to the CPUs; CPUs that are alike are one node."""

    def __init__(self, supply: dict[frozenset[int], float]) -> None:
        self.sets = list(supply)
        self.excess = [supply[cpus] for cpus in self.sets]
        alike: dict[tuple[int, ...], int] = {}
        for cpu in frozenset().union(*self.sets):
            pattern = tuple(at for at, cpus in enumerate(self.sets) if cpu in cpus)
            alike[pattern] = alike.get(pattern, 0) + 1
        self.users = list(alike)
        self.room = [float(count) for count in alike.values()]
        self.reach: list[list[int]] = [[] for _ in self.sets]
        for node, pattern in enumerate(self.users):
            for at in pattern:
                self.reach[at].append(node)
        self.flow: dict[tuple[int, int], float] = {}

    def stuck(self) -> frozenset[frozenset[int]]:
        """The sets that are on the side of the sources in a minimal cut."""
        for at in range(len(self.sets)):
            while self.excess[at] > _TINY and (path := self._path(at)):
                self._push(path)
        behind: set[int] = set()
        for at, excess in enumerate(self.excess):
            if excess > _TINY:
                behind |= {where for where, _ in self._tree(at)[0]}
        return frozenset(self.sets[at] for at in behind)

    def _tree(self, start: int) -> tuple[list[tuple[int, tuple[int, int] | None]], tuple[int, int] | None]:
        """The sets to which one can shift its load, each with the way there; and a node with room."""
        found: list[tuple[int, tuple[int, int] | None]] = [(start, None)]
        seen_sets, seen_nodes = {start}, set[int]()
        for place, (at, _) in enumerate(found):
            for node in self.reach[at]:
                if node in seen_nodes:
                    continue
                seen_nodes.add(node)
                if self.room[node] > _TINY:
                    return found, (place, node)
                for other in self.users[node]:
                    if other not in seen_sets and self.flow.get((other, node), 0.0) > _TINY:
                        seen_sets.add(other)
                        found.append((other, (place, node)))
        return found, None

    def _path(self, start: int) -> list[tuple[int, int]]:
        """Sets with the nodes to which each is to send more, from a node with room back to the start."""
        found, end = self._tree(start)
        path: list[tuple[int, int]] = []
        while end is not None:
            place, node = end
            path.append((found[place][0], node))
            end = found[place][1]
        return path

    def _push(self, path: list[tuple[int, int]]) -> None:
        """Send as much as fits along a path; each set on it takes the place of the next one."""
        taken_back = [(path[i][0], path[i + 1][1]) for i in range(len(path) - 1)]
        amount = min(self.excess[path[-1][0]], self.room[path[0][1]], *(self.flow[back] for back in taken_back))
        for edge in path:
            self.flow[edge] = self.flow.get(edge, 0.0) + amount
        for back in taken_back:
            self.flow[back] -= amount
        self.excess[path[-1][0]] -= amount
        self.room[path[0][1]] -= amount


def loads(groups: Sequence[Group], rates: Sequence[float]) -> dict[int, float]:
    """How busy each CPU is, 0 to 1, when work is spread as evenly as the affinities let it be: roughly, set by set."""
    busy: dict[int, float] = {}
    narrow_first = sorted(zip(groups, rates, strict=True), key=lambda pair: len(pair[0].cpus))
    for group, rate in narrow_first:
        _pour(busy, sorted(group.cpus), group.count * rate)
    return busy


def _pour(busy: dict[int, float], cpus: list[int], amount: float) -> None:
    """Fill the CPUs that have least to do first."""
    for cpu in cpus:
        busy.setdefault(cpu, 0.0)
    rising = sorted(cpus, key=lambda cpu: busy[cpu])
    for number, cpu in enumerate(rising, 1):
        following = busy[rising[number]] if number < len(rising) else 1.0
        step = min(amount, (following - busy[cpu]) * number)
        for filled in rising[:number]:
            busy[filled] += step / number
        amount -= step
        if amount <= _TINY:
            return
