"""Tests marked `xenlab` need a lab, which takes root and minutes: they run only with -m xenlab (make test-xen)."""

from __future__ import annotations

import os

import pytest

from tests.xenlab.errors import NoLabError
from tests.xenlab.lab import build
from tests.xenlab.notes import NOTES
from tests.xenlab.releases import DEFAULT

MARK = "xenlab"
XEN = os.environ.get("XLPY_XENLAB_XEN", DEFAULT)


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"{MARK}: needs a lab with real Xen")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a lab, unless marks were asked for."""
    if config.getoption("-m"):
        return
    left_out = [item for item in items if item.get_closest_marker(MARK)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was measured."""
    for line in NOTES:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def xen() -> str:
    """The release of Xen whose Dom0 is built; the test is skipped, saying why, where none can be."""
    try:
        build(XEN)
    except NoLabError as error:
        if os.environ.get("XLPY_REQUIRE_XENLAB") == "1":
            pytest.fail(f"no Xen lab here: {error}")
        pytest.skip(f"no Xen lab here: {error}")
    return XEN
