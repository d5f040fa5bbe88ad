"""What a name of an xm file can stand for beside plain values: modules, functions, all names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from xlpy.record import Record

if TYPE_CHECKING:
    import ast

Names = MutableMapping[str, Any]


class Reference(Record):
    """A module, or what stands in one: os, os.path.join."""

    name: str


class Function:
    """A function of the file, which may be worked out where it only computes something."""

    def __init__(self, node: ast.FunctionDef | ast.Lambda) -> None:
        self.node = node


class Namespace(Mapping[str, Any]):
    """What globals() gives to the right of %: every name that has a value."""

    def __init__(self, look_up: Callable[[str], Any], names: Names) -> None:
        self._look_up = look_up
        self._names = names

    def __getitem__(self, name: str) -> Any:
        return self._look_up(name)

    def __iter__(self) -> Iterator[str]:
        return iter(name for name in self._names if isinstance(self._names[name], str | int | float))

    def __len__(self) -> int:
        return len(list(iter(self)))
