"""The flow of a program through worlds: from statement to statement, and to handlers where one may fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.xm.calls import Calls
from xlpy.xm.evaluate import Evaluator
from xlpy.xm.handlers import catches, catches_all
from xlpy.xm.limits import Budget
from xlpy.xm.undecided import Cause, UndecidedError
from xlpy.xm.variables import Variables
from xlpy.xm.world import ENDED, FOLLOWED, World

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Mapping, Sequence

    from xlpy.xm.reading import Program
    from xlpy.xm.variables import Met

MOST_WORLDS = 16


class Flow:
    """One walk through a program. A test that cannot be decided makes two worlds of one."""

    def __init__(self, program: Program, defines: Mapping[str, Any]) -> None:
        self._program = program
        self._budget = Budget()
        self._evaluator = Evaluator(program, self._budget)
        self.calls = Calls(program, self._evaluator, self._budget)
        self._variables = Variables(self._evaluator, defines)
        self._room = 0
        """How many worlds may yet be made in this statement of the file."""
        self._tries = 0
        """In how many `try` with handlers the statement stands."""
        self._strict = True
        """Whether a name that is not set is an error, as without a command line of xm; only in a `try`."""
        self._crowded = False
        """Whether there was no room for a world in which a statement fails."""

    def top_statement(self, number: int, node: ast.stmt, worlds: list[World]) -> list[World]:
        """The worlds behind a statement that stands in no other, the NUMBERth of the file."""
        self._variables.at = number
        self._room = MOST_WORLDS - len(worlds)
        return self.statement(node, worlds)

    def statement(self, node: ast.stmt, worlds: Iterable[World]) -> list[World]:
        """The worlds behind a statement."""
        found: list[World] = []
        for world in worlds:
            self._budget.spend()
            if world.signal:
                found.append(world)
                continue
            before = world.copy(self._budget) if self._tries and not hasattr(node, "body") else None
            mark = len(self._variables.met)
            behind = getattr(self, f"_{type(node).__name__.lower()}", self._strange)(node, world)
            behind = self._seen(node, behind, mark)
            found += behind if before is None else self._or_failed(node, behind, before, self._variables.met[mark:])
        return found

    def _or_failed(self, node: ast.AST, behind: list[World], before: World, met: Sequence[Met]) -> list[World]:
        """In a `try`: the worlds behind a statement, and that in which it failed, as something is not known in it."""
        by_name = all(one.by_name for one in met)
        if not met or (by_name and not self._strict):
            return behind
        if by_name:
            return self._end(node, before, "NameError")
        if self._room <= 0:
            self._crowded = True
            return behind
        self._room -= 1
        causes = tuple(cause for one in met for cause in one.causes)
        for one in behind:
            one.take(causes, way=True)
        before.take(causes, way=False)
        return behind + self._end(node, before, "")

    def _head_failed(self, node: ast.AST, world: World, error: UndecidedError) -> list[World]:
        """The same for the head of a statement: this world if it goes on, and that in which the head failed."""
        self._variables.meet(error)
        if not self._tries:
            return [world]
        return self._or_failed(node, [world], world.copy(self._budget), self._variables.met[-1:])

    def _seen(self, node: ast.stmt, worlds: list[World], mark: int) -> list[World]:
        """The same worlds, without what may have changed as something was met that is not known, behind MARK."""
        met = self._variables.met[mark:]
        for world in worlds if met else ():
            self._variables.lose(node, world, met[0].causes)
        return worlds

    def _body(self, body: list[ast.stmt], worlds: Iterable[World]) -> list[World]:
        found = list(worlds)
        for node in body:
            found = self.statement(node, found)
        return found

    # ---- what may fail

    def _end(self, node: ast.AST, world: World, kind: str) -> list[World]:
        """A world that ends unless a handler catches it; KIND is the name of the exception, if known."""
        world.signal, world.raised = ENDED, kind
        world.end = Cause("the file ends itself here, so that xm makes no guest of it", self._program.place(node))
        return [world]

    def _try(self, node: ast.Try, world: World) -> list[World]:
        """Without its missing names, unless the file then ends itself: they are for the user to give."""
        before, strict = world.copy(self._budget), self._strict
        behind = self._tried(node, world)
        if strict and not self._tries and all(one.signal == ENDED for one in behind):
            self._strict = False
            behind = self._tried(node, before)
            self._strict = strict
        return behind

    def _tried(self, node: ast.Try, world: World) -> list[World]:
        mark, crowded, self._crowded = len(self._variables.met), self._crowded, False
        self._tries += 1
        running = self._body(node.body, [world])
        self._tries -= 1
        met = self._variables.met[mark:]
        failed = [one for one in running if one.signal == ENDED]
        if self._strict:
            self._variables.met[mark:] = [one for one in met if not one.by_name]
        behind = self._body(node.orelse, [one for one in running if one.signal != ENDED])
        behind += [caught for one in failed for caught in self._caught(node, one)]
        for one in behind if self._crowded else ():
            self._variables.give_up(node, one, UndecidedError(*(cause for each in met for cause in each.causes)))
        self._crowded |= crowded
        return [ended for one in behind for ended in self._at_last(node, one)]

    def _caught(self, node: ast.Try, world: World) -> list[World]:
        """The worlds behind the handlers that a failure may come to, and the same world if it may come to none."""
        handlers = [handler for handler in node.handlers if catches(handler, world.raised)]
        if world.raised:
            handlers = handlers[:1]
        worlds = [world.copy(self._budget) for _ in handlers]
        self._room -= max(0, len(handlers) - 1)
        found = [] if any(map(catches_all, handlers)) or (world.raised and handlers) else [world]
        for handler, one in zip(handlers, worlds, strict=True):
            one.signal, one.end = FOLLOWED, None
            found += self._body(handler.body, [one])
        return found

    def _at_last(self, node: ast.Try, world: World) -> list[World]:
        """The worlds behind `finally`, which leaves a world on its way."""
        signal, world.signal = world.signal, FOLLOWED
        behind = self._body(node.finalbody, [world])
        for one in behind:
            one.signal = one.signal or signal
        return behind

    # ---- what is not followed

    def _strange(self, node: ast.stmt, world: World) -> list[World]:
        return self._given_up(node, world, self._evaluator.undecided("xlpy does not follow such a statement", node))

    def _given_up(self, node: ast.stmt, world: World, error: UndecidedError) -> list[World]:
        """A world behind a statement of which nothing is known, but what it may set; it may fail, too."""
        self._variables.give_up(node, world, error)
        self._crowded |= self._tries > 0
        return [world]
