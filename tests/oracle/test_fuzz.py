"""Fresh configurations over all that is declared, equal to the real xl but for the table of differences.

XLPY_FUZZ_SEED, which each run prints at its end, repeats a run.
"""

from __future__ import annotations

import os

import pytest

from tests.oracle import fuzz
from tests.oracle.needed import need_real_xl

COUNT = 2000
CHUNKS = 16
SHOWN = 3


@pytest.fixture(scope="module", autouse=True)
def _real_xl() -> None:
    need_real_xl()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_fresh_configurations(chunk: int) -> None:
    size = COUNT // CHUNKS
    seed = int(os.environ["XLPY_FUZZ_SEED"])
    found = fuzz.run(size, seed + chunk * size)
    if found:
        reports = "".join(fuzz.shrink(outcome).report() for outcome in found[:SHOWN])
        again = f"XLPY_FUZZ_SEED={seed} repeats it"
        pytest.fail(f"{len(found)} of {size} differ; {again}; the first of them, shrunk:\n{reports}", pytrace=False)
