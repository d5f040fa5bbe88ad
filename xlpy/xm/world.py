"""A world: the variables of a program at one point, on one of the ways that lead there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from xlpy.xm.undecided import Cause, Undecided

if TYPE_CHECKING:
    from xlpy.xm.limits import Budget

FOLLOWED, BROKEN_OFF, NEXT_ROUND, ENDED = "", "break", "continue", "end"
"""How a world goes on: with the next statement, behind the loop, with the loop's next round, not at all."""


class Touch(NamedTuple):
    """Where a variable was last changed: the statement, counted at the top of the file, and the value's expression."""

    statement: int
    value: ast.expr | None
    target: ast.AST


class Fork(NamedTuple):
    """One way at a test that cannot be decided."""

    causes: tuple[Cause, ...]
    way: bool


class World:
    """The variables, where they were changed, and which ways were taken."""

    def __init__(self, names: dict[str, Any], touched: dict[str, Touch] | None = None) -> None:
        self.names = names
        self.touched = touched or {}
        self.forks: tuple[Fork, ...] = ()
        self.signal = FOLLOWED
        self.raised = ""
        """The exception with which it ended, as far as it is known."""
        self.end: Cause | None = None
        """Where and how the program ends itself, if it does."""

    def copy(self, budget: Budget) -> World:
        """A world that goes on alone; lists that two variables share are shared in it, too."""
        made = World(copied(self.names, {}, budget), dict(self.touched))
        made.forks, made.signal, made.raised, made.end = self.forks, self.signal, self.raised, self.end
        return made

    def forked(self, causes: tuple[Cause, ...], budget: Budget) -> tuple[World, World]:
        """This world where the test holds, and another where it does not."""
        other = self.copy(budget)
        self.take(causes, way=True)
        other.take(causes, way=False)
        return self, other

    def take(self, causes: tuple[Cause, ...], *, way: bool) -> None:
        """Note the way that was taken where it is not known which one is."""
        self.forks += (Fork(causes, way),)

    def spoil(self, names: set[str], causes: tuple[Cause, ...], budget: Budget) -> None:
        """Lists and dictionaries of these names may have been changed in ways that are not known, by any name."""
        inside: set[int] = set()
        for name in names:
            _gather(self.names.get(name), inside, budget)
        for name, value in self.names.items():
            held: set[int] = set()
            _gather(value, held, budget)
            if held & inside:
                self.names[name] = Undecided(causes=causes)


def next_round(world: World) -> World:
    """The world behind the body of a loop, after `continue` too."""
    world.signal = FOLLOWED if world.signal == NEXT_ROUND else world.signal
    return world


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in kind, too: 1 is not True."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def root(node: ast.expr) -> str | None:
    """The variable that an assignment to a part of it, or a method, changes."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def copied(value: Any, made: dict[int, Any], budget: Budget) -> Any:
    """A value that shares no list or dictionary with the old one; MADE are the copies so far, by identity."""
    if not isinstance(value, list | tuple | dict):
        return value
    if id(value) in made:
        return made[id(value)]
    budget.spend(1 + len(value))
    if isinstance(value, tuple):
        return tuple(copied(item, made, budget) for item in value)
    if isinstance(value, list):
        made[id(value)] = new_list = []
        new_list += [copied(item, made, budget) for item in value]
        return new_list
    made[id(value)] = new_dict = {}
    new_dict.update({key: copied(item, made, budget) for key, item in value.items()})
    return new_dict


def _gather(value: Any, found: set[int], budget: Budget) -> None:
    """The identities of the lists and dictionaries in a value."""
    if not isinstance(value, list | tuple | dict) or id(value) in found:
        return
    budget.spend(1 + len(value))
    if not isinstance(value, tuple):
        found.add(id(value))
    for item in value.values() if isinstance(value, dict) else value:
        _gather(item, found, budget)
