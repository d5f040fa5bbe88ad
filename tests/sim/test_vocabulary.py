"""Whatever a key may say, there is a plan for it, and a restart builds from the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlpy import vocabulary
from xlpy.config import load
from xlpy.executors.sim import guest, saved
from xlpy.host import BUILT_IN
from xlpy.planner.plan import check, make_plan
from xlpy.render.plan import plan_dict, plan_text
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "etc-xen").glob("*.cfg"))
GUEST = 'name = "web"\nkernel = "/boot/vmlinuz"\ntype = "{kind}"\n{name} = {value}\n'
GOOD = [(key.name, value) for key in vocabulary.all_keys() for value in key.good]


def survives(config: DomainConfig) -> None:
    assert saved.config_from_text(saved.to_text(config)) == config
    plan = make_plan(config, BUILT_IN)
    json.dumps(plan_dict(plan))
    assert plan_text(plan)
    assert all(problem.line and problem.advice for problem in check(plan, BUILT_IN))
    assert guest.boot(plan, BUILT_IN).lines


@pytest.mark.parametrize("kind", ["pv", "pvh", "hvm"])
def test_every_key(kind: str) -> None:
    for name, value in GOOD:
        config = load(Source("x.cfg", GUEST.format(kind=kind, name=name, value=value))).config
        if config.c_info.type != "invalid":
            survives(config)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_possible(path: Path) -> None:
    config = load(Source.from_bytes(path.name, path.read_bytes())).config
    survives(config)
    assert check(make_plan(config, BUILT_IN), BUILT_IN) == ()
