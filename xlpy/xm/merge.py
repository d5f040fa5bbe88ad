"""The worlds at the end of an xm file -> what each of its keys means, where all worlds agree on it."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from xlpy import vocabulary
from xlpy.diagnostic import Severity
from xlpy.record import Record
from xlpy.release import Release
from xlpy.xm.keys import meaning
from xlpy.xm.meaning import Guest, Meaning, NoMeaningError, left_out
from xlpy.xm.undecided import Cause, Undecided, UndecidedError
from xlpy.xm.xend_keys import XEND_KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.xm.reading import Program
    from xlpy.xm.world import Touch, World

_LATER_IN_XL = frozenset(
    {
        "acpi_firmware",
        "cpu_weight",
        "display",
        "ioports",
        "localtime",
        "nestedhvm",
        "rtc_timeoffset",
        "smbios_firmware",
        "vncviewer",
        "vtpm",
        "xauthority",
    }
)
"""Keys of xm that xl got after its first release."""
_MISTAKEN = {"audio": "soundhw", "image": "kernel", "maxcpus": "maxvcpus"}


class Decided(Record):
    """A variable that means the same in all worlds."""

    name: str
    touch: Touch
    meaning: Meaning


class Open(Record):
    """A key whose value is not known; `choices` are the meanings that it has in some world."""

    name: str
    touch: Touch
    causes: tuple[Cause, ...]
    choices: tuple[Meaning, ...]


def merged(program: Program, worlds: Sequence[World]) -> list[Decided | Open]:
    """What the variables of a file mean, in the order of the statements that change them last."""
    used = {node.id for node in _nodes(program) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    touches = _touches(worlds)
    keys = frozenset(name for name in touches if _is_key(name, used))
    found = []
    for name, touch in sorted(touches.items(), key=lambda item: item[1].statement):
        if name in keys:
            found.append(_merged(name, touch, worlds, keys, program))
        elif name not in used and touch.value is not None:
            found.append(Decided(name=name, touch=touch, meaning=_unused(name)))
    return found


def _nodes(program: Program) -> list[ast.AST]:
    return [node for statement in program.body for node in ast.walk(statement)]


def _touches(worlds: Sequence[World]) -> dict[str, Touch]:
    """Where each variable was last changed, in any world."""
    touches: dict[str, Touch] = {}
    for world in worlds:
        for name, touch in world.touched.items():
            if name not in touches or touches[name].statement < touch.statement:
                touches[name] = touch
    return touches


def _is_key(name: str, used: set[str]) -> bool:
    """Whether a variable is a key of xm, or one of xl that the file does not need for itself."""
    if name not in vocabulary.key_names():
        return name in XEND_KEYS
    return name not in used or name in _LATER_IN_XL or name in _old_keys()


@cache
def _old_keys() -> frozenset[str]:
    """The keys that xl had when people still used xm."""
    return frozenset(key.name for key in vocabulary.all_keys() if Release.parse(key.since) <= Release(4, 1))


def _merged(name: str, touch: Touch, worlds: Sequence[World], keys: frozenset[str], program: Program) -> Decided | Open:
    meanings = [_meaning(name, touch, world, keys, program) for world in worlds]
    choices: list[Meaning] = []
    for one in meanings:
        if isinstance(one, Meaning) and one not in choices:
            choices.append(one)
    if len(choices) == 1 and all(isinstance(one, Meaning) for one in meanings):
        return Decided(name=name, touch=touch, meaning=choices[0])
    causes = dict.fromkeys(cause for one in meanings if isinstance(one, Undecided) for cause in one.causes)
    if len(choices) > 1 or not causes:
        causes |= dict.fromkeys(_at_fault(worlds, meanings))
    return Open(name=name, touch=touch, causes=tuple(causes), choices=tuple(choices))


def _meaning(name: str, touch: Touch, world: World, keys: frozenset[str], program: Program) -> Meaning | Undecided:
    if name not in world.names:
        return Meaning(notes=(f"{name} is not set",))
    try:
        return meaning(name, Guest(world.names, keys))
    except UndecidedError as error:
        return Undecided(causes=error.causes)
    except NoMeaningError as error:
        place = program.place(touch.target if touch.value is None else touch.value)
        return Undecided(causes=(Cause(str(error), place),))


def _at_fault(worlds: Sequence[World], meanings: Sequence[Meaning | Undecided]) -> list[Cause]:
    """The tests that make the difference: the meanings of one way are not those of the other."""
    forks = dict.fromkeys(fork.causes for world in worlds for fork in world.forks)
    guilty = [causes for causes in forks if _differ(causes, worlds, meanings)]
    return [cause for causes in guilty or forks for cause in causes]


def _differ(causes: tuple[Cause, ...], worlds: Sequence[World], meanings: Sequence[Meaning | Undecided]) -> bool:
    ways: dict[bool, list[Meaning | Undecided]] = {True: [], False: []}
    for world, one in zip(worlds, meanings, strict=True):
        for fork in world.forks:
            if fork.causes == causes and one not in ways[fork.way]:
                ways[fork.way].append(one)
    return any(one not in ways[not way] for way in ways for one in ways[way])


def _unused(name: str) -> Meaning:
    """A variable that is no key, and that nothing in the file needs."""
    from difflib import get_close_matches

    like_it = sorted(key for key in vocabulary.key_names() if key[0] == name[0])
    near = [_MISTAKEN[name]] if name in _MISTAKEN else get_close_matches(name, like_it, 1, 0.8)
    if near and near[0] not in name:
        return left_out(name, "it is no key", f"did you mean {near[0]}?")
    return left_out(name, "it is no key, and nothing in the file uses it", severity=Severity.ADVICE)
