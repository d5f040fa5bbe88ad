"""What should run and what runs -> the changes, in the order in which they can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from xlpy.fleet.compare import Difference, differences
from xlpy.fleet.running import as_guest, need
from xlpy.planner import decisions, placement
from xlpy.planner.together import DOM0, Guest, Standing, in_order, judge, no_server, served_by
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlpy.fleet.running import Running
    from xlpy.host import HostFacts, Problem
    from xlpy.libxl import DomainConfig

Action = Literal["create", "update", "replace", "destroy", "keep"]
SIGNS: dict[Action, str] = {"create": "+", "update": "~", "replace": "-/+", "destroy": "-", "keep": ""}


class Wish(Record):
    """A guest that should run."""

    key: str
    """Tells it from others; mostly its file."""
    config: DomainConfig
    uuid_given: bool = True
    """The file says its uuid; else xl made one up."""


class Change(Record):
    """What is done about one guest."""

    action: Action
    name: str
    key: str = ""
    config: DomainConfig | None = None
    """What it should be; None when it is to go."""
    running: Running | None = None
    differences: tuple[Difference, ...] = ()
    problems: tuple[Problem, ...] = ()
    """What is in the way; a change with a fatal one is not made."""
    after: tuple[str, ...] = ()
    """The labels of the changes that must be made before."""
    part: str = ""
    """Where guests exchange what they hold, one of them first gives back: then its change has two parts."""

    @property
    def label(self) -> str:
        """The name, and the part where there are two."""
        return f"{self.name} ({self.part})" if self.part else self.name

    @property
    def fatal(self) -> tuple[Problem, ...]:
        """Those for which it cannot be made."""
        return tuple(problem for problem in self.problems if problem.fatal)


class Changes(Record):
    """All changes, in order; and the guests that no file is about and that stay."""

    changes: tuple[Change, ...]
    strangers: tuple[str, ...] = ()

    @property
    def pending(self) -> tuple[Change, ...]:
        """Those that do something."""
        return tuple(change for change in self.changes if change.action != "keep")


def grows(change: Change | None) -> int:
    """By how many KiB a guest that goes on running gets larger."""
    if change is None or change.action != "update" or change.config is None or change.running is None:
        return 0
    return max(0, change.config.memory_kib - change.running.memory_kib)


def shrinks(change: Change) -> bool:
    """Whether it gives memory back."""
    if change.action != "update" or change.config is None or change.running is None:
        return False
    return change.config.memory_kib < (change.running.target_kib or 0)


def changes(
    wishes: Sequence[Wish], running: Sequence[Running], facts: HostFacts, standing: Standing, *, prune: bool = False
) -> Changes:
    """Compare; with PRUNE guests that no file is about are destroyed. The order of the files does not matter."""
    from xlpy.fleet.turns import in_turn

    there = {one.name: one for one in running}
    wanted = {wish.key: wish for wish in sorted(wishes, key=lambda wish: (wish.config.name, wish.key))}
    first = _first_of_each_name(wanted.values())
    made = {key: _change(wish, there, facts, first) for key, wish in wanted.items()}
    made = _with_those_they_serve(made)
    names = {wish.config.name for wish in wishes}
    others = [one for one in running if one.name not in names]
    gone = [Change(action="destroy", name=one.name, running=one) for one in others] if prune else []
    judged = _judged(made, gone, running, facts, standing)
    strangers = () if prune else tuple(one.name for one in others)
    takes = sum(_takes(change, facts) for change in judged.values())
    turns = in_turn([*judged.values(), *gone], tight=takes > standing.free_kib)
    return Changes(changes=turns, strangers=strangers)


def _takes(change: Change, facts: HostFacts) -> int:
    """The memory that a change needs before it gives any back, in KiB."""
    if change.action in ("create", "replace") and change.config is not None:
        return decisions.need(change.config, facts)
    return grows(change)


def _first_of_each_name(wishes: Iterable[Wish]) -> set[str]:
    """The keys of the wishes that come first with their name."""
    found: dict[str, str] = {}
    for wish in wishes:
        found.setdefault(wish.config.name, wish.key)
    return set(found.values())


def _change(wish: Wish, there: dict[str, Running], facts: HostFacts, first: set[str]) -> Change:
    """What to do about one file, taken alone; a second file with a name is told to be one."""
    config, running = wish.config, there.get(wish.config.name)
    if running is None or wish.key not in first:
        return Change(action="create", name=config.name, key=wish.key, config=config)
    found = differences(config, running, facts, uuid_given=wish.uuid_given)
    if not wish.uuid_given:
        config = config.replace(c_info=config.c_info.replace(uuid=running.uuid))
    action: Action = "keep"
    if found:
        action = "update" if all(one.edits for one in found) else "replace"
    return Change(action=action, name=config.name, key=wish.key, config=config, running=running, differences=found)


def _with_those_they_serve(made: dict[str, Change]) -> dict[str, Change]:
    """A guest loses its devices when the domain that serves them is built anew: then it is built anew as well."""
    names = {change.name for change in made.values() if change.action == "replace"}
    found = dict(made)
    for key in in_order({key: change.config for key, change in made.items() if change.config is not None}):
        change = found[key]
        servers = sorted(served_by(change.config) & names) if change.config is not None else []
        if servers and change.action in ("keep", "update"):
            reason = Difference(setting="backend", before=servers[0], after=f"{servers[0]}, built anew")
            found[key] = change.replace(action="replace", differences=(*change.differences, reason))
            names.add(change.name)
    return found


def _judged(
    made: dict[str, Change],
    gone: Sequence[Change],
    running: Sequence[Running],
    facts: HostFacts,
    standing: Standing,
) -> dict[str, Change]:
    """Each change with what is in its way, on the host as the other changes leave it."""
    ending = {change.name for change in (*made.values(), *gone) if change.action in ("replace", "destroy")}
    kept = {change.name: change for change in made.values() if change.action in ("keep", "update")}
    guests: list[Guest] = [guest for guest in standing.guests if guest.domid == 0]
    free, room = standing.free_kib, standing.room
    for one in running:
        if one.name in ending:
            back = need(one, facts)
            free += back
            nodes = placement.nodes_of(one.config, facts, None) if one.config else facts.node_ids
            room = placement.after(room, facts, nodes, 0, 0)
            room = room.replace(free_kib=_given_back(room.free_kib, back))
        else:
            change = kept.get(one.name)
            guests.append(as_guest(one, change.config if change else None))
            free -= grows(change)
    left = standing.replace(free_kib=free, room=room, guests=tuple(guests))
    built = {
        key: change.config
        for key, change in made.items()
        if change.action in ("create", "replace") and change.config is not None
    }
    found = judge(built, facts, left)
    names = {*DOM0, *(guest.name for guest in guests), *(str(guest.domid) for guest in guests)}
    names |= {one.plan.name for one in found.values() if not one.fatal}
    return {
        key: change.replace(
            problems=found[key].problems
            if key in found
            else (*_update_problems(change, facts), *_server_problems(change, names, sure=standing.complete))
        )
        for key, change in made.items()
    }


def _given_back(free: tuple[int, ...], kib: int) -> tuple[int, ...]:
    part = kib // len(free)
    return (*(one + part for one in free[:-1]), free[-1] + kib - part * (len(free) - 1))


def _update_problems(change: Change, facts: HostFacts) -> tuple[Problem, ...]:
    """What keeps devices from being attached."""
    from xlpy.fleet.edits import AttachDevice, MoveToPool

    found: list[Problem] = []
    for edit in (edit for one in change.differences for edit in one.edits):
        if isinstance(edit, AttachDevice) and change.config is not None:
            kin = [device for device in change.config.devices if device.KIND == edit.device.KIND]
            index = next((at for at, one in enumerate(kin) if one.replace(**_devid(one, edit)) == edit.device), 0)
            found += edit.device.problems(facts, f"{edit.device.KIND}[{index}]")
        elif isinstance(edit, MoveToPool) and change.config is not None and edit.pool not in facts.pools:
            from xlpy.planner.feasible_guest import guest_problems

            found += [one for one in guest_problems(change.config, facts) if one.code == "no-such-pool"]
    return tuple(one for one in found if one.code not in facts.unchecked)


def _server_problems(change: Change, names: set[str], *, sure: bool) -> Iterator[Problem]:
    """Domains that must be there for a device to be attached."""
    from xlpy.fleet.edits import AttachDevice

    for edit in (edit for one in change.differences for edit in one.edits):
        if isinstance(edit, AttachDevice) and edit.device.backend_domain() not in names:
            yield no_server(edit.device, edit.devid, f"{edit.device.KIND}[{edit.devid}]", sure=sure)


def _devid(device: object, edit: object) -> dict[str, int]:
    return {"devid": getattr(edit, "devid", -1)} if hasattr(device, "devid") else {}
