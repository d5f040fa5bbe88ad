"""Shows what differs: python -m tests.transcripts [SECTION [NUMBER...]]; XLPY_TRANSCRIPTS names the recordings."""

from __future__ import annotations

import sys

from tests.optional import TRANSCRIPTS
from tests.transcripts.judging import judge
from tests.transcripts.reading import read_sections


def main(words: list[str]) -> None:
    """Print a line for each section, and below it the commands that differ; of numbers alone, also the equal ones."""
    if TRANSCRIPTS is None:
        sys.exit("XLPY_TRANSCRIPTS names no folder of transcripts")
    section, numbers = (words[0] if words else ""), {int(word) for word in words[1:]}
    for name, steps in read_sections(TRANSCRIPTS).items():
        if section in ("", name):
            verdicts = judge(steps)
            print(f"== {name}: {sum(not one.different for one in verdicts)} of {len(verdicts)} equal")
            for one in verdicts:
                if one.step.number in numbers if numbers else one.different:
                    print(f"{one.title}\n{one.different or 'equal'}")


main(sys.argv[1:])
