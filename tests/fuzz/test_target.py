"""The fuzz target holds for what the fuzzer begins with."""

from __future__ import annotations

import pytest

from tests.fuzz import target


@pytest.mark.parametrize("release", range(len(target.RELEASES)))
def test_the_seeds_pass(release: int) -> None:
    for seed in target.seeds():
        form = seed[0] & target.JSON
        target.examine(bytes([form + release]) + seed[1:])


@pytest.mark.parametrize("data", [b"", b"\0", b"\x80", b"\x80[]", b"\x80" + b"[" * 100_000, b"\x01" + b"x" * 100_000])
def test_odd_inputs_pass(data: bytes) -> None:
    target.examine(data)
