"""Compares what a replay says with the recording, and keeps what is known to differ."""

from __future__ import annotations

import difflib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.transcripts.replay import NotReplayedError, Replay
from tests.xenlab.normal import normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.transcripts.reading import Said, Step

_ADVICE = "err xl: "
_RULES = (
    (r"(?m)^\S*/xl: (?=invalid option)", "xl: "),
    (r"\[pid \d+\]", "[pid <pid>]"),
    (r"0x[0-9a-f]{12}\b", "<pointer>"),
    (r"(?<=info 0x3/0x0/)\d+", "<size>"),  # of the configuration, whose paths are longer here
    (r"(?<=mfn )0x[0-9a-f]+", "<frame>"),
    (r"(?<=Saving domain )\d+", "<id>"),
)


class Verdict(NamedTuple):
    """One recorded command: `different` holds the lines of a diff, or why it was not run; empty when it is equal."""

    step: Step
    different: str

    @property
    def title(self) -> str:
        """Its number and the command."""
        return f"{self.step.number:03} {self.step.command}"


def judge(steps: Sequence[Step]) -> list[Verdict]:
    """Replay a section on a fresh host; gives a verdict for each command that was recorded."""
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        replay = Replay(Path(folder))
        return [verdict for step in steps if (verdict := _judge(step, replay))]


def _judge(step: Step, replay: Replay) -> Verdict | None:
    """Run a command; what it said is judged where it was recorded."""
    try:
        said = replay.run(step)
    except NotReplayedError as reason:
        return Verdict(step, f"{reason}\n") if step.real else None
    return Verdict(step, _diff(step.command, step.real, said)) if step.real else None


def _diff(command: str, real: Said, ours: Said) -> str:
    theirs = _lines(real)
    mine = [line for line in _lines(ours) if line in theirs or not line.startswith(_ADVICE)]
    if "xl migrate " in command:  # both ends write at once
        theirs, mine = sorted(theirs), sorted(mine)
    lines = difflib.unified_diff(theirs, mine, "real", "ours", n=0, lineterm="")
    return "".join(f"{line}\n" for line in lines if not line.startswith(("@@", "---", "+++")))


def _lines(said: Said) -> list[str]:
    streams = (("out", said.out), ("err", said.err))
    return [f"status {said.status}", *(f"{name} {line}" for name, text in streams for line in _normal(text))]


def _normal(text: str) -> Iterable[str]:
    for pattern, replacement in _RULES:
        text = re.sub(pattern, replacement, text)
    return normal(text).splitlines()
