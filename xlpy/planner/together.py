"""Several guests on one host, each after those before it: what is left for it, and what keeps it from being built.

The order is one of its own: guests that serve others first, else by name. So that of the files does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.host import Claim, Problem
from xlpy.planner import decisions, placement
from xlpy.planner.feasible_devices import claims
from xlpy.planner.plan import make_plan
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DeviceRecord, DomainConfig
    from xlpy.planner.placement import Room
    from xlpy.planner.plan import Plan

_FAILED = 3
_MIB = 1024
DOM0 = ("Domain-0", "0")


class Guest(Record):
    """A guest that runs: what others cannot have because of it."""

    name: str
    uuid: str = ""
    domid: int = 0
    held: tuple[Claim, ...] = ()
    label: str = ""
    """What to call it in a sentence; its name where this is empty."""


class Standing(Record):
    """What there is on a host before the first of several guests: free memory in KiB, its part of each NUMA node."""

    free_kib: int
    room: Room
    guests: tuple[Guest, ...] = ()
    complete: bool = True
    """All guests that run there are among `guests`; else one that is missing may be there."""


class Judged(Record):
    """A guest among several: its plan on the host as those before it leave it, and what is in its way."""

    key: str
    plan: Plan
    problems: tuple[Problem, ...]
    room: Room
    """The NUMA nodes before it."""

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """Those for which it cannot be built."""
        return tuple(problem for problem in self.problems if problem.fatal)


def of_facts(facts: HostFacts) -> Standing:
    """A host as far as its description goes."""
    guests = tuple(Guest(name=name) for name in facts.domains)
    return Standing(
        free_kib=sum(facts.node_free_kib) if facts.node_free_kib else facts.guest_memory_kib,
        room=placement.empty_room(facts),
        guests=(*guests, ports_of(facts)),
        complete=bool(facts.domains),
    )


def ports_of(facts: HostFacts) -> Guest:
    """The programs of the host that listen on ports, as if they were a guest without a name."""
    held = tuple(Claim(kind="port", what=str(number)) for number in facts.ports)
    return Guest(name="", label="another program", held=held)


def in_order(configs: dict[str, DomainConfig]) -> list[str]:
    """The keys of these guests in the order in which to build them: those that serve others first, else by name.

    Guests that serve each other in a circle come where their names put them.
    """
    by_name = {config.name: key for key, config in sorted(configs.items(), reverse=True)}
    rest = sorted(configs, key=lambda key: (configs[key].name, key))
    done: dict[str, None] = {}

    def visit(key: str, above: frozenset[str]) -> None:
        if key in done or key in above:
            return
        for name in sorted(served_by(configs[key])):
            if name in by_name:
                visit(by_name[name], above | {key})
        done[key] = None

    for key in rest:
        visit(key, frozenset())
    return list(done)


def served_by(config: DomainConfig) -> set[str]:
    """The domains other than Domain-0 that serve its devices, by name or domid."""
    return {device.backend_domain() for device in config.devices} - set(DOM0)


def judge(configs: dict[str, DomainConfig], facts: HostFacts, standing: Standing) -> dict[str, Judged]:
    """Each guest by its key, in the order in which they are built; one that cannot be built takes nothing."""
    from xlpy.planner.feasibility import problems

    taken = Taken(standing)
    found: dict[str, Judged] = {}
    for key in in_order(configs):
        plan = make_plan(configs[key], facts, room=taken.room)
        alone = [one for one in problems(plan, facts) if one.code not in (*facts.unchecked, "not-enough-memory")]
        together = [*taken.memory(plan, facts), *taken.problems(plan)]
        judged = Judged(key=key, plan=plan, problems=(*together, *alone), room=taken.room)
        found[key] = judged
        if not judged.fatal:
            taken.add(plan, facts)
    return found


class Taken:
    """What the guests so far have taken."""

    def __init__(self, standing: Standing) -> None:
        self.free_kib = standing.free_kib
        self.room = standing.room
        self.complete = standing.complete
        self.names = {guest.name: guest for guest in standing.guests}
        self.uuids = {guest.uuid: guest for guest in standing.guests if guest.uuid}
        self.domids = {str(guest.domid) for guest in standing.guests if guest.domid}
        self.held: dict[tuple[str, str], tuple[Claim, str]] = {}
        for guest in standing.guests:
            self._hold(guest.held, guest.label or guest.name)

    def add(self, plan: Plan, facts: HostFacts) -> None:
        """A guest that is built."""
        need = decisions.need(plan.config, facts)
        guest = Guest(name=plan.name, uuid=plan.config.c_info.uuid or "")
        self.names[guest.name] = guest
        if guest.uuid:
            self.uuids[guest.uuid] = guest
        self.free_kib -= need
        nodes = placement.nodes_of(plan.config, facts, plan.placement)
        self.room = placement.after(self.room, facts, nodes, need, plan.config.max_vcpus)
        self._hold([claim for _, claim in claims(plan.config)], plan.name)

    def memory(self, plan: Plan, facts: HostFacts) -> Iterator[Problem]:
        """Whether what is left is enough."""
        need = decisions.need(plan.config, facts)
        spare = decisions.balloonable(facts)
        if need > self.free_kib + spare:
            left = f"{max(0, self.free_kib + spare) // _MIB} MiB are left for it"
            yield Problem(
                code="not-enough-memory",
                line="failed to free memory for the domain",
                advice=f"it needs {need // _MIB} MiB, and {left}: lower memory=",
                setting="b_info.target_memkb",
            )

    def problems(self, plan: Plan) -> Iterator[Problem]:
        """Names and devices that another has, and domains that must be there first."""
        config = plan.config
        if config.name in self.names:
            line = f'libxl: error: Domain with name "{config.name}" already exists.'
            yield _problem("name-taken", line, "give it another name=, or rename that one", "c_info.name")
        if config.c_info.uuid in self.uuids:
            line = f"libxl: error: Domain with uuid {config.c_info.uuid} already exists."
            yield _problem("uuid-taken", line, "remove uuid= and let xl choose one", "c_info.uuid")
        yield from self._clashes(config)
        yield from self._servers(config)

    def _clashes(self, config: DomainConfig) -> Iterator[Problem]:
        for setting, claim in claims(config):
            other = self.held.get((claim.kind, claim.what))
            if other is not None and not (claim.shared and other[0].shared):
                what = "VNC display on port" if claim.kind == "port" else claim.kind
                line = f"libxl: error: {what} {claim.what} is in use by {_who(other[1])}"
                yield _problem(f"{claim.kind}-taken", line, claim.advice, setting)

    def _servers(self, config: DomainConfig) -> Iterator[Problem]:
        seen: dict[str, int] = {}
        for device in config.devices:
            index = seen.get(device.KIND, 0)
            seen[device.KIND] = index + 1
            server = device.backend_domain()
            if server not in self.names and server not in self.domids and server not in DOM0:
                yield no_server(device, index, f"{device.KIND}[{index}]", sure=self.complete)

    def _hold(self, held: Iterable[Claim], name: str) -> None:
        for claim in held:
            self.held.setdefault((claim.kind, claim.what), (claim, name))


def no_server(device: DeviceRecord, index: int, setting: str, *, sure: bool) -> Problem:
    """The problem of a device whose driver domain is not there; it is fatal where that is SURE."""
    line = f"libxl: error: backend domain {device.backend_domain()} of {device.KIND} {index} does not exist"
    advice = "start the driver domain first, or correct backend="
    return _problem("no-backend-domain", line, advice, f"{setting}.backend_domname", fatal=sure)


def _who(name: str) -> str:
    return name if name == "another program" else f"domain {name}"


def _problem(code: str, line: str, advice: str, setting: str, *, fatal: bool = True) -> Problem:
    return Problem(code=code, line=line, advice=advice, status=_FAILED, setting=setting, fatal=fatal)
