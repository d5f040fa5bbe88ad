"""Operators on known values, as Python 2 has them; what would grow too large is refused before it is made."""

from __future__ import annotations

import ast
import operator
from typing import TYPE_CHECKING, Any

from xlpy.xm.formatting import percent
from xlpy.xm.limits import MOST_BITS, TooLargeError, check_items, check_length

if TYPE_CHECKING:
    from collections.abc import Callable

_SEQUENCES = (str, list, tuple)


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(left, _SEQUENCES) or isinstance(right, _SEQUENCES):
        sequence, times = (left, right) if isinstance(left, _SEQUENCES) else (right, left)
        size = len(sequence) * max(times, 0)
        check_length(size) if isinstance(sequence, str) else check_items(size)
    return left * right


def _divide(left: Any, right: Any) -> Any:
    """Whole numbers are divided without a rest."""
    return left // right if isinstance(left, int) and isinstance(right, int) else left / right


def _remainder(left: Any, right: Any) -> Any:
    return percent(left, right) if isinstance(left, str) else left % right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > MOST_BITS:
        raise TooLargeError("the number is too long")
    return left**right


def _shift(left: int, right: int) -> int:
    if right > MOST_BITS:
        raise TooLargeError("the number is too long")
    return left << right


BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: _remainder,
    ast.Pow: _power,
    ast.LShift: _shift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}


def _is(left: Any, right: Any) -> bool:
    """Only None, True and False are one and the same for certain."""
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        return left is right
    raise TypeError("`is` asks where values are kept")


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Python 2 has an order for lists and texts of its own, but not one to rely on between kinds."""

    def judge(left: Any, right: Any) -> bool:
        if isinstance(left, dict) or isinstance(right, dict):
            raise TypeError("dictionaries have no order")
        return compare(left, right)

    return judge


COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.Is: _is,
    ast.IsNot: lambda left, right: not _is(left, right),
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
