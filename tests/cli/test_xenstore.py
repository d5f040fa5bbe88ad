"""`xlpy xenstore` and `xlpy sim`: the layout is that of xenstore-ls and its kin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.sim.guests import DISK, Lab, config
from xlpy.cli.main import run
from xlpy.devices.vif import Vif
from xlpy.render.xenstore import escaped, listing, unescaped
from xlpy.xenstore import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NIC = Vif(mac="00:16:3e:00:00:01", bridge="xenbr0")


class Said(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    lab = Lab(tmp_path)
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: lab.host)
    monkeypatch.setattr("xlpy.cli.added.xenstore.connect", lambda *_, **__: lab.host)
    lab.booted(config("pv1", devices=(DISK, NIC)))
    yield lab
    lab.host.close()


@pytest.fixture
def xlpy(lab: Lab, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def call(*words: str) -> Said:
        status = run(list(words), "xlpy")
        return Said(status, *capsys.readouterr())

    assert lab
    return call


def test_flat_and_indented(xlpy: Callable[..., Said]) -> None:
    assert xlpy("xenstore", "ls", "-f", "/libxl/1").out.startswith(
        '/libxl/1/device = ""\n'
        '/libxl/1/device/console = ""\n'
        '/libxl/1/device/console/0 = ""\n'
        '/libxl/1/device/console/0/backend = "/local/domain/0/backend/console/1/0"\n'
    )
    assert xlpy("xenstore", "ls", "/libxl/1").out.startswith(
        'device = ""\n console = ""\n  0 = ""\n   backend = "/local/domain/0/backend/console/1/0"\n'
    )
    assert xlpy("xenstore", "ls", "cpu").out == ""
    assert xlpy("xenstore", "ls", "control").out.splitlines()[0] == 'feature-poweroff = "1"'


def test_permissions_stand_in_a_column(xlpy: Callable[..., Said]) -> None:
    lines = xlpy("xenstore", "ls", "-p", "/local/domain/1").out.splitlines()
    assert lines[0] == 'attr = ""' + "  . . . . . . . . . . . . . . . . . . . . . . . . .  (n1)"
    assert ' backend = "/local/domain/0/backend/console/1/0" . . . . . .  (n0,r1)' in lines
    assert {line.index("(") for line in lines if len(line) < 70} == {62}
    flat = xlpy("xenstore", "ls", "-f", "-p", "/local/domain/1/store").out
    assert flat.splitlines()[0] == '/local/domain/1/store/port = "1"   (n0,r1)'


def test_long_values_are_cut_where_it_is_not_flat() -> None:
    node = Node("/tool/x", "v" * 100, "n0")
    assert list(listing([node])) == [f'x = "{"v" * 71}\\..."']
    assert list(listing([node], flat=True)) == [f'/tool/x = "{"v" * 100}"']
    assert list(listing([node], width=40)) == [f'x = "{"v" * 31}\\..."']


@pytest.mark.parametrize(
    ("value", "shown"),
    [("a\tb\n\r", "a\\tb\\n\\r"), ("\\", "\\\\"), ("\x01\x1f", "\\001\\x1f"), ("é", "\\xc3\\xa9"), ("\x7f", "\\x7f")],
)
def test_what_a_terminal_cannot_show_is_escaped(value: str, shown: str) -> None:
    assert escaped(value) == shown
    assert unescaped(shown) == value


def test_read_write_and_list(xlpy: Callable[..., Said]) -> None:
    assert xlpy("xenstore", "read", "/local/domain/1/name", "/local/domain/1/domid") == (0, "pv1\n1\n", "")
    assert xlpy("xenstore", "read", "-p", "name") == (0, "name: Domain-0\n", "")
    assert xlpy("xenstore", "write", "/tool/a", "x\\ty", "/tool/b", "2") == (0, "", "")
    assert xlpy("xenstore", "read", "/tool/a").out == "x\\ty\n"
    assert xlpy("xenstore", "read", "-R", "/tool/a").out == "x\ty"
    assert xlpy("xenstore", "list", "/tool").out == "a\nb\nxenstored\n"
    assert xlpy("xenstore", "list", "-p", "/tool").out == "/tool/a\n/tool/b\n/tool/xenstored\n"
    assert xlpy("xenstore", "exists", "/tool/a") == (0, "", "")
    assert xlpy("xenstore", "exists", "/tool/a", "/tool/c").status == 1
    assert xlpy("xenstore", "write", "/tool/a").status == 2


def test_what_is_not_there_and_what_is_not_allowed(xlpy: Callable[..., Said]) -> None:
    gone = "No such file or directory\n"
    assert xlpy("xenstore", "read", "/a") == (1, "", f"xlpy xenstore: couldn't read path /a: {gone}")
    assert xlpy("xenstore", "rm", "/a") == (1, "", f"xlpy xenstore: could not remove path /a: {gone}")
    assert xlpy("xenstore", "list", "/a") == (1, "", f"xlpy xenstore: could not list path /a: {gone}")
    assert xlpy("xenstore", "ls", "/a") == (1, "", f"xlpy xenstore: cannot list /a: {gone}")
    said = xlpy("xenstore", "--domid", "1", "write", "name", "mine")
    assert said == (1, "", "xlpy xenstore: could not write path name: Permission denied\n")
    assert xlpy("xenstore", "--domid", "1", "read", "name").out == "pv1\n"


def test_rm_takes_what_is_empty_above_with_it(xlpy: Callable[..., Said]) -> None:
    xlpy("xenstore", "write", "/tool/x/y/z", "1")
    assert xlpy("xenstore", "rm", "-t", "/tool/x/y/z") == (0, "", "")
    assert xlpy("xenstore", "list", "/tool").out == "xenstored\n"


def test_chmod(xlpy: Callable[..., Said], lab: Lab) -> None:
    xlpy("xenstore", "write", "/tool/x/y", "1")
    assert xlpy("xenstore", "chmod", "-r", "/tool/x", "n0", "b1") == (0, "", "")
    assert lab.host.xenstore.node("/tool/x/y").permissions == "n0,b1"
    assert xlpy("xenstore", "--domid", "1", "write", "/tool/x/y", "2") == (0, "", "")
    assert xlpy("xenstore", "chmod", "/tool/x", "q0").status == 1


def test_watch_tells_itself_first(xlpy: Callable[..., Said], lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def pass_time(_: float) -> None:
        lab.host.xenstore.write("/tool/x/y", "1")

    monkeypatch.setattr("time.sleep", pass_time)
    assert xlpy("xenstore", "watch", "-n", "3", "/tool") == (0, "/tool\n/tool/x\n/tool/x/y\n", "")
    assert xlpy("xenstore", "watch", "-n", "1", "/tool") == (0, "/tool\n", "")


def test_sim_inspect_and_bridges(xlpy: Callable[..., Said]) -> None:
    lines = xlpy("sim", "inspect", "pv1").out.splitlines()
    assert lines[0] == "pv1, domid 1, pv"
    assert "   4/4  by     0  vif 0: vif0 (xenbr0)" in lines
    assert "     1  interdomain     0  xenstore" in lines
    data = json.loads(xlpy("sim", "inspect", "--format", "json", "pv1").out)
    assert [end["frontend_state"] for end in data["devices"]] == [4, 4]
    assert xlpy("sim", "bridges").out == "xenbr0 in domain 0: 1\n  vif1.0           00:16:3e:00:00:01  domid 1\n"
    assert xlpy("sim", "inspect", "nosuch").status == 1
