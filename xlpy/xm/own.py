"""The functions of an xm file: those that only compute something are worked out."""

from __future__ import annotations

import ast
from collections import ChainMap
from typing import TYPE_CHECKING, Any

from xlpy.xm.undecided import UndecidedError

if TYPE_CHECKING:
    from xlpy.xm.evaluate import Evaluator
    from xlpy.xm.objects import Names

_DEEPEST = 20


def call_own(
    evaluator: Evaluator,
    function: ast.FunctionDef | ast.Lambda,
    node: ast.AST,
    arguments: list[Any],
    named: dict[str, Any],
    names: Names,
) -> Any:
    """What a function of the file gives; UndecidedError where it does more than to compute."""
    if evaluator.depth >= _DEEPEST:
        raise evaluator.undecided("functions call each other too deeply", node)
    inner = ChainMap(_bound(evaluator, function.args, arguments, named, names), names)
    evaluator.depth += 1
    try:
        if isinstance(function, ast.Lambda):
            return evaluator.value(function.body, inner)
        return _result(evaluator, function.body, inner)[0]
    except UndecidedError:
        evaluator.lost_sight = True
        raise
    finally:
        evaluator.depth -= 1


def _bound(
    evaluator: Evaluator, wanted: ast.arguments, arguments: list[Any], named: dict[str, Any], names: Names
) -> dict[str, Any]:
    """The arguments by name."""
    known = [argument.arg for argument in wanted.args]
    if wanted.vararg or wanted.kwarg or wanted.kwonlyargs or len(arguments) > len(known):
        raise TypeError("the arguments do not fit the function")
    defaults = zip(known[len(known) - len(wanted.defaults) :], wanted.defaults, strict=True)
    given = {**dict(zip(known, arguments, strict=False)), **named}
    bound = {**{name: _default(evaluator, node, names) for name, node in defaults if name not in given}, **given}
    if set(bound) != set(known):
        raise TypeError("the arguments do not fit the function")
    return bound


def _default(evaluator: Evaluator, node: ast.expr, names: Names) -> Any:
    """The value of an argument that is not given, which a function keeps from when it was made."""
    if not isinstance(node, ast.Constant):
        raise evaluator.undecided("xlpy does not follow defaults that are not constant", node)
    return evaluator.value(node, names)


def _result(evaluator: Evaluator, body: list[ast.stmt], names: Names) -> tuple[Any, bool]:
    """What the statements return, and whether they do."""
    for statement in body:
        evaluator.budget.spend()
        if isinstance(statement, ast.Return):
            return (None if statement.value is None else evaluator.value(statement.value, names)), True
        if isinstance(statement, ast.If):
            branch = statement.body if evaluator.plain(statement.test, names) else statement.orelse
            result, returned = _result(evaluator, branch, names)
            if returned:
                return result, True
        elif not _does_nothing(statement):
            _assign(evaluator, statement, names)
    return None, False


def _assign(evaluator: Evaluator, statement: ast.stmt, names: Names) -> None:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if not isinstance(statement, ast.Assign) or not all(isinstance(target, ast.Name) for target in targets):
        raise evaluator.undecided("xlpy does not follow functions with such statements", statement)
    value = evaluator.value(statement.value, names)
    for target in targets:
        evaluator.assign(target, value, names)


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
