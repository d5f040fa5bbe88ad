"""What is decided is right: programs are run by Python, with a machine that answers in several ways, to compare."""

from __future__ import annotations

import os
import random
from types import SimpleNamespace
from typing import Any

import pytest

from xlpy.source import Source
from xlpy.writer import literal
from xlpy.xm.translate import translate

KEYS = ("extra", "kernel", "vcpus", "vif")
NAMES = ("x", "y", "l", "m", "d", "extra", "kernel", "vif")
FUNCTIONS = (
    "def f(a):\n    l.append(a)\n    return a\n",
    "def g(a, b='q'):\n    if a == 'a':\n        return a + b\n    return b\n",
    "def h():\n    global x\n    x = 'h'\n",
    "def k(a):\n    if os.path.exists('/k'):\n        return l.append(a)\n    return a\n",
)
START = "import os\nx = 'x'\ny = 'y'\nl = ['l']\nm = l\nd = {'a': 'A'}\n"
LISTS = ("range(2)", "['a', 'b']", "list(l)")
PROGRAMS = 750
SEED = int(os.environ.get("XLPY_FUZZ_SEED", "0"))


class Machine:
    """Stands for the module os: its answers are chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.path = SimpleNamespace(exists=lambda _: chance.random() < 0.5)

    def getcwd(self) -> str:
        """Some text, or an error."""
        if self._chance.random() < 0.3:
            raise OSError
        return self._chance.choice(["a", "b"])


class Writer:
    """Writes programs in the part of Python that its releases have in common."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def program(self) -> str:
        """A whole program."""
        chosen = [function for function in FUNCTIONS if self._random.random() < 0.5]
        self._calls = [function[4] for function in chosen]
        return START + "".join(chosen) + self._block("", 8)

    def _block(self, indent: str, most: int) -> str:
        count = self._random.randint(1, most)
        return "".join(self._statement(indent) for _ in range(count))

    def _statement(self, indent: str) -> str:
        if len(indent) < 8 and self._random.random() < 0.3:
            return self._compound(indent)
        name, other = self._random.choice(NAMES), self._random.choice(NAMES)
        text = self._random.choice(
            [
                f"{name} = {self._text()}",
                f"{name} = {self._text()}",
                f"{name} += {self._text()}",
                f"{name} = {other}",
                f"{self._list()}.append({self._text()})",
                f"{self._list()} += [{self._text()}]",
                f"{self._list()} = [{self._text()}, {self._text()}]",
                f"{name} = ''.join({self._list()})",
                f"{name} = {self._list()}.pop()",
                f"d['a'] = {self._text()}",
                f"{name} = d['a']",
                f"x, y = y, {self._text()}",
                f"del {name}",
                f"{self._test()} and {self._list()}.append('t')",
                self._call(),
                f"{name} = {self._call()}",
                "raise ValueError" if self._random.random() < 0.2 else "pass",
            ]
        )
        return f"{indent}{text}\n"

    def _compound(self, indent: str) -> str:
        inner = indent + "    "
        kind = self._random.choice(["if", "if", "for", "try"])
        if kind == "if":
            return f"{indent}if {self._test()}:\n{self._block(inner, 2)}{indent}else:\n{self._block(inner, 2)}"
        if kind == "for":
            head = f"{indent}for i in {self._random.choice(LISTS)}:\n"
            end = f"{inner}{self._random.choice(['break', 'continue', 'pass'])}\n"
            return f"{head}{self._block(inner, 2)}{inner}if {self._test()}:\n    {end}{self._block(inner, 1)}"
        handler = self._random.choice(["except", "except NameError", "except (OSError, NameError)"])
        return f"{indent}try:\n{self._block(inner, 3)}{indent}{handler}:\n{self._block(inner, 1)}"

    def _list(self) -> str:
        return self._random.choice(["l", "m", "vif"])

    def _text(self) -> str:
        simple = ["'a'", "'b'", "x", "y", "x + 'c'", "y * 2", "'%s' % x", "str(len(l))", "l[0]", "missing"]
        return self._random.choice([*simple, "os.getcwd()", self._call()])

    def _call(self) -> str:
        name = self._random.choice([*self._calls, "str"])
        argument = self._random.choice(["'a'", "'b'", "x"])
        return "h()" if name == "h" else f"{name}({argument})"

    def _test(self) -> str:
        return self._random.choice(["x == 'x'", "len(l) > 1", "os.path.exists('/a')", "os.getcwd() == 'a'", "not y"])


def outcomes(program: str, runs: int = 12) -> list[dict[str, Any]]:
    """The variables at the end of runs that come to an end."""
    ends = []
    for run in range(runs):
        names: dict[str, Any] = {"__builtins__": {**vars(__import__("builtins")), "__import__": _no_import}}
        names["os"] = Machine(random.Random(run))
        try:
            exec(program.replace("import os\n", ""), names)
        except Exception:
            continue
        ends.append(names)
    return ends


def _no_import(*_: object) -> None:
    raise ImportError


@pytest.mark.parametrize("part", range(5))
def test_what_is_decided_is_what_python_finds(part: int) -> None:
    decided = 0
    for number in range(PROGRAMS // 5):
        seed = SEED + part * PROGRAMS + number
        program = Writer(seed).program()
        text = translate(Source("<stdin>", program)).text
        for names in outcomes(program) if text is not None else ():
            decided += _compare(program, text or "", names, seed)
    assert decided > PROGRAMS // 10


def _compare(program: str, text: str, names: dict[str, Any], seed: int) -> int:
    """How many keys are decided as they are in a run."""
    decided = 0
    for key in KEYS:
        if f"# xlpy: {key} could not be decided" in text:
            continue
        value = names.get(key)
        expected = "" if value is None else f"{key} = {literal(value)}"
        lines = f"\n{text}".partition(f"\n{key} = ")
        found = f"{key} = {lines[2]}" if lines[1] else ""
        assert found.startswith(expected), f"seed {seed}: {key} is {value!r}\n{program}\n{text}"
        assert bool(found) == bool(expected), f"seed {seed}: {key} is {value!r}\n{program}\n{text}"
        decided += bool(expected)
    return decided
