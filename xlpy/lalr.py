"""The driver of the tables that grammar/compile.py makes: a scanner and an LALR parser with bison's behaviour.

xl's parser is made by bison. To say the same about the same token, ours must reduce by default where bison does
and recover as bison does: drop states until an error fits, then skip tokens until something fits again.
"""

from __future__ import annotations

import re
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STACK_LIMIT = 10_000
"""Bison's YYMAXDEPTH: how many states a parse may stack up."""

END = "$END"
ERROR = "ERROR"


class Token(NamedTuple):
    """A terminal of the grammar with its text and its place in the source."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.start + len(self.text)


class ExhaustedError(Exception):
    """The text nests too deeply for xl's parser."""


class Tables:
    """The tables of one grammar; an action is a state to shift to, or -1 - RULE to reduce by. State 0 is the first."""

    def __init__(self, **tables: Any) -> None:
        self.pattern: str = tables["pattern"]
        self.ignored: tuple[str, ...] = tables["ignored"]
        self.end: int = tables["end"]
        self.rules: tuple[tuple[str, int], ...] = tables["rules"]
        self.actions: tuple[dict[str, int], ...] = tables["actions"]
        self.gotos: tuple[dict[str, int], ...] = tables["gotos"]
        self.defaults: tuple[int, ...] = tables["defaults"]

    @cached_property
    def scanner(self) -> re.Pattern[str]:
        """All terminals, those that are tried first in front."""
        return re.compile(self.pattern)

    def scan(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[Token]:
        """The tokens of a text; every grammar of ours has a terminal for what fits nowhere."""
        for match in self.scanner.finditer(text, start, end):
            if match.lastgroup not in self.ignored:
                yield Token(match.lastgroup or "", match[0], match.start())


class Parser:
    """One parse. `build` makes the value of a rule from its name and the values of its parts.

    Rules and terminals with a leading underscore leave no value of their own: the parts of such a rule become parts
    of the rule around it.
    """

    def __init__(self, tables: Tables, build: Callable[[str, list[Any]], Any]) -> None:
        self._tables = tables
        self._build = build
        self._states = [0]
        self._values: list[Any] = []

    def feed(self, kind: str, value: Any = None) -> bool:
        """Take the next token; False when it does not fit. Raises ExhaustedError."""
        tables, states = self._tables, self._states
        while True:
            state = states[-1]
            action = tables.actions[state].get(kind) or tables.defaults[state]
            if not action:
                return False
            if action > 0:
                states.append(action)
                self._values.append(None if kind[0] == "_" else value)
            else:
                self._reduce(*tables.rules[-1 - action])
            if len(states) >= STACK_LIMIT:
                raise ExhaustedError
            if action > 0 or (kind == END and states[-1] == tables.end):
                return True

    def expected(self) -> list[str]:
        """The terminals that would fit after a token that did not."""
        return [kind for kind in self._tables.actions[self._states[-1]] if kind != ERROR]

    def recover(self) -> bool:
        """Drop what was begun until an error fits; False when nothing is left to go on with."""
        while self._states:
            shift = self._tables.actions[self._states[-1]].get(ERROR, -1)
            if shift >= 0:
                self._states.append(shift)
                self._values.append(None)
                return True
            self._states.pop()
            if self._values:
                self._values.pop()
        return False

    def _reduce(self, name: str, size: int) -> None:
        states, values = self._states, self._values
        if name[0] == "_" and size <= 1:
            if size:
                states.pop()
            else:
                values.append(None)
        else:
            parts = _flat(values[-size:] if size else [])
            del states[len(states) - size :], values[len(values) - size :]
            values.append(parts if name[0] == "_" else self._build(name, parts))
        states.append(self._tables.gotos[states[-1]][name])


class _Parts(list[Any]):
    """The parts of a rule that leaves no value of its own."""


def _flat(parts: list[Any]) -> _Parts:
    """The parts with the parts of nameless rules in their place; the first list is extended, not copied."""
    first = parts[0] if parts else None
    flat = first if type(first) is _Parts else _Parts()
    for part in parts[flat is first :]:
        if type(part) is _Parts:
            flat.extend(part)
        elif part is not None:
            flat.append(part)
    return flat
