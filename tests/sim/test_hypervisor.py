"""Flask and Xen's parameters on a simulated host, through the verbs of xl."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.ours import Run, run_ours
from xlpy.executors.sim import open_host
from xlpy.host import BUILT_IN, HostFacts

if TYPE_CHECKING:
    from pathlib import Path

POLICY = bytes.fromhex("8cff7cf908000000") + b"XenFlask..."


class Xl:
    """xl on a host of its own."""

    def __init__(self, folder: Path, facts: HostFacts, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        host = open_host(str(folder / "host.db"), facts=facts)
        monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host)

    def __call__(self, *words: str, release: str = "4.20") -> Run:
        return run_ours(release, words, self.folder)


@pytest.fixture
def flask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Xl:
    return Xl(tmp_path, BUILT_IN.replace(xsm="flask", commandline="flask=permissive"), monkeypatch)


@pytest.fixture
def xl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Xl:
    return Xl(tmp_path, BUILT_IN, monkeypatch)


def test_the_mode_of_flask(flask: Xl) -> None:
    assert flask("getenforce") == Run(b"Permissive\n", b"", 0)
    assert flask("setenforce", "ENFORCING") == Run(b"", b"", 0)
    assert flask("getenforce") == Run(b"Enforcing\n", b"", 0)
    assert flask("setenforce", "0") == Run(b"", b"", 0)
    assert flask("getenforce") == Run(b"Permissive\n", b"", 0)


def test_flask_enforces_if_nothing_says_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Xl(tmp_path, BUILT_IN.replace(xsm="flask"), monkeypatch)("getenforce").stdout == b"Enforcing\n"


def test_another_policy(flask: Xl) -> None:
    (flask.folder / "good").write_bytes(POLICY)
    (flask.folder / "bad").write_bytes(b"policy")
    assert flask("loadpolicy", "good") == Run(b"Successfully loaded policy.\n", b"", 0)
    assert flask("loadpolicy", "bad") == Run(b"", b"Unable to load new Flask policy: Invalid argument\n", 255)


@pytest.mark.parametrize(("release", "line"), [("4.17", 706), ("4.20", 656)])
def test_parameters(xl: Xl, release: str, line: int) -> None:
    for good in ("console_timestamps=boot", "loglvl=info/all guest_loglvl=none", "noconsole_timestamps", ""):
        assert xl("set-parameters", good, release=release) == Run(b"", b"", 0)
    error = f"libxl: error: libxl.c:{line}:libxl_set_parameters: setting parameters: "
    for bad, what in (("nosuch=1", "No such file or directory"), ("gnttab_max_frames=x", "Invalid argument")):
        told = f"{error}{what}\ncannot set parameters: {bad}\n".encode()
        assert xl("set-parameters", bad, release=release) == Run(b"", told, 1)
