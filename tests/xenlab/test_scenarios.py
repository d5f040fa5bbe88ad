"""Each scenario three times: with the real xl, with xlpy on a simulated host, with xlpy through libvirt."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from tests.xenlab.compare import unmet
from tests.xenlab.known import UNREASONED, gone, read_known, unknown, write_known
from tests.xenlab.scenario import read_scenario
from tests.xenlab.trials import HERE, OTHERS, SCENARIOS, NotYetError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.xenlab.trials import Trials

KNOWN = sorted(HERE.glob("scenario/*.diff"))
every_scenario = pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)


@pytest.mark.xenlab
@every_scenario
def test_the_real_xl_does_what_is_written(path: Path, trials: Trials) -> None:
    assert unmet(trials.real(read_scenario(path)), path) == []


@pytest.mark.xenlab
@pytest.mark.parametrize("name", OTHERS)
@every_scenario
def test_xlpy_differs_from_it_as_is_known(path: Path, name: str, trials: Trials) -> None:
    scenario = read_scenario(path)
    try:
        found = trials.differences(scenario, name)
    except NotYetError as reason:
        pytest.skip(str(reason))
    known = trials.known(scenario, name)
    look = f"look at it, then: python -m tests.xenlab compare --accept {scenario.name}"
    if over := gone(found, known):
        warnings.warn(f"{name} is nearer to the real xl than is known: {'; '.join(over)}: {look}", stacklevel=1)
    assert write_known(unknown(found, known)) == "", look


@pytest.mark.parametrize("path", KNOWN, ids=lambda path: path.stem)
def test_each_known_difference_has_a_reason(path: Path) -> None:
    known = read_known(path.read_text(encoding="utf-8"))
    assert [one.command for one in known if not one.reasons or UNREASONED in one.reasons] == []
