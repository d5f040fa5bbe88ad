"""Scenario files: commands that run the same way on every host, with what must be seen.

    # a comment
    file NAME           a file where the commands run; its lines follow, each behind "| "
    | LINE
    $ COMMAND           a line of shell; what follows is about it
    status N            its exit status (0 when nothing is said)
    out TEXT            a line of its standard output, * for anything; in order, not necessarily all lines
    err TEXT            the same of standard error
    within SECONDS      repeat it until all that holds
    mask REGEX          what is not compared between hosts
    mixed               several programs write to standard error: the order of its lines is not compared
    see TEXT            run it on a terminal: wait until it writes TEXT ...
    type TEXT           ... type TEXT and Enter ...
    press ^X            ... or a control character (behind a `see`, or it may come together with what was typed)

Files called *.cfg beside the scenario are there too.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.xenlab.remote import Said

_COMMENT = "#"


class Turn(NamedTuple):
    """A turn of a dialogue: see, type or press."""

    verb: str
    text: str


class Step(NamedTuple):
    """A command, and what must be seen when the real xl runs it."""

    number: int
    """Its line in the file."""
    command: str
    status: int = 0
    out: tuple[str, ...] = ()
    err: tuple[str, ...] = ()
    within: float = 0
    mask: str = ""
    mixed: bool = False
    turns: tuple[Turn, ...] = ()


class Scenario(NamedTuple):
    """What a scenario file holds."""

    path: Path
    files: dict[str, str]
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.stem


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file; raises ValueError, with the place, where it is not one."""
    files = {other.name: other.read_text(encoding="utf-8") for other in sorted(path.parent.glob("*.cfg"))}
    name, steps = "", list[Step]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        word, _, text = line.partition(" ")
        if word == "file":
            name, files[text] = text, ""
        elif word == "|" and name:
            files[name] += f"{text}\n"
        elif word == "$":
            steps.append(Step(number, text))
        elif line.strip() and not line.startswith(_COMMENT):
            try:
                steps[-1] = _more(steps[-1], word, text)
            except (IndexError, ValueError, re.error) as error:
                raise ValueError(f"{path}:{number}: not understood: {line} ({error})") from None
    return Scenario(path, files, tuple(steps))


def _more(step: Step, word: str, text: str) -> Step:
    """The step with another line about it."""
    match word:
        case "status":
            return step._replace(status=int(text))
        case "within":
            return step._replace(within=float(text))
        case "mixed":
            return step._replace(mixed=True)
        case "mask":
            return step._replace(mask=re.compile(text).pattern)
        case "out":
            return step._replace(out=(*step.out, text))
        case "err":
            return step._replace(err=(*step.err, text))
        case "see" | "type" | "press":
            return step._replace(turns=(*step.turns, Turn(word, text)))
    raise ValueError(f"{word} is no keyword")


def missing(step: Step, said: Said) -> str:
    """What must be seen and was not, as a line; nothing when all was."""
    if said.status != step.status:
        return f"status {said.status}, not {step.status}: {said.err.strip()}"
    for stream, wanted, text in (("out", step.out, said.out), ("err", step.err, said.err)):
        for line in _not_found(wanted, text.splitlines()):
            return f"no line {stream} {line}, in {text!r}"
    return ""


def _not_found(wanted: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    """The patterns for which no line is left; each starts to look behind the line that the one before has found."""
    at = 0
    for pattern in wanted:
        found = next((i for i in range(at, len(lines)) if fnmatchcase(lines[i].strip(), _literal(pattern))), None)
        if found is None:
            yield pattern
        else:
            at = found + 1


def _literal(pattern: str) -> str:
    """A pattern in which only the star is special."""
    return re.sub(r"[?[]", lambda match: f"[{match[0]}]", pattern.strip())
