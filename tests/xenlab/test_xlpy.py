"""xlpy in a Dom0 through libvirt: what scenarios do not show."""

from __future__ import annotations

import os
import statistics
import time
from typing import TYPE_CHECKING

import pytest

from tests.xenlab.hosts import PROGRAMS, InDom0, RealXl
from tests.xenlab.lab import Lab
from tests.xenlab.trials import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.xenlab.conftest import Note
    from tests.xenlab.remote import Said
    from tests.xenlab.trials import Trials

pytestmark = pytest.mark.xenlab

CREATES = int(os.environ.get("XLPY_XENLAB_CREATES", "100"))
WITH_DEVICES = CREATES // 20 + 1
"""So many of them; hotplug scripts take long under emulation."""
DEVICES = 'disk = ["/var/lib/xen/images/data.img,raw,xvda,rw"]; vif = ["bridge=xenbr0"]'
MANY = """
import sys
from xlpy.config import load
from xlpy.executors.libvirt import open_host
from xlpy.planner.plan import make_plan
from xlpy.source import Source

name, times = sys.argv[1:]
host = open_host("xen:///system", print)
facts = host.info().facts
with open(name) as file:
    config = load(Source(name, file.read()), host=facts).config
for _ in range(int(times)):
    host.destroy(host.create(make_plan(config, facts), paused=True))
host.close()
print("done")
"""
LEFT_BEHIND = {
    "xenstore": "xenstore-ls -f",
    "memory": "xl info free_memory",
    "domains": "xl list | cut -c1-40",
    # xenstored writes its own database now and then
    "files": "find /var/lib/xen /run/xen* /run/libvirt /var/lib/libvirt /etc/libvirt /tmp ! -path /run/xenstored/db",
    "loop devices": "losetup -a",
    "interfaces": "ip -brief link | cut -d' ' -f1",
    "processes": "ps -e -o args= | grep -E '[x]l |[q]emu|[/]etc/xen/scripts' | sort",
}
"""What a domain that is gone must have left as it was."""


@pytest.fixture(scope="module")
def lab(xen: str, trials: Trials) -> Iterator[Lab]:
    with Lab.own(xen, "test") as lab:
        trials.install(lab)
        yield lab


@pytest.fixture
def xlpy(lab: Lab) -> Iterator[InDom0]:
    with InDom0(lab) as host:
        host.write({path.name: path.read_text(encoding="utf-8") for path in HERE.glob("scenario/*.cfg")})
        yield host


def must(said: Said) -> Said:
    assert said.status == 0, said
    return said


def left(lab: Lab) -> dict[str, list[str]]:
    return {what: lab.run(command).out.splitlines() for what, command in LEFT_BEHIND.items()}


def libvirtd_mib(lab: Lab) -> float:
    return int(must(lab.run("ps -o rss= -C libvirtd")).out) / 1024


def test_a_hundred_domains_leave_nothing_behind(lab: Lab, xlpy: InDom0, note: Note) -> None:
    def go(guest: str, times: int) -> None:
        said = lab.run(f"cd /root/scenario && {PROGRAMS}/python - {guest} {times}", typed=MANY, seconds=3600)
        assert said == (0, "done\n", ""), said

    lab.run(f"cd /root/scenario && (cat tiny.cfg; echo '{DEVICES}') > devices.cfg")
    go("devices.cfg", 1)
    before, memory, start = left(lab), libvirtd_mib(lab), time.monotonic()
    go("tiny.cfg", CREATES - WITH_DEVICES)
    go("devices.cfg", WITH_DEVICES)
    seconds, grown = time.monotonic() - start, libvirtd_mib(lab) - memory
    note(f"{CREATES} creates and destroys through libvirt: {seconds:.0f} s; libvirtd grew by {grown:.1f} MiB")
    after = left(lab)
    if ended := lab.run("grep -h 'because of timeout' /var/log/libvirt/libxl/*.log").out:
        note(
            f"libxl ended {ended.count('/etc/xen/scripts')} hotplug scripts that took too long: no look at loop devices"
        )
        before["loop devices"] = after["loop devices"]
    differing = {what: {*after[what]} ^ {*before[what]} for what in before if after[what] != before[what]}
    assert differing == {}


def test_libvirtd_is_killed_in_the_middle_of_a_create(lab: Lab, xlpy: InDom0) -> None:
    real = RealXl(lab)
    with xlpy.dialogue("xl create linux.cfg; echo status $?") as dialogue:
        end = time.monotonic() + 60
        while real.run("xl domid linux").status and time.monotonic() < end:
            pass
        must(lab.run("kill -9 $(pidof libvirtd)"))
        said = dialogue.expect("status ")
    assert "the connection to this machine broke; what was asked may still be done" in said
    must(lab.run("libvirtd --daemon; while ! virsh -c xen:///system list; do sleep 0.2; done"))
    # the domain is half built, and nobody's; only Xen's own xl can remove it
    assert "linux" not in must(xlpy.run("xl list")).out
    must(real.run("xl destroy linux"))
    must(xlpy.run("xl create -p linux.cfg"))
    must(xlpy.run("xl destroy linux"))


def seconds_of(host: RealXl, command: str, times: int = 5) -> float:
    """The median."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        must(host.run(command))
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def test_how_long_it_takes_beside_the_real_xl(lab: Lab, xlpy: InDom0, note: Note) -> None:
    """Each as a program of its own, in turn."""
    ours = RealXl(lab)
    ours._before = xlpy._before
    for command in ("xl list", "xl create -p tiny.cfg && xl destroy tiny"):
        real, mine = seconds_of(RealXl(lab), command), seconds_of(ours, command)
        note(f"{command}: the real xl {real:.2f} s, xlpy {mine:.2f} s: {mine / real:.1f} times as long")
        assert mine > 0


def test_a_domain_of_the_real_xl_is_told_as_such(lab: Lab, xlpy: InDom0) -> None:
    real = RealXl(lab)
    must(real.run("xl create -p tiny.cfg 'name = \"theirs\"'"))
    assert "theirs" not in must(xlpy.run("xl list")).out
    for command in ("xl pause theirs", "xl list theirs", f"xl destroy {real.run('xl domid theirs').out.strip()}"):
        said = xlpy.run(command)
        assert said.status == 1
        assert "runs, but Xen's own xl or another toolstack made it: libvirt does not see it" in said.err, command
    must(real.run("xl destroy theirs"))
    assert "made it" not in xlpy.run("xl pause theirs").err
