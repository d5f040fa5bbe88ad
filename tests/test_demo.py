"""The main job as processes: what `make demo` prints, to the byte, and what becomes of guests in other stories."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.processes import ROOT, Place, without_times

if TYPE_CHECKING:
    from pathlib import Path

LIST_HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)"
VCPU_HEADER = "Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)"
REAL_ROWS = (
    "pv1                                          1   128     2     -b----      11.9",
    "pv1                                  1     0    0   -b-       7.1  all / all",
)
"""Recorded on real Xen."""
FIELD = re.compile(r"\S+")
WEB = """\
name = "web"
kernel = "/boot/vmlinuz-6.12"
memory = 256
vif = [ "bridge=xenbr0,mac=00:16:3e:00:00:01" ]
disk = [ "/dev/vg0/web,raw,xvda,rw" ]
"""
OTHER = ('name="other"', "disk=[]", "vif=[]")
REFUSALS = {
    "name": ((), 3, 'Domain with name "web" already exists.', "give it another name"),
    "disk": (('name="other"',), 3, "disk /dev/vg0/web is in use by domain web", "a disk that a guest writes is for"),
    "memory": ((*OTHER, "memory=60800"), 3, "xc_dom_boot_mem_init failed: Cannot allocate memory", "lower memory="),
    "host": ((*OTHER, "memory=90000"), 3, "xc_dom_boot_mem_init failed: Cannot allocate memory", "lower memory="),
    "kernel": ((*OTHER, 'kernel="/nosuch"'), 3, "'/nosuch': No such file or directory", "put the file there"),
    "image": ((*OTHER, "disk=['/nosuch,raw,xvda,rw']"), 3, "failed to stat: /nosuch: No such file", "create the image"),
    "bridge": ((*OTHER, "vif=['bridge=br9']"), 3, "Could not find bridge device br9", "bridges of this host: xenbr0"),
    "pool": ((*OTHER, 'pool="nosuch"'), 6, "Illegal pool specified: nosuch", "Pool-0"),
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "web.cfg").write_text(WEB, encoding="utf-8")
    return Place(tmp_path)


@pytest.fixture
def web(place: Place) -> Place:
    assert place.xl("create", "-q", "web.cfg") == (0, "", "")
    place.settled(web_1="-b----")
    return place


def test_the_demo_prints_what_it_should(place: Place) -> None:
    done = subprocess.run(
        ["sh", ROOT / "examples" / "demo.sh"],
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=True,
    )
    lines = without_times(done.stdout).splitlines(keepends=True)
    ends = [number for number, line in enumerate(lines) if "has been shut down" in line]
    lines[ends[0] : ends[-1] + 1] = sorted(lines[ends[0] : ends[-1] + 1])
    assert "".join(lines) == (ROOT / "tests" / "cases" / "demo" / "output.txt").read_text(encoding="utf-8")


def test_the_columns_are_those_of_the_real_xl(web: Place) -> None:
    tables = [web.xl(verb, "web").out.splitlines() for verb in ("list", "vcpu-list")]
    assert [header for header, _ in tables] == [LIST_HEADER, VCPU_HEADER]
    for (_, ours), real in zip(tables, REAL_ROWS, strict=True):
        assert [field.end() for field in FIELD.finditer(ours)] == [field.end() for field in FIELD.finditer(real)]


class TestLife:
    def test_a_reboot_is_a_new_domain(self, web: Place) -> None:
        said = web.xl("reboot", "-w", "web")
        assert said.status == 0
        assert said.err.splitlines()[-1] == "Domain 1 has been shut down, reason code 1"
        web.settled(web_2="-b----")

    def test_pause_and_unpause(self, web: Place) -> None:
        assert web.xl("pause", "web") == (0, "", "")
        assert web.states() == {"web 1": "--p---"}
        assert web.xl("unpause", "1") == (0, "", "")
        assert web.states() == {"web 1": "-b----"}

    def test_a_crash_that_is_preserved(self, place: Place) -> None:
        place.xl("create", "-q", "web.cfg", 'on_crash="preserve"')
        place.settled(web_1="-b----")
        said = place.xl("console", "web", typed="root\ncrash\n")
        assert said.status == 0
        assert "web:~# crash\n" in said.out
        assert "Kernel panic" in said.out
        place.settled(web_1="---sc-")
        assert place.xl("destroy", "web").status == 0
        assert place.states() == {}

    def test_poweroff_and_reboot_are_typed_at_the_prompt(self, web: Place) -> None:
        web.xl("console", "web", typed="root\nreboot\n")
        web.settled(web_2="-b----")
        web.xl("console", "web", typed="root\npoweroff\n")
        web.settled()

    def test_rename(self, web: Place) -> None:
        assert web.xl("rename", "web", "shop") == (0, "", "")
        assert web.xl("domid", "shop").out == "1\n"
        said = web.xl("rename", "shop", "Domain-0")
        assert said.status == 1
        assert said.err.splitlines()[-1] == "Can't rename domain 'shop'."
        assert web.states() == {"shop 1": "-b----"}

    def test_destroy(self, web: Place) -> None:
        assert web.xl("destroy", "web") == (0, "", "")
        assert web.states() == {}
        assert web.xl("destroy", "web") == (1, "", "web is an invalid domain identifier (rc=-6)\n")

    def test_another_configuration_counts_from_the_next_reboot_on(self, web: Place) -> None:
        said = web.xl("config-update", "web", "web.cfg", "memory=512")
        assert said.err.splitlines()[1:] == ["setting dom1 configuration"]
        assert said.status == 0
        assert '"target_memkb": 262144,' in web.xl("list", "-l", "web").out
        web.xl("reboot", "web")
        web.settled(web_2="-b----")
        assert '"target_memkb": 524288,' in web.xl("list", "-l", "web").out
        assert web.xl("list", "web").out.split()[8] == "512"


@pytest.mark.parametrize("reason", REFUSALS)
def test_what_cannot_be_built_is_told_with_the_way_out(web: Place, reason: str) -> None:
    words, status, message, advice = REFUSALS[reason]
    said = web.xl("create", "-q", "web.cfg", *words)
    assert (said.status, said.out) == (status, "")
    *told, last = said.err.splitlines()
    assert any(message in line for line in told)
    assert not any(line.startswith("xl: ") for line in told)
    assert last.startswith("xl: ")
    assert advice in last
    assert web.states() == {"web 1": "-b----"}
    assert web.xl("list", "other").status == 1
