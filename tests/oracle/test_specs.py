"""Device specs out of declared tokens: the real xl says the same of each, in a file and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.real import RELEASES, compare
from tests.oracle.specs import make, make_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oracle.real import Case

SEEDS = 400


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("maker", [make, make_command], ids=["file", "words"])
def test_specs(maker: Callable[[int], Case], release: str) -> None:
    need_real_xl()
    wrong = [outcome for outcome in compare(release, [maker(seed) for seed in range(SEEDS)]) if outcome.differing]
    assert not wrong, "\n".join(outcome.report() for outcome in wrong[:5])
