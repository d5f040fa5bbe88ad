"""The way of our own for the state of a domain that moves: what ssh is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.libvirt.fake import Error
from xlpy.executors import Failure
from xlpy.executors.libvirt import passage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.libvirt.fake import Domain, Xen
    from xlpy.executors.libvirt.host import LibvirtHost

SSH = """#!/bin/sh
printf '%s\\n' "$*" >> {asked}
case "$*" in *nobody*) printf 'ssh: Could not resolve hostname \\033[1m\\n' >&2; exit 255;; esac
"""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What ssh, which is none, was started with, a line each."""
    program, lines = tmp_path / "ssh", tmp_path / "asked"
    program.write_text(SSH.format(asked=lines), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return lines


@pytest.mark.parametrize(
    ("uri", "possible"),
    [
        ("xen+ssh://other/system", True),
        ("xen+ssh://root@other:2222/system", True),
        ("xen+ssh://other/system?keyfile=/k", False),
        ("xen+tls://other/system", False),
        ("xen:///system", False),
    ],
)
def test_where_it_is_possible(uri: str, *, possible: bool) -> None:
    assert passage.is_possible(uri) is possible


def test_it_is_open_from_loopback_to_loopback_and_closed_afterwards(asked: Path) -> None:
    with passage.opened("xen+ssh://root@other:2222/system") as way:
        assert way.startswith("tcp://127.0.0.1:")
        port = way.rpartition(":")[2]
        (line,) = asked.read_text(encoding="utf-8").splitlines()
    assert f"-f -N -M -L 127.0.0.1:{port}:127.0.0.1:{port} -o ExitOnForwardFailure=yes" in line
    assert line.endswith("-p 2222 -l root -- other")
    assert asked.read_text(encoding="utf-8").splitlines()[1].endswith("-O exit -p 2222 -l root -- other")


def test_a_host_called_as_an_option_is_none(asked: Path) -> None:
    with passage.opened("xen+ssh://-oProxyCommand=x/system"):
        assert asked.read_text(encoding="utf-8").splitlines()[0].endswith(" -- -oproxycommand=x")


def test_ssh_does_not_get_there(asked: Path) -> None:
    with pytest.raises(Failure) as caught, passage.opened("xen+ssh://nobody/system"):
        pass
    assert caught.value.lines == ("ssh: ssh: Could not resolve hostname \\x1b[1m",)
    assert caught.value.advice == "ssh has to reach it without questions: try `ssh nobody true`"


def test_a_domain_of_this_machine_goes_that_way(
    xen: Xen, host: LibvirtHost, web: Domain, asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host._access, "local", True)
    host.saving.own.migrate(1, "other", config=None, paused=False)
    ((_, _, uri, parameters, flags),) = xen.asked
    assert (uri, flags) == ("xen+ssh://other/system", 1 | 2 | 16)
    assert parameters["migrate_uri"].startswith("tcp://127.0.0.1:")
    host.saving.own.migrate(1, "xen+tls://other/system", config=None, paused=False)
    assert xen.asked[1][2:] == ("xen+tls://other/system", {}, 1 | 2 | 4 | 16)


def test_the_other_end_breaks(xen: Xen, host: LibvirtHost, web: Domain, asked: Path) -> None:
    xen.fails["migrateToURI3"] = Error(1, "internal error: client socket is closed")
    with pytest.raises(Failure) as caught:
        host.saving.own.migrate(1, "other", config=None, paused=False)
    assert caught.value.advice.startswith("the connection to other broke; the domain goes on to run here")
    xen.fails["lookupByID"] = Error(38, "End of file while reading data: Input/output error")
    with pytest.raises(Failure) as caught:
        host.saving.own.migrate(1, "other", config=None, paused=False)
    assert caught.value.advice.startswith("the connection to this machine broke")
