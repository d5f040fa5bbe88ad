"""The lab: what it promises to those who write tests with it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.xenlab.errors import LabError
from tests.xenlab.hosts import PROGRAMS, InDom0
from tests.xenlab.lab import Lab
from tests.xenlab.wheels import install, make_wheels

if TYPE_CHECKING:
    from collections.abc import Iterator

SCENARIOS = Path(__file__).parent / "scenario"

pytestmark = pytest.mark.xenlab


@pytest.fixture(scope="module")
def lab(xen: str) -> Iterator[Lab]:
    with Lab.own(xen, "test") as lab:
        yield lab


def test_it_is_a_dom0(lab: Lab, xen: str) -> None:
    assert lab.run("xl info xen_version").out.startswith(f"{xen}.")
    assert lab.run("cat /proc/xen/capabilities").out == "control_d\n"


def test_a_command_has_its_own_output_and_status(lab: Lab) -> None:
    said = lab.run("cat; echo err >&2; exit 7", typed="in\n")
    assert said == (7, "in\n", "err\n")


def test_a_command_that_does_not_end_is_told(lab: Lab) -> None:
    with pytest.raises(LabError, match="did not finish in 1 s: sleep 9"):
        lab.run("sleep 9", seconds=1)


def test_its_clock_is_right(lab: Lab) -> None:
    assert abs(int(lab.run("date +%s").out) - time.time()) < 60


def test_files_go_in_and_out(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").write_bytes(bytes(range(256)) * 1000)
    lab.put(folder, "/root/here")
    lab.get("/root/here/file", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == (folder / "file").read_bytes()
    with pytest.raises(LabError, match="cannot copy"):
        lab.get("/nosuch", tmp_path / "back")


def test_it_always_starts_from_the_same_state(xen: str) -> None:
    with Lab.own(xen, "again") as lab:
        assert lab.run("touch /root/kept && sync").status == 0
        daemons = lab.run("pidof oxenstored xenstored xenconsoled libvirtd").out
        lab.resume()
        assert lab.run("ls /root/kept").status == 2
        assert lab.run("pidof oxenstored xenstored xenconsoled libvirtd").out == daemons
        assert len(daemons.split()) == 3


def test_a_console_is_typed_on(lab: Lab) -> None:
    lab.put(SCENARIOS / "linux.cfg", "/root")
    assert lab.run("xl create linux.cfg").status == 0
    with lab.console("linux") as console:
        console.expect("linux login:")
        console.line("root")
        console.expect("linux:~#")
        console.line("echo $((6 * 7))")
        assert "42" in console.expect("linux:~#")
        with pytest.raises(LabError, match="'nothing' did not come"):
            console.expect("nothing", seconds=0.1)
        console.line("poweroff")
        assert console.wait() == 0


def test_xlpy_is_installed_as_a_wheel(lab: Lab, tmp_path: Path) -> None:
    make_wheels(tmp_path)
    install(lab, tmp_path)
    assert lab.run(f"{PROGRAMS}/xlpy --xen 4.17 --version").out.startswith("xlpy ")
    simulated = InDom0(lab, "sim:///root/host.db")
    assert simulated.reason_against() == ""
    refused = lab.run(f"{PROGRAMS}/xl list")
    assert refused.status == 1
    assert "this machine runs Xen" in refused.err
