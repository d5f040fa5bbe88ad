"""The functions that a configuration may call: built-in ones, and some of os.path, string and re."""

from __future__ import annotations

import builtins
import posixpath
import re
from typing import TYPE_CHECKING, Any

from xlpy.xm.formatting import to_repr, to_str
from xlpy.xm.limits import LONGEST_LIST, TooLargeError
from xlpy.xm.methods import method

if TYPE_CHECKING:
    from collections.abc import Callable

_MACHINE = frozenset(
    (
        *("commands", "datetime", "getpass", "glob", "os", "platform", "pwd", "random", "shutil", "socket"),
        *("subprocess", "sys", "tempfile", "time", "urllib", "uuid", "xen", "xenctl"),
    )
)
_READS = frozenset({"file", "input", "open", "raw_input"})
_RUNS = frozenset({"__import__", "eval", "exec", "execfile", "reload"})
INCLUDES = frozenset({"exec", "execfile"})
"""What may set any variable."""


def _int(value: Any = 0, *base: int) -> int:
    if not isinstance(value, str | int | float) or (isinstance(value, str) and "_" in value):
        raise TypeError("this is no number")
    return int(value, *base) if isinstance(value, str) else int(value)


def _float(value: Any = 0.0) -> float:
    if isinstance(value, str) and "_" in value:
        raise ValueError("this is no number")
    return float(value)


def _range(*bounds: int) -> list[int]:
    numbers = range(*bounds)
    if len(numbers) > LONGEST_LIST:
        raise TooLargeError("the list is too long")
    return list(numbers)


def _list(value: Any = ()) -> list[Any]:
    """The items of something; TypeError for a dictionary, whose order is not known."""
    if isinstance(value, str) and not value.isascii():
        raise TypeError("Python 2 counts the bytes of such a text")
    if isinstance(value, dict) and len(value) > 1:
        raise TypeError("the order of a dictionary depends on the release of Python: put it into sorted()")
    if not isinstance(value, str | list | tuple | dict):
        raise TypeError("this has no items")
    return list(value)


items = _list


def _len(value: Any) -> int:
    return len(value) if isinstance(value, dict) else len(_list(value))


def _sorted(value: Any, *, reverse: bool = False) -> list[Any]:
    return sorted(list(value) if isinstance(value, dict) else _list(value), reverse=reverse)


def _chr(code: int) -> str:
    if code not in range(1, 128):
        raise ValueError("this is no ASCII character")
    return chr(code)


def _enumerate(value: Any, start: int = 0) -> list[tuple[int, Any]]:
    return list(enumerate(_list(value), start))


def _zip(*values: Any) -> list[tuple[Any, ...]]:
    return list(zip(*map(_list, values), strict=False))


def _sum(value: Any, start: Any = 0) -> Any:
    numbers = _list(value)
    if not all(isinstance(number, int | float) for number in [*numbers, start]):
        raise TypeError("these are not all numbers")
    return sum(numbers, start)


def _oct(value: int) -> str:
    return f"0{value:o}" if value else "0"


def _search(start: bool) -> Callable[[str, str], bool | None]:
    """re.search and re.match for a pattern that stands for itself: others could take for ever."""

    def search(pattern: str, text: str) -> bool | None:
        if re.escape(pattern) != pattern:
            raise TypeError("xlpy searches for plain words only")
        return True if (text.startswith(pattern) if start else pattern in text) else None

    return search


def _joined(items_: Any, separator: str = " ") -> str:
    return separator.join(_list(items_))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "all": lambda value: all(_list(value)),
    "any": lambda value: any(_list(value)),
    "bool": bool,
    "chr": _chr,
    "dict": dict,
    "enumerate": _enumerate,
    "float": _float,
    "hex": hex,
    "int": _int,
    "len": _len,
    "list": _list,
    "long": _int,
    "max": lambda *values: max(_list(values[0]) if len(values) == 1 else values),
    "min": lambda *values: min(_list(values[0]) if len(values) == 1 else values),
    "oct": _oct,
    "ord": ord,
    "range": _range,
    "repr": to_repr,
    "reversed": lambda value: _list(value)[::-1],
    "sorted": _sorted,
    "str": lambda value="": to_str(value),
    "sum": _sum,
    "tuple": lambda value=(): tuple(_list(value)),
    "unicode": lambda value="": to_str(value),
    "xrange": _range,
    "zip": _zip,
    "os.path.basename": posixpath.basename,
    "os.path.dirname": posixpath.dirname,
    "os.path.isabs": posixpath.isabs,
    "os.path.join": posixpath.join,
    "os.path.normpath": posixpath.normpath,
    "os.path.split": posixpath.split,
    "os.path.splitext": posixpath.splitext,
    "re.match": _search(start=True),
    "re.search": _search(start=False),
    "string.join": _joined,
}
CONSTANTS: dict[str, Any] = {
    "os.sep": "/",
    "os.path.sep": "/",
    "string.digits": "0123456789",
    "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
    "string.lowercase": "abcdefghijklmnopqrstuvwxyz",
    "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}


def is_builtin(name: str) -> bool:
    """Whether Python itself has something of this name."""
    return name in FUNCTIONS or name in _READS | _RUNS or hasattr(builtins, name)


def function(name: str) -> Callable[..., Any] | None:
    """The function of a name with its module's; None for one that is not known. Those of string are methods, too."""
    module, _, last = name.rpartition(".")
    if module == "string" and name not in FUNCTIONS:
        return lambda text, *rest: _called(method(text, last), rest)
    return FUNCTIONS.get(name)


def _called(found: Callable[..., Any] | None, arguments: tuple[Any, ...]) -> Any:
    if found is None:
        raise TypeError("there is no such function")
    return found(*arguments)


def why_not(name: str) -> str:
    """Why the result of a function, or the value of a module's variable, is not known."""
    if name in _READS:
        return f"{name}() reads a file or asks somebody"
    if name in _RUNS:
        return f"{name}() runs a text as Python"
    if name.partition(".")[0] in _MACHINE:
        return f"{name} depends on the machine and the moment"
    return f"xlpy does not know what {name} gives"
