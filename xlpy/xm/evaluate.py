"""What an expression of an xm file is worth, as far as its text tells; nothing is ever run by Python."""

from __future__ import annotations

import ast
from collections import ChainMap
from typing import TYPE_CHECKING, Any

from xlpy.xm.formatting import in_field
from xlpy.xm.functions import CONSTANTS, function, is_builtin, items, why_not
from xlpy.xm.limits import TooLargeError
from xlpy.xm.methods import method
from xlpy.xm.objects import Function, Names, Namespace, Reference
from xlpy.xm.operators import BINARY, COMPARISONS, UNARY
from xlpy.xm.own import call_own
from xlpy.xm.undecided import Cause, Undecided, UndecidedError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlpy.xm.limits import Budget
    from xlpy.xm.reading import Program

_FAILURES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, MemoryError)
_NAMESPACES = frozenset({"globals", "locals", "vars"})


class Evaluator:
    """Works out expressions; UndecidedError for those whose value the text does not tell."""

    def __init__(self, program: Program, budget: Budget) -> None:
        self._program = program
        self.budget = budget
        self.depth = 0
        """How many functions of the file are being worked out."""
        self.lost_sight = False
        """Whether a function was met that may change anything it names."""

    def value(self, node: ast.expr, names: Names) -> Any:
        """The value of an expression; NAMES are the variables."""
        self.budget.spend()
        work_out = getattr(self, f"_{type(node).__name__.lower()}", None)
        if work_out is None:
            raise self.undecided("xlpy does not work out such an expression", node)
        return self.checked(node, lambda: work_out(node, names))

    def plain(self, node: ast.expr, names: Names) -> Any:
        """The value of an expression that is no module's; UndecidedError for what depends on the machine."""
        value = self.value(node, names)
        if isinstance(value, Reference):
            raise self.undecided(why_not(value.name), node)
        return value

    def augment(self, node: ast.AugAssign, old: Any, more: Any, names: Names) -> None:
        """TARGET op= MORE, where the target has the value OLD."""
        self.assign(node.target, self.checked(node, lambda: self.binary(node.op, old, more)), names)

    def checked(self, node: ast.AST, work: Callable[[], Any]) -> Any:
        """Do some work; UndecidedError with the place of the node where it fails."""
        try:
            return work()
        except TooLargeError as error:
            raise self.undecided(str(error), node) from None
        except _FAILURES as error:
            raise self.undecided(f"this does not work: {_said(error)}", node) from None

    def undecided(self, summary: str, node: ast.AST) -> UndecidedError:
        """The error that tells why a node has no value."""
        return UndecidedError(Cause(summary, self._program.place(node)))

    def assign(self, target: ast.expr, value: Any, names: Names) -> None:
        """TARGET = VALUE; UndecidedError where that cannot be followed."""
        if isinstance(target, ast.Name):
            names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            parts = self.checked(target, lambda: items(value))
            if len(parts) != len(target.elts):
                raise self.undecided("there are more or fewer values than names", target)
            for part, one in zip(target.elts, parts, strict=True):
                self.assign(part, one, names)
        elif isinstance(target, ast.Subscript):
            self.checked(target, lambda: self._put(target, value, names))
        else:
            raise self.undecided("xlpy does not follow such an assignment", target)

    def call(self, called: Any, node: ast.AST, arguments: list[Any], named: dict[str, Any], names: Names) -> Any:
        """What a function gives."""
        if isinstance(called, Function):
            return call_own(self, called.node, node, arguments, named, names)
        if not isinstance(called, Reference):
            raise TypeError("this is no function")
        found = function(called.name)
        if found is None:
            raise self.undecided(why_not(called.name), node)
        return found(*arguments, **named)

    # ---- the kinds of expressions, by the names of their nodes

    def _constant(self, node: ast.Constant, _names: Names) -> Any:
        value = node.value
        if not (value is None or isinstance(value, str | int | float)):
            raise TypeError("a configuration has no such values")
        return self._kept(value)

    def _name(self, node: ast.Name, names: Names) -> Any:
        return self._look_up(node.id, names, node)

    def _attribute(self, node: ast.Attribute, names: Names) -> Any:
        owner = self.value(node.value, names)
        if not isinstance(owner, Reference):
            raise AttributeError(f"there is no {node.attr}")
        name = f"{owner.name}.{node.attr}"
        return CONSTANTS.get(name, Reference(name=name))

    def _list(self, node: ast.List, names: Names) -> Any:
        return self._kept([self.plain(item, names) for item in node.elts])

    def _tuple(self, node: ast.Tuple, names: Names) -> Any:
        return self._kept(tuple([self.plain(item, names) for item in node.elts]))

    def _dict(self, node: ast.Dict, names: Names) -> Any:
        if None in node.keys:
            raise TypeError("Python 2 has no ** in dictionaries")
        pairs = zip(node.keys, node.values, strict=True)
        return self._kept({self.plain(key, names): self.plain(value, names) for key, value in pairs if key})

    def _binop(self, node: ast.BinOp, names: Names) -> Any:
        left = self.plain(node.left, names)
        by_name = isinstance(node.op, ast.Mod) and isinstance(left, str)
        right = self._namespace(node.right, names) if by_name else None
        return self.binary(node.op, left, self.plain(node.right, names) if right is None else right)

    def binary(self, op: ast.operator, left: Any, right: Any) -> Any:
        """LEFT op RIGHT."""
        if isinstance(op, ast.Div) and self._program.divides_truly:
            return self._kept(left / right)
        return self._kept(BINARY[type(op)](left, right))

    def _unaryop(self, node: ast.UnaryOp, names: Names) -> Any:
        return UNARY[type(node.op)](self.plain(node.operand, names))

    def _boolop(self, node: ast.BoolOp, names: Names) -> Any:
        value = None
        for part in node.values:
            value = self.plain(part, names)
            if bool(value) is isinstance(node.op, ast.Or):
                break
        return value

    def _compare(self, node: ast.Compare, names: Names) -> bool:
        left = self.plain(node.left, names)
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self.plain(part, names)
            self._kept([left, right])
            if not COMPARISONS[type(op)](left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp, names: Names) -> Any:
        return self.value(node.body if self.plain(node.test, names) else node.orelse, names)

    def _subscript(self, node: ast.Subscript, names: Names) -> Any:
        owner = self._kept(self.plain(node.value, names))
        if isinstance(owner, str) and not owner.isascii():
            raise TypeError("Python 2 counts the bytes of such a text")
        return owner[self._index(node.slice, names)]

    def _joinedstr(self, node: ast.JoinedStr, names: Names) -> Any:
        return self._kept("".join(str(self.value(part, names)) for part in node.values))

    def _formattedvalue(self, node: ast.FormattedValue, names: Names) -> str:
        spec = self.value(node.format_spec, names) if node.format_spec else ""
        conversion = chr(node.conversion) if node.conversion > 0 else ""
        return in_field(self.plain(node.value, names), spec, conversion)

    def _lambda(self, node: ast.Lambda, _names: Names) -> Function:
        return Function(node)

    def _listcomp(self, node: ast.ListComp, names: Names) -> Any:
        """In Python 2 its variables are those of the file."""
        return self._kept(list(self._comprehended(node.elt, node.generators, names)))

    def _generatorexp(self, node: ast.GeneratorExp, names: Names) -> Any:
        return self._kept(list(self._comprehended(node.elt, node.generators, ChainMap({}, names))))

    def _call(self, node: ast.Call, names: Names) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id in {"map", "filter"} and node.func.id not in names:
            return self._kept(self._mapped(node, names))
        arguments = self._kept([self.plain(argument, names) for argument in node.args])
        named = self._named(node, names)
        if isinstance(node.func, ast.Attribute):
            owner = self._kept(self.value(node.func.value, names))
            if not isinstance(owner, Reference):
                return self._kept(self._method(owner, node.func.attr)(*arguments, **named))
        result = self.call(self.value(node.func, names), node, arguments, named, names)
        return self._kept(result)

    # ---- parts of them

    def _kept(self, value: Any) -> Any:
        self.budget.weigh(value)
        return value

    def _look_up(self, name: str, names: Names, node: ast.AST) -> Any:
        if name in names:
            value = names[name]
            if isinstance(value, Undecided):
                raise UndecidedError(*value.causes)
            return value
        if is_builtin(name) or name == "xm_vars":
            return Reference(name=name)
        place = self._program.place(node)
        raise UnknownNameError(Cause(f"{name} is not set in the file", place, name, "set it at the top of the file"))

    def _namespace(self, node: ast.expr, names: Names) -> Namespace | None:
        """What a call of globals() and its kin stands for."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMESPACES:
            return Namespace(lambda name: self._look_up(name, names, node), names)
        return None

    def _named(self, node: ast.Call, names: Names) -> dict[str, Any]:
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg is not None:
                named[keyword.arg] = self.plain(keyword.value, names)
            else:
                named.update(self._namespace(keyword.value, names) or self.plain(keyword.value, names))
        return named

    def _mapped(self, node: ast.Call, names: Names) -> list[Any]:
        """The list that map(F, LIST) or filter(F, LIST) gives."""
        called, values = node.args
        do = self.value(called, names)
        pairs = [(one, self.call(do, node, [one], {}, names)) for one in items(self.plain(values, names))]
        if isinstance(node.func, ast.Name) and node.func.id == "filter":
            return [one for one, result in pairs if result]
        return [result for _, result in pairs]

    def _method(self, owner: Any, name: str) -> Callable[..., Any]:
        found = method(owner, name)
        if found is None:
            raise AttributeError(f"xlpy does not know {name}() here")
        return found

    def _index(self, node: ast.expr, names: Names) -> Any:
        if isinstance(node, ast.Slice):
            bounds = (node.lower, node.upper, node.step)
            return slice(*(None if bound is None else self.plain(bound, names) for bound in bounds))
        return self.plain(node, names)

    def _put(self, target: ast.Subscript, value: Any, names: Names) -> None:
        owner = self.plain(target.value, names)
        owner[self._index(target.slice, names)] = value
        self._kept(owner)

    def _comprehended(self, element: ast.expr, generators: list[ast.comprehension], names: Names) -> Iterator[Any]:
        first, *rest = generators
        for item in items(self.plain(first.iter, names)):
            self.assign(first.target, item, names)
            if all(self.plain(test, names) for test in first.ifs):
                if rest:
                    yield from self._comprehended(element, rest, names)
                else:
                    yield self.value(element, names)


def _said(error: BaseException) -> str:
    """What an exception says, in few words."""
    if isinstance(error, RecursionError | MemoryError):
        return "it is nested too deeply"
    if isinstance(error, KeyError):
        return f"there is no {error}"
    return str(error)[:100] or type(error).__name__
