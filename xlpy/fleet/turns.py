"""The order of changes: what is freed before what takes it, servers before those that they serve."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlpy.fleet.change import Change, grows, shrinks
from xlpy.fleet.edits import AttachDevice, DetachDevice
from xlpy.planner.feasible_devices import claims
from xlpy.planner.together import in_order, served_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.libxl import DomainConfig


class _Needs(NamedTuple):
    """The names of guests whose changes must come before: for what they free, and for what they serve."""

    free: set[str]
    serve: set[str]


def in_turn(made: Sequence[Change], *, tight: bool = False) -> tuple[Change, ...]:
    """Guests go before others come, those that are served before those that serve; the rest comes servers first.

    Each change knows which must be made before it. Guests that exchange what they hold first give it back; where memory
    is TIGHT, so that some must end before others fit, all do, and one change is made after the other.
    """
    planned = _planned(made)
    needs = _needs(planned)
    exchanging = {one.name for one in planned if one.action == "replace"} if tight else _exchanging(planned, needs)
    parts = [part for change in planned for part in (_parts(change) if change.name in exchanging else (change,))]
    parts.sort(key=lambda change: change.part != "giving back" and change.action != "destroy")
    labels = {change.label for change in parts}
    before = {change.label: _before(change, needs[change.name], labels) for change in parts}
    settled = _settled(parts, before)
    return _one_by_one(settled) if tight else settled


def _one_by_one(settled: tuple[Change, ...]) -> tuple[Change, ...]:
    doing = [change for change in settled if change.action != "keep"]
    chain = {one.label: other.label for other, one in pairwise(doing)}
    return tuple(
        change.replace(after=(chain[change.label],)) if change.label in chain else change for change in settled
    )


def _planned(made: Sequence[Change]) -> list[Change]:
    """What is destroyed, then what only gives back, then the rest."""
    configs = {f"{at}": change.config or _built(change) for at, change in enumerate(made)}
    order = [made[int(key)] for key in in_order({key: one for key, one in configs.items() if one is not None})]
    order += [change for at, change in enumerate(made) if configs[f"{at}"] is None]
    going = [change for change in reversed(order) if change.action == "destroy"]
    staying = [change for change in order if change.action != "destroy"]
    first = [change for change in staying if shrinks(change)]
    return [*going, *first, *(change for change in staying if not shrinks(change))]


def _built(change: Change) -> DomainConfig | None:
    return change.running.config if change.running is not None else None


def _needs(planned: Sequence[Change]) -> dict[str, _Needs]:
    """By name."""
    holders: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for change in planned:
        config = _built(change)
        if config is not None and change.action != "keep":
            for _, claim in claims(config):
                holders.setdefault((claim.kind, claim.what), []).append((change.name, claim.shared))
    giving = {change.name for change in planned if change.action == "destroy" or shrinks(change)}
    found: dict[str, _Needs] = {}
    for change in planned:
        needs = found.setdefault(change.name, _Needs(set(), set()))
        if change.config is not None:
            needs.serve.update(served_by(change.config))
            for _, claim in claims(change.config):
                held = holders.get((claim.kind, claim.what), ())
                needs.free.update(name for name, shared in held if not (shared and claim.shared))
            takes = change.action in ("create", "replace") or grows(change) > 0
            needs.free.update(giving if takes and not shrinks(change) else ())
        else:
            needs.free.update(other.name for other in planned if other.action == "destroy" and _serves(change, other))
    for name, needs in found.items():
        needs.free.discard(name)
        needs.serve.discard(name)
    return found


def _serves(change: Change, other: Change) -> bool:
    config = _built(other)
    return config is not None and change.name in served_by(config)


def _exchanging(planned: Sequence[Change], needs: dict[str, _Needs]) -> set[str]:
    """Guests that hold what must be free before something that must come before them: they give it back first."""
    able = {change.name for change in planned if change.action in ("update", "replace")}
    found: set[str] = set()
    while (name := _in_circle(needs, able - found, found)) is not None:
        found.add(name)
    return found


def _in_circle(needs: dict[str, _Needs], able: set[str], parted: set[str]) -> str | None:
    """One of those that are ABLE to give back what keeps a circle closed; None where there is none."""
    done: set[str] = set()

    def visit(path: tuple[str, ...]) -> str | None:
        name = path[-1]
        for other in sorted((needs[name].free - parted) | needs[name].serve):
            if other in path:
                circle = (*path[path.index(other) :], other)
                for one, held in pairwise(circle):
                    if held in needs[one].free - parted and held in able:
                        return held
            elif other in needs and other not in done:
                held_by = visit((*path, other))
                if held_by is not None:
                    return held_by
        done.add(name)
        return None

    return next(filter(None, (visit((name,)) for name in needs if name not in done)), None)


def _parts(change: Change) -> tuple[Change, ...]:
    """A change in two: giving back, and taking."""
    if change.action == "replace":
        ending = Change(action="destroy", name=change.name, running=change.running, part="giving back")
        return ending, change.replace(action="create", part="taking")
    giving, taking = [], []
    for one in change.differences:
        gone = tuple(edit for edit in one.edits if isinstance(edit, DetachDevice))
        rest = tuple(edit for edit in one.edits if not isinstance(edit, DetachDevice))
        back = tuple(edit for edit in one.undo if isinstance(edit, AttachDevice))
        if gone:
            giving.append(one.replace(edits=gone, undo=back))
        if rest:
            undo = tuple(edit for edit in one.undo if not (gone and isinstance(edit, AttachDevice)))
            taking.append(one.replace(edits=rest, undo=undo))
    if not giving or not taking:
        return (change,)
    first = change.replace(differences=tuple(giving), part="giving back")
    return first, change.replace(differences=tuple(taking), part="taking")


def _before(change: Change, needs: _Needs, labels: set[str]) -> set[str]:
    """The labels of what comes before a change or a part of one."""
    if change.part == "giving back":
        return set()
    found = {f"{change.name} (giving back)"} if change.part else set()
    for names, part in ((needs.free, "giving back"), (needs.serve, "taking")):
        found |= {f"{name} ({part})" if f"{name} ({part})" in labels else name for name in names}
    return (found - {change.label}) & labels


def _settled(planned: Sequence[Change], before: dict[str, set[str]]) -> tuple[Change, ...]:
    """In an order in which all come after what they need, else as planned; circles are cut."""
    by_label: dict[str, list[Change]] = {}
    for change in planned:
        by_label.setdefault(change.label, []).append(change)
    places: dict[str, int] = {}

    def visit(label: str, above: frozenset[str]) -> None:
        if label in places or label in above:
            return
        for other in sorted(before[label]):
            visit(other, above | {label})
        places[label] = len(places)

    for change in planned:
        visit(change.label, frozenset())
    found = []
    for label, place in places.items():
        earlier = tuple(sorted(other for other in before[label] if places[other] < place))
        found += [change.replace(after=earlier) for change in by_label[label]]
    return tuple(found)
