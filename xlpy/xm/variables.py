"""How statements of an xm file change its variables, known and unknown."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from xlpy.xm.functions import items
from xlpy.xm.methods import changes
from xlpy.xm.objects import Function
from xlpy.xm.python2 import is_printed
from xlpy.xm.undecided import Cause, Undecided, UndecidedError, UnknownNameError
from xlpy.xm.world import Touch, World, root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlpy.xm.evaluate import Evaluator


class Met(NamedTuple):
    """Something that is not known; `by_name` where only the name of a variable is missing."""

    causes: tuple[Cause, ...]
    by_name: bool


class Variables:
    """Changes variables of worlds; `met` are the reasons why a value is not known, as they were met."""

    def __init__(self, evaluator: Evaluator, defines: Mapping[str, Any]) -> None:
        """DEFINES are values that the user gives for what is not known."""
        self.at = 0
        """The number of the statement of the file."""
        self.met: list[Met] = []
        self._evaluator = evaluator
        self._defines = defines

    def meet(self, error: UndecidedError) -> None:
        """Note that something is not known."""
        self.met.append(Met(error.causes, isinstance(error, UnknownNameError)))

    def set(self, targets: Sequence[ast.expr], expression: ast.expr, world: World) -> None:
        """TARGET = ... = EXPRESSION."""
        try:
            value = self._evaluator.value(expression, world.names)
            for target in targets:
                self._evaluator.assign(target, value, world.names)
        except UndecidedError as error:
            self.lose(expression, world, error.causes)
            self._not_known(targets, world, error)
        for target in targets:
            self._touch(target, world, expression if isinstance(target, ast.Name) else None)

    def augment(self, node: ast.AugAssign, world: World) -> None:
        """TARGET op= EXPRESSION; a list stays the same list."""
        try:
            old = self._evaluator.value(node.target, world.names)
            more = self._evaluator.plain(node.value, world.names)
            if isinstance(old, list) and isinstance(node.op, ast.Add):
                self._evaluator.checked(node, lambda: old.extend(items(more)))
                self._evaluator.checked(node, lambda: self._evaluator.budget.weigh(old))
            else:
                self._evaluator.augment(node, old, more, world.names)
        except UndecidedError as error:
            name = root(node.target)
            world.spoil({name} if name else set(), error.causes, self._evaluator.budget)
            self.lose(node, world, error.causes)
            self._not_known([node.target], world, error)
        self._touch(node.target, world, None)

    def take(self, target: ast.expr, value: Any, world: World) -> None:
        """Set the variable of a loop."""
        try:
            self._evaluator.assign(target, value, world.names)
        except UndecidedError as error:
            self._not_known([target], world, error)
        self._touch(target, world, None)

    def delete(self, target: ast.expr, world: World) -> None:
        """Del TARGET."""
        if isinstance(target, ast.Name):
            self._expect(target, world)
            world.names.pop(target.id, None)
            world.touched.pop(target.id, None)
        else:
            self._not_known([target], world, self._evaluator.undecided("xlpy does not follow this", target))
            self._touch(target, world, None)

    def _expect(self, target: ast.Name, world: World) -> None:
        """Note it where a name is not set that has to be."""
        try:
            self._evaluator.value(target, world.names)
        except UndecidedError as error:
            self.meet(error)

    def give_up(self, node: ast.stmt, world: World, error: UndecidedError) -> None:
        """All is unknown that a statement may have set or changed."""
        self.meet(error)
        self.lose_sight(node, world, error)
        for part in ast.walk(node):
            name = _set_by(part)
            if name is not None:
                self._not_known_name(name, world, error)
            if isinstance(part, ast.Name) and name is not None:
                self._touch(part, world, None)

    def lose(self, node: ast.AST, world: World, causes: tuple[Cause, ...]) -> None:
        """Lists are unknown that may have changed in the course of something that is not known."""
        world.spoil(_changed(node), causes, self._evaluator.budget)
        if self._evaluator.lost_sight or any(_named(head, world)[1] for head in _heads(node)):
            self._evaluator.lost_sight = False
            error = self._evaluator.undecided("a function may change it that xlpy does not follow", node)
            self.lose_sight(node, world, error)

    def lose_sight(self, node: ast.AST, world: World, error: UndecidedError) -> None:
        """All lists are unknown that a statement names, and all that functions may have changed which it calls."""
        names, functions = _named(node, world)
        world.spoil(names, error.causes, self._evaluator.budget)
        for function in functions:
            for name in {name for part in ast.walk(function) if isinstance(part, ast.Global) for name in part.names}:
                self._not_known_name(name, world, error)
                world.touched[name] = Touch(self.at, None, node)

    def look_at(self, expression: ast.expr, world: World) -> None:
        """An expression that stands for itself, and may fail; one that is printed matters if it changes something."""
        if not is_printed(expression) or _named(expression, world)[1] or _changed(expression):
            self._evaluator.plain(expression, world.names)

    def unfollowed(self, node: ast.FunctionDef | ast.ClassDef, kind: str, world: World) -> None:
        """What is not known of a class, or a function with decorators."""
        self._not_known_name(node.name, world, self._evaluator.undecided(f"xlpy does not follow {kind}", node))

    def _not_known_name(self, name: str, world: World, error: UndecidedError) -> None:
        """A variable whose value is not known; the user may have given one."""
        self.meet(error)
        causes = tuple(cause if cause.name else cause._replace(name=name) for cause in error.causes)
        world.names[name] = self._defines[name] if name in self._defines else Undecided(causes=causes)

    def _not_known(self, targets: Sequence[ast.expr], world: World, error: UndecidedError) -> None:
        """The targets of an assignment whose value is not known."""
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    self._not_known_name(part.id, world, error)
            name = root(target)
            if name is not None and not isinstance(target, ast.Name):
                self.meet(error)
                world.spoil({name}, error.causes, self._evaluator.budget)

    def _touch(self, target: ast.expr, world: World, value: ast.expr | None) -> None:
        for part in [target, *(target.elts if isinstance(target, ast.Tuple | ast.List) else ())]:
            name = root(part)
            if name is not None:
                world.touched[name] = Touch(self.at, value, target)


def _set_by(node: ast.AST) -> str | None:
    """The name that a part of a statement sets or deletes."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    return (node.asname or node.name.partition(".")[0]) if isinstance(node, ast.alias) else None


def _named(node: ast.AST, world: World) -> tuple[set[str], list[ast.AST]]:
    """The variables that a statement names, and the functions that it may call; with those that they name and call."""
    names: set[str] = set()
    functions: list[ast.AST] = []
    waiting = [node]
    while waiting:
        new = {part.id for part in ast.walk(waiting.pop()) if isinstance(part, ast.Name)} - names
        names |= new
        called = [world.names[name].node for name in sorted(new) if isinstance(world.names.get(name), Function)]
        functions += called
        waiting += called
    return names, functions


def _heads(node: ast.AST) -> list[ast.AST]:
    """A simple statement, or the head of a compound one."""
    if not hasattr(node, "body") or isinstance(node, ast.Lambda | ast.IfExp):
        return [node]
    return [head for head in (getattr(node, "test", None), getattr(node, "iter", None)) if head is not None]


def _changed(node: ast.AST) -> set[str]:
    """The variables that methods change which a statement itself calls, not those in it."""
    calls = [part for head in _heads(node) for part in ast.walk(head) if isinstance(part, ast.Call)]
    owners = [call.func.value for call in calls if isinstance(call.func, ast.Attribute) and changes(call.func.attr)]
    return {name for name in map(root, owners) if name is not None}
