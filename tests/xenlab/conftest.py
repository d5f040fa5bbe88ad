"""Tests marked `xenlab` need a lab, which takes root and minutes: they run only with -m xenlab (make test-xen)."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.xenlab.errors import NoLabError
from tests.xenlab.lab import build
from tests.xenlab.releases import DEFAULT
from tests.xenlab.trials import SCENARIOS, Trials

MARK = "xenlab"
_NOTE = "xenlab note"
Note = Callable[[str], None]
XEN = os.environ.get("XLPY_XENLAB_XEN", DEFAULT)


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"{MARK}: needs a lab with real Xen")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a lab, unless marks were asked for; several workers share the rest by what a lab does."""
    if config.getoption("-m"):
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_group(item)))
        return
    left_out = [item for item in items if item.get_closest_marker(MARK)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _group(item: pytest.Item) -> str:
    """All ways of a scenario together, as the real xl goes it only once; else all tests of a file."""
    path = item.callspec.params.get("path") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    return path.stem if isinstance(path, Path) and path in SCENARIOS else item.path.stem


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was measured."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, text in report.user_properties:
            if name == _NOTE:
                terminalreporter.write_line(text)


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """Has a line shown at the end of the run."""
    return partial(record_property, _NOTE)


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


@pytest.fixture(scope="session")
def trials(xen: str, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """What the real xl did, and xlpy ready to be installed, for all tests of a worker."""
    return Trials(xen, tmp_path_factory.mktemp("trials"))
