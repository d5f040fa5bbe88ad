"""The limits of xenstore, which no release has that is compared with the real xl."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.ours import Run, run_ours
from tests.sim.guests import config
from xlpy.executors.sim import open_host
from xlpy.host import BUILT_IN
from xlpy.libxl import XsQuotaItem, XsQuotaList
from xlpy.planner.plan import make_plan

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "Quota name           Quota value\n--------------------------------\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    host = open_host(str(tmp_path / "host.db"))
    quota = XsQuotaList(quota=(XsQuotaItem(name="nodes", val=77),))
    host.create(make_plan(config(info={"xenstore_quota": quota}), BUILT_IN))
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host)
    return tmp_path


def shown(folder: Path, whose: str) -> dict[str, str]:
    said = run_ours("4.22", ("xenstore-quota-get", whose), folder)
    assert said.stdout.decode().startswith(HEADER)
    assert said.status == 0
    return dict(line.split() for line in said.stdout.decode().splitlines()[2:])


def test_what_was_set_goes_before_what_is_configured_and_that_before_what_all_have(folder: Path) -> None:
    assert (shown(folder, "-g")["nodes"], shown(folder, "web")["nodes"]) == ("1000", "77")
    assert run_ours("4.22", ("xenstore-quota-set", "-g", "nodes=5", "watches=0x10"), folder) == Run(b"", b"", 0)
    assert run_ours("4.22", ("xenstore-quota-set", "web", "node-size=9"), folder) == Run(b"", b"", 0)
    every, web = shown(folder, "-g"), shown(folder, "web")
    assert (every["nodes"], every["watches"], every["node-size"]) == ("5", "16", "2048")
    assert (web["nodes"], web["watches"], web["node-size"]) == ("77", "16", "9")
    assert run_ours("4.22", ("xenstore-quota-set", "1", "nodes=8"), folder) == Run(b"", b"", 0)
    assert shown(folder, "1")["nodes"] == "8"


def test_rows_are_aligned(folder: Path) -> None:
    out = run_ours("4.22", ("xenstore-quota-get", "-g"), folder).stdout.decode()
    assert "transaction-nodes           1024\n" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("get", 'Domain or "-g" must be specified.'),
        ("get nosuch", "nosuch is an invalid domain identifier (rc=-6)"),
        ("get 99", "Quota could not be obtained."),
        ("set", "Not enough parameters."),
        ("set -g", "Not enough parameters."),
        ("set -g nodes", 'Quota specification "nodes" lacks "=".'),
        ("set -g nodes=x", 'Quota specification "nodes=x" uses illegal value "x".'),
        ("set -g nodes=4294967296", 'Quota specification "nodes=4294967296" uses illegal value "4294967296".'),
        ("set -g frob=1", "Quota could not be set."),
        ("set 99 nodes=1", "Quota could not be set."),
    ],
)
def test_what_is_refused(folder: Path, words: str, message: str) -> None:
    said = run_ours("4.22", f"xenstore-quota-{words}".split(), folder)
    assert said == Run(b"", f"{message}\n".encode(), 1)


def test_older_releases_have_no_such_verbs(folder: Path) -> None:
    assert run_ours("4.20", ("xenstore-quota-get", "-g"), folder) == Run(b"", b"command not implemented\n", 1)
