"""Reads transcripts of a real host: its commands in order, and what those that were recorded brought.

`commands.txt`: `= SECTION` begins one, on a fresh host; `! LINE` is run and not recorded; any other line is a command,
the NNNth of its section, whose recording is `transcripts/SECTION/NNN-*.txt`, if there is one:

    $ COMMAND
    [exit] STATUS
    [stdout]
    ...
    [stderr]
    ...
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_FILE = re.compile(
    r"\$ (?P<command>.*?)\n\[exit\] (?P<status>-?\d+)\n\[stdout\]\n(?P<out>.*?)\[stderr\]\n(?P<err>.*)", re.DOTALL
)


class Said(NamedTuple):
    """What a command brought."""

    status: int
    out: str
    err: str


class Step(NamedTuple):
    """A command; `number` is 0 for one that was never to be recorded."""

    number: int
    command: str
    real: Said | None


def read_sections(folder: Path) -> dict[str, list[Step]]:
    """All sections with their steps, in order."""
    sections: dict[str, list[Step]] = {}
    lines = (folder / "commands.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("= "):
            steps = sections[line[2:]] = []
            recordings = _recordings(folder / "transcripts" / line[2:])
            number = 0
        elif line.startswith("! "):
            steps.append(Step(0, line[2:], None))
        elif line and not line.startswith("#"):
            number += 1
            command, said = recordings.get(number, (line, None))
            if command not in lines:  # it was typed between those that are written down
                steps.append(Step(number, command, said))
                number += 1
                said = recordings.get(number, (line, None))[1]
            steps.append(Step(number, line, said))
    return sections


def _recordings(folder: Path) -> dict[int, tuple[str, Said]]:
    """The commands with what they brought, by number."""
    return {int(path.name[:3]): _read(path) for path in sorted(folder.glob("[0-9][0-9][0-9]-*.txt"))}


def _read(path: Path) -> tuple[str, Said]:
    found = _FILE.fullmatch(path.read_bytes().decode("utf-8", "surrogateescape"))
    if found is None:
        raise ValueError(f"{path} is no recording")
    return found["command"], Said(int(found["status"]), found["out"], found["err"])
