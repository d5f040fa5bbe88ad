"""What all tests have in common."""

from __future__ import annotations

import os
import secrets
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    import pytest

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")

os.environ["XLPY_XL_CONF"] = ""  # the machine's own xl.conf must not change what is tested
_STATE = TemporaryDirectory(prefix="xlpy-tests-")
os.environ["XLPY_STATE_DIR"] = _STATE.name  # nor its simulated host
os.environ.setdefault("XLPY_FUZZ_SEED", str(secrets.randbelow(2**40)))  # all workers of a run inherit the same


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how to fuzz the same again."""
    terminalreporter.write_line(f"fuzzed with XLPY_FUZZ_SEED={os.environ['XLPY_FUZZ_SEED']}")
