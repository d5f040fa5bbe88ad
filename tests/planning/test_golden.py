"""The plans of all examples; they were read against Xen's sources before they became golden."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.planning.golden import EXAMPLES, HERE, golden

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_plan_is_the_golden_one(example: Path) -> None:
    assert golden(example) == (HERE / f"{example.stem}.txt").read_text(encoding="utf-8")


def test_there_is_one_for_each_example_and_each_type() -> None:
    assert {path.stem for path in HERE.iterdir()} == {path.stem for path in EXAMPLES}
    heads = [path.read_text(encoding="utf-8").splitlines()[0] for path in HERE.iterdir()]
    assert {head.split(": ")[1].split(",")[0] for head in heads} == {"pv", "pvh", "hvm"}
