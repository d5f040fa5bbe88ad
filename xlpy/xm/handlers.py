"""Handlers of exceptions: which of them may catch what."""

from __future__ import annotations

import ast

_PARENTS = {
    "NameError": frozenset({"NameError", "StandardError", "Exception", "BaseException"}),
    "SystemExit": frozenset({"SystemExit", "BaseException"}),
}
_NAMES = (ast.Name, ast.Attribute)
_FOR_ALL = frozenset({"BaseException", "Exception", "StandardError"})


def catches(handler: ast.ExceptHandler, kind: str) -> bool:
    """Whether a handler may catch an exception; KIND is its name, or empty where it is not known."""
    names = _names(handler)
    return not names or not kind or bool(names & _PARENTS[kind])


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether nothing escapes it that a program raises by mistake."""
    names = _names(handler)
    return not names or bool(names & _FOR_ALL)


def _names(handler: ast.ExceptHandler) -> set[str]:
    """The exceptions that a handler is for; none for all."""
    parts = [] if handler.type is None else list(ast.walk(handler.type))
    return {part.attr if isinstance(part, ast.Attribute) else part.id for part in parts if isinstance(part, _NAMES)}
