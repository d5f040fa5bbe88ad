"""The statements of an xm file, followed without running them: which values its variables can have at its end."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from xlpy.record import Record
from xlpy.xm.flow import Flow
from xlpy.xm.functions import items
from xlpy.xm.imports import imported
from xlpy.xm.objects import Function
from xlpy.xm.undecided import Cause, UndecidedError
from xlpy.xm.world import BROKEN_OFF, ENDED, FOLLOWED, NEXT_ROUND, World, copied, next_round, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.diagnostic import Diagnostic
    from xlpy.xm.reading import Program


class Followed(Record):
    """The worlds at the end of a file, where others end themselves, and what was met on the way."""

    worlds: tuple[World, ...]
    ends: tuple[Cause, ...]
    diagnostics: tuple[Diagnostic, ...]


def follow(program: Program, defines: Mapping[str, Any]) -> Followed:
    """Follow a whole program; DEFINES are the variables that the user gives. Raises TooMuchError."""
    follower = _Follower(program, defines)
    worlds, ends = [World(dict(defines))], dict[Cause, None]()
    for number, statement in enumerate(program.body):
        behind = follower.top_statement(number, statement, worlds)
        worlds = [world for world in behind if world.signal != ENDED]
        ends |= dict.fromkeys(world.end for world in behind if world.signal == ENDED and world.end)
    told = tuple(follower.calls.diagnostics.values())
    return Followed(worlds=tuple(worlds), ends=tuple(ends), diagnostics=told)


class _Follower(Flow):
    """The kinds of statements, by the names of their nodes."""

    # ---- statements that set something

    def _assign(self, node: ast.Assign, world: World) -> list[World]:
        self._variables.set(node.targets, node.value, world)
        return [world]

    def _annassign(self, node: ast.AnnAssign, world: World) -> list[World]:
        if node.value is not None:
            self._variables.set([node.target], node.value, world)
        return [world]

    def _augassign(self, node: ast.AugAssign, world: World) -> list[World]:
        self._variables.augment(node, world)
        return [world]

    def _delete(self, node: ast.Delete, world: World) -> list[World]:
        for target in node.targets:
            self._variables.delete(target, world)
        return [world]

    def _import(self, node: ast.Import | ast.ImportFrom, world: World) -> list[World]:
        names, trouble = imported(node, self._program)
        world.names.update(names)
        if isinstance(trouble, UndecidedError):
            self._variables.meet(trouble)
        elif trouble is not None:
            self.calls.tell(trouble)
        return [world]

    _importfrom = _import

    def _functiondef(self, node: ast.FunctionDef, world: World) -> list[World]:
        world.names[node.name] = Function(node)
        if node.decorator_list:
            self._variables.unfollowed(node, "decorators", world)
        return [world]

    def _classdef(self, node: ast.ClassDef, world: World) -> list[World]:
        self._variables.unfollowed(node, "classes", world)
        return [world]

    # ---- statements that choose the way

    def _if(self, node: ast.If, world: World) -> list[World]:
        try:
            holds = bool(self._evaluator.plain(node.test, world.names))
        except UndecidedError as error:
            return self._both(node, world, error)
        return self._body(node.body if holds else node.orelse, [world])

    def _both(self, node: ast.If, world: World, error: UndecidedError) -> list[World]:
        """The worlds of both branches, or one where they do not differ."""
        mark = len(self._variables.met)
        failed = self._head_failed(node, world, error)
        if world not in failed:
            return failed
        failed.remove(world)
        if self._room <= 0:
            return self._given_up(node, world, error) + failed
        self._room -= 1
        self._seen(node, [world], mark)
        before = world.forks
        one, other = world.forked(error.causes, self._budget)
        ones, others = self._body(node.body, [one]), self._body(node.orelse, [other])
        if ones == [one] and others == [other] and not (one.signal or other.signal) and same(one.names, other.names):
            self._room += 1
            one.forks = before
            one.touched.update(other.touched)
            return ones + failed
        return ones + others + failed

    def _headless(self, node: ast.For | ast.While, world: World, error: UndecidedError) -> list[World]:
        """Behind a loop of which it is not known how often it runs."""
        failed = self._head_failed(node, world, error)
        if world in failed:
            self._given_up(node, world, error)
        return failed

    def _for(self, node: ast.For, world: World) -> list[World]:
        try:
            values = items(self._evaluator.plain(node.iter, world.names))
        except UndecidedError as error:
            return self._headless(node, world, error)
        except TypeError as error:
            return self._headless(node, world, self._evaluator.undecided(str(error), node.iter))
        worlds = [world]
        for value in values:
            for number, one in enumerate(worlds):
                if not one.signal:
                    self._variables.take(node.target, copied(value, {}, self._budget) if number else value, one)
            worlds = [next_round(one) for one in self._body(node.body, worlds)]
        return self._behind_loop(node.orelse, worlds)

    def _while(self, node: ast.While, world: World) -> list[World]:
        running, done = [world], []
        while running:
            one = running.pop()
            try:
                holds = bool(self._evaluator.plain(node.test, one.names))
            except UndecidedError as error:
                done += self._headless(node, one, error)
                continue
            if not holds:
                done += self._body(node.orelse, [one])
                continue
            for behind in map(next_round, self._body(node.body, [one])):
                (done if behind.signal else running).append(behind)
        return self._behind_loop([], done)

    def _behind_loop(self, orelse: list[ast.stmt], worlds: list[World]) -> list[World]:
        worlds = self._body(orelse, worlds)
        for world in worlds:
            world.signal = FOLLOWED if world.signal == BROKEN_OFF else world.signal
        return worlds

    def _break(self, _node: ast.Break, world: World) -> list[World]:
        world.signal = BROKEN_OFF
        return [world]

    def _continue(self, _node: ast.Continue, world: World) -> list[World]:
        world.signal = NEXT_ROUND
        return [world]

    def _raise(self, node: ast.Raise, world: World) -> list[World]:
        return self._end(node, world, "")

    def _assert(self, node: ast.Assert, world: World) -> list[World]:
        try:
            holds = bool(self._evaluator.plain(node.test, world.names))
        except UndecidedError as error:
            self._variables.meet(error)
            return [world]
        return [world] if holds else self._end(node, world, "")

    # ---- the rest

    def _expr(self, node: ast.Expr, world: World) -> list[World]:
        try:
            if not isinstance(node.value, ast.Call):
                self._variables.look_at(node.value, world)
                return [world]
            ends = self.calls.follow(node.value, world, self._variables.at)
        except UndecidedError as error:
            self._variables.meet(error)
            return [world]
        return self._end(node, world, "SystemExit") if ends else [world]

    def _pass(self, _node: ast.stmt, world: World) -> list[World]:
        return [world]

    _global = _pass
