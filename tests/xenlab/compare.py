"""Running a scenario on hosts, and comparing what their commands said, line by line."""

from __future__ import annotations

import difflib
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from tests.xenlab.errors import LabError
from tests.xenlab.known import Known
from tests.xenlab.normal import normal
from tests.xenlab.scenario import missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.xenlab.dialogue import Dialogue
    from tests.xenlab.hosts import Host
    from tests.xenlab.remote import Said
    from tests.xenlab.scenario import Scenario, Step, Turn

_CONTROL = 64
"""Between a letter and its control character."""
_MASKED = "<masked>"
_ADVICE = "err xl: "


class Result(NamedTuple):
    """What a step brought: its lines as they are compared, and what must be seen and was not."""

    step: Step
    lines: tuple[str, ...]
    missing: str
    seconds: float


def run_scenario(scenario: Scenario, host: Host) -> list[Result]:
    """All steps in order, whatever they bring."""
    host.write(scenario.files)
    return [_run(step, host) for step in scenario.steps]


def _run(step: Step, host: Host) -> Result:
    start = time.monotonic()
    if step.turns:
        lines, problem = _talk(step, host)
    else:
        said = _said(step, host)
        lines, problem = compared(step, said), missing(step, said)
    return Result(step, lines, problem, time.monotonic() - start)


def _said(step: Step, host: Host) -> Said:
    """What a command said; the last time, when it is to be repeated."""
    end = time.monotonic() + step.within
    while missing(step, said := host.run(step.command)) and time.monotonic() < end:
        time.sleep(0.2)
    return said


def compared(step: Step, said: Said) -> tuple[str, ...]:
    """The lines in which hosts must be equal: the status, then the output line by line."""
    out, err = (normal(text).splitlines() for text in (said.out, said.err))
    streams = (("out", out), ("err", sorted(err) if step.mixed else err))
    lines = [f"{name} {line}".rstrip() for name, text in streams for line in text]
    if step.mask:
        lines = [re.sub(step.mask, _MASKED, line) for line in lines]
    return (f"status {said.status}", *lines)


def _talk(step: Step, host: Host) -> tuple[tuple[str, ...], str]:
    """Hold a dialogue up to the first turn that fails; only what must be seen is compared."""
    lines = list[str]()
    with host.dialogue(step.command) as dialogue:
        try:
            for turn in step.turns:
                _take(turn, dialogue, host.patience)
                lines.append(f"{turn.verb} {turn.text}")
            status = dialogue.wait(host.patience)
        except LabError as error:
            return (*lines, "then it was different"), str(error)
    problem = f"status {status}, not {step.status}" if status != step.status else ""
    return (*lines, f"status {status}"), problem


def _take(turn: Turn, dialogue: Dialogue, seconds: float) -> None:
    if turn.verb == "see":
        dialogue.expect(turn.text, seconds)
    elif turn.verb == "type":
        dialogue.line(turn.text)
    else:
        dialogue.type(chr(ord(turn.text[-1]) - _CONTROL))


def differences(real: Sequence[Result], other: Sequence[Result]) -> list[Known]:
    """What differs, for each command whose lines do; nobody has said why yet."""
    return [
        Known((), theirs.step.command, diff)
        for theirs, ours in zip(real, other, strict=True)
        if (diff := _diff(theirs.lines, [*_without_advice(ours.lines, theirs.lines)]))
    ]


def _without_advice(lines: Sequence[str], real: Sequence[str]) -> Iterator[str]:
    """The lines without what xlpy alone says: the way out of a failure, which is a difference on purpose."""
    return (line for line in lines if line in real or not line.startswith(_ADVICE))


def _diff(real: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    lines = [*difflib.unified_diff(real, other, n=0, lineterm="")]
    return tuple(line for line in lines[2:] if not line.startswith("@@"))


def unmet(results: Sequence[Result], path: Path) -> list[str]:
    """What must be seen and was not, a line each."""
    return [f"{path.name}:{r.step.number}: $ {r.step.command}: {r.missing}" for r in results if r.missing]
