"""Calls that stand for themselves, as statements: what they change, and what is left out with them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from xlpy.diagnostic import Diagnostic, Severity
from xlpy.xm.functions import INCLUDES, function
from xlpy.xm.methods import changes
from xlpy.xm.objects import Reference
from xlpy.xm.undecided import UndecidedError
from xlpy.xm.world import Touch, World, root

if TYPE_CHECKING:
    from xlpy.xm.evaluate import Evaluator
    from xlpy.xm.limits import Budget
    from xlpy.xm.reading import Program

_HARMLESS = ("print", "sys.path.", "sys.stderr.", "sys.stdout.", "time.sleep", "warnings.", "xm_vars")
_EXITS = frozenset({"exit", "os._exit", "os.abort", "quit", "sys.exit"})


class Calls:
    """Follows calls; `diagnostics` says what is left out."""

    def __init__(self, program: Program, evaluator: Evaluator, budget: Budget) -> None:
        self.diagnostics: dict[tuple[str, int], Diagnostic] = {}
        self._program = program
        self._evaluator = evaluator
        self._budget = budget

    def tell(self, diagnostic: Diagnostic) -> None:
        """Note a diagnostic, once for each place."""
        self.diagnostics.setdefault((diagnostic.code, diagnostic.span.start if diagnostic.span else 0), diagnostic)

    def follow(self, node: ast.Call, world: World, statement: int) -> bool:
        """Do to the world what a call does; True where the file ends. UndecidedError where something is not known."""
        if isinstance(node.func, ast.Attribute) and changes(node.func.attr):
            name = root(node.func.value)
            if name is not None and not isinstance(world.names.get(name), Reference):
                world.touched[name] = Touch(statement, None, node)
        try:
            called = self._called(node, world)
            if isinstance(called, Reference):
                return self._outside(called.name, node, world)
            self._evaluator.value(node, world.names)
        except UndecidedError as error:
            world.spoil(_names(node), error.causes, self._budget)
            raise
        return False

    def _called(self, node: ast.Call, world: World) -> object:
        """The function, where it is a known one; None for the method of a value."""
        if isinstance(node.func, ast.Attribute):
            owner = self._evaluator.value(node.func.value, world.names)
            return Reference(name=f"{owner.name}.{node.func.attr}") if isinstance(owner, Reference) else None
        return self._evaluator.value(node.func, world.names)

    def _outside(self, name: str, node: ast.Call, world: World) -> bool:
        """A function that the file only calls."""
        if name in _EXITS:
            return True
        if name in INCLUDES:
            self._tell(
                "not-in-the-file",
                Severity.ERROR,
                f"what {name}() sets is not known: it is left out",
                "write the assignments of the other text here, in place of the call",
                node,
            )
        elif function(name) is not None:
            self._evaluator.value(node, world.names)
        elif not name.startswith(_HARMLESS):
            summary = f"{name}() is left out: xl runs no program while it reads a file"
            self._tell("call-left-out", Severity.WARNING, summary, "run it from a script of yours, if need be", node)
            raise self._evaluator.undecided(f"{name}() may change it, or fail", node)
        return False

    def _tell(self, code: str, severity: Severity, summary: str, advice: str, node: ast.AST) -> None:
        self.tell(
            Diagnostic(
                code=code,
                severity=severity,
                summary=summary,
                advice=advice,
                source=self._program.source,
                span=self._program.place(node),
            )
        )


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
