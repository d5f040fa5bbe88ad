"""What a test does that needs the real xl."""

from __future__ import annotations

import os

import pytest

from tests.oracle.real import OracleUnavailableError, oracle


def need_real_xl() -> None:
    """Skip the test, saying why, where the real xl cannot be had; fail where XLPY_REQUIRE_ORACLE=1 asks for it."""
    try:
        oracle()
    except OracleUnavailableError as error:
        if os.environ.get("XLPY_REQUIRE_ORACLE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
