"""Domains that move from one Dom0 to another: with the real xl, and with xlpy from libvirt to libvirt."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.xenlab.dialogue import LEAVE
from tests.xenlab.hosts import InDom0, RealXl
from tests.xenlab.lab import Lab
from tests.xenlab.pair import OTHER, RESTART, join
from tests.xenlab.trials import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.xenlab.remote import Said
    from tests.xenlab.trials import Trials

pytestmark = pytest.mark.xenlab

GUESTS = {path.name: path.read_text(encoding="utf-8") for path in HERE.glob("scenario/*.cfg")}


@pytest.fixture(scope="module")
def labs(xen: str, trials: Trials) -> Iterator[tuple[Lab, Lab]]:
    with Lab.own(xen, "from") as first, Lab.own(xen, "to") as second:
        for lab in (first, second):
            trials.install(lab)
        join(first, second)
        yield first, second


@pytest.fixture(params=[RealXl, InDom0], ids=lambda kind: kind.name)
def pair(labs: tuple[Lab, Lab], request: pytest.FixtureRequest) -> tuple[RealXl, RealXl]:
    first, second = (request.param(lab) for lab in labs)
    for host in (first, second):
        host.write(GUESTS)
    return first, second


def must(said: Said) -> Said:
    assert said.status == 0, said
    return said


def remember(host: RealXl, guest: str) -> None:
    """Leave something in the memory of a guest's shell."""
    with host.dialogue(f"xl console {guest}") as console:
        console.expect("login:")
        console.line("root")
        console.expect(f"{guest}:~#")
        console.line("marker=kept")
        console.expect(f"{guest}:~#")
        console.type(LEAVE)
        assert console.wait() == 0


def remembers(host: RealXl, guest: str) -> bool:
    """Whether it is there still."""
    with host.dialogue(f"xl console {guest}") as console:
        time.sleep(1)  # what is typed before it listens is lost
        console.line("echo [$marker]")
        console.expect("[kept]")
        console.type(LEAVE)
        return console.wait() == 0


def test_a_guest_moves_as_it_runs(pair: tuple[RealXl, RealXl]) -> None:
    here, there = pair
    must(here.run("xl create pvh.cfg 'vif = []'"))
    remember(here, "pvh")
    must(here.run(f"xl migrate pvh {OTHER}"))
    assert here.run("xl domid pvh").status == 1
    assert remembers(there, "pvh")
    must(there.run("xl destroy pvh"))


def test_a_guest_that_cannot_move_stays(pair: tuple[RealXl, RealXl]) -> None:
    """Debian's Xen cannot follow what a PV guest writes meanwhile."""
    here, there = pair
    must(here.run("xl create linux.cfg 'vif = []'"))
    remember(here, "linux")
    assert here.run(f"xl migrate linux {OTHER}").status == 1
    assert there.run("xl domid linux").status == 1
    assert remembers(here, "linux")
    must(here.run("xl destroy linux"))


def test_the_other_libvirtd_is_killed_meanwhile(labs: tuple[Lab, Lab]) -> None:
    """The guest stays; its half on the other host is nobody's then, and only Xen's own xl can remove it."""
    here, there = InDom0(labs[0]), RealXl(labs[1])
    for host in (here, there):
        host.write(GUESTS)
    must(here.run("xl create pvh.cfg 'vif = []'"))
    remember(here, "pvh")
    with here.dialogue(f"xl migrate pvh {OTHER}; echo status $?") as moving:
        end = time.monotonic() + 60
        while there.run("xl list | grep pvh").status and time.monotonic() < end:
            pass
        must(there.run("kill -9 $(pidof libvirtd)"))
        said = moving.expect("status ")
        moving.expect("1")
    assert f"the connection to {OTHER} broke; the domain goes on to run here" in said
    assert remembers(here, "pvh")
    must(here.run("xl destroy pvh"))
    must(there.run(RESTART))
