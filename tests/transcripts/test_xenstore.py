"""The tree of a simulated host beside the recorded one, with the same three guests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.optional import TRANSCRIPTS
from tests.transcripts.reading import read_sections
from tests.transcripts.replay import Replay

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = "xenstore-ls -f"
LINE = re.compile(r'(/\S+) = "(.*)"')
OF_THE_HOST = re.compile(
    r"/(?:(?:console|store)/ring-ref|page-ref|image/device-model-pid|start_time|console/vnc-port"
    r"|node|physical-device|physical-device-path)$"
)
"""Values that a host chooses: pages, processes, loop devices, ports, the time."""


def by_names(found: dict[str, str]) -> dict[str, str]:
    """The tree with the names of domains in the place of their uuids."""
    names = {path.split("/")[2]: value for path, value in found.items() if re.fullmatch(r"/vm/[^/]+/name", path)}
    pattern = re.compile("|".join(names) or "$^")

    def named(text: str) -> str:
        return pattern.sub(lambda match: names[match[0]], text)

    return {named(path): named(value) for path, value in found.items()}


@pytest.mark.skipif(TRANSCRIPTS is None, reason="XLPY_TRANSCRIPTS names no recordings of a real host")
def test_the_tree_of_three_guests_is_the_recorded_one(tmp_path: Path) -> None:
    assert TRANSCRIPTS is not None
    replay = Replay(tmp_path)
    for step in read_sections(TRANSCRIPTS)["guests"]:
        if step.command == COMMAND:
            break
        replay.run(step)
    assert step.real is not None
    real = by_names({match[1]: match[2] for line in step.real.out.splitlines() if (match := LINE.fullmatch(line))})
    tree = replay._connect().xenstore.tree("/")
    ours = by_names({node.path: node.value.replace(str(replay.folder), "") for node in tree})
    assert sorted(ours) == sorted(real)
    assert {path for path in real if ours[path] != real[path] and not OF_THE_HOST.search(path)} == set()
