"""What the real xl said on real Xen, line by line: a replay says the same but for the table of what is known."""

from __future__ import annotations

from functools import cache

import pytest

from tests.optional import TRANSCRIPTS
from tests.transcripts.judging import Verdict, judge
from tests.transcripts.known import KNOWN, NOT_REPLAYED
from tests.transcripts.reading import read_sections

SECTIONS = [name for name in read_sections(TRANSCRIPTS) if name not in NOT_REPLAYED] if TRANSCRIPTS else []

pytestmark = pytest.mark.skipif(TRANSCRIPTS is None, reason="XLPY_TRANSCRIPTS names no folder of transcripts")


@cache
def verdicts(section: str) -> list[Verdict]:
    assert TRANSCRIPTS
    return judge(read_sections(TRANSCRIPTS)[section])


@pytest.mark.parametrize("section", SECTIONS)
def test_only_what_is_known_differs(section: str) -> None:
    for one in verdicts(section):
        for line in one.different.splitlines():
            known = any(entry.covers(section, one.step.number, line) for entry in KNOWN)
            assert known, f"{section} {one.title}\n{one.different}"


def test_nothing_is_known_that_does_not_differ() -> None:
    found = [
        (section, one.step.number, line)
        for section in SECTIONS
        for one in verdicts(section)
        for line in one.different.splitlines()
    ]
    stale = [entry for entry in KNOWN if not any(entry.covers(*difference) for difference in found)]
    assert stale == []
