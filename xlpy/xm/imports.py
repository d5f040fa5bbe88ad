"""The imports of an xm file: names of modules, none of which is ever loaded for it."""

from __future__ import annotations

import ast
import importlib
from typing import TYPE_CHECKING, Any

from xlpy.diagnostic import Diagnostic, Severity
from xlpy.xm.functions import CONSTANTS
from xlpy.xm.objects import Reference
from xlpy.xm.undecided import Cause, UndecidedError

if TYPE_CHECKING:
    from xlpy.xm.reading import Program

_OF_PYTHON = frozenset(
    (
        *("__future__", "commands", "datetime", "getpass", "glob", "math", "os", "os.path", "platform", "pwd"),
        *("random", "re", "shutil", "socket", "string", "subprocess", "sys", "tempfile", "time", "types", "urllib"),
    )
)
_WITH_ALL_NAMES = frozenset(("math", "os", "os.path", "re", "socket", "string", "sys", "time"))
"""Modules of Python itself whose names are known, for `from MODULE import *`."""


def imported(
    node: ast.Import | ast.ImportFrom, program: Program
) -> tuple[dict[str, Any], UndecidedError | Diagnostic | None]:
    """The names that an import sets, and what is not known of it."""
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
        names = {
            alias.asname or alias.name.split(".")[0]: Reference(
                name=alias.name if alias.asname else alias.name.split(".")[0]
            )
            for alias in node.names
        }
    elif node.names[0].name == "*":
        return _all_of(node, program)
    else:
        modules = [node.module or ""]
        names = {alias.asname or alias.name: _member(node.module or "", alias.name) for alias in node.names}
    return names, _missing(modules, node, program)


def _member(module: str, name: str) -> Any:
    whole = f"{module}.{name}"
    return CONSTANTS.get(whole, Reference(name=whole))


def _missing(modules: list[str], node: ast.stmt, program: Program) -> UndecidedError | None:
    """Why an import may fail, which only a `try` around it asks."""
    unknown = [module for module in modules if module not in _OF_PYTHON]
    if not unknown:
        return None
    return UndecidedError(Cause(f"whether {unknown[0]} is there depends on the machine", program.place(node)))


def _all_of(node: ast.ImportFrom, program: Program) -> tuple[dict[str, Any], Diagnostic | None]:
    module = node.module or "."
    if module in _WITH_ALL_NAMES:
        known = [name for name in dir(importlib.import_module(module)) if not name.startswith("_")]
        return {name: _member(module, name) for name in known}, None
    return {}, Diagnostic(
        code="not-in-the-file",
        severity=Severity.ERROR,
        summary=f"what {module} sets is not in this file: it is left out",
        advice="write its assignments here, in place of the import",
        source=program.source,
        span=program.place(node),
    )
