"""Simulated hosts themselves: making, showing, changing and resetting them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.processes import Place
from tests.sim.guests import Lab, config
from tests.sim.laws import check_laws
from xlpy.executors import Failure
from xlpy.executors.faults import Fault
from xlpy.host import BUILT_IN

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    del place.environment["XLPY_CONNECT"]
    place.environment["XLPY_STATE_DIR"] = str(tmp_path / "state")
    return place


def test_hosts_by_name(place: Place) -> None:
    for words in ((), ("--connect", "sim:///rack1"), ("--connect", f"sim://{place.folder}/lab.db")):
        said = place.run("xlpy", "host", "init", *words, "--from", "numa", "--guests", "web=deaf")
        assert said.status == 0, said.err
        again = place.run("xlpy", "host", "init", *words)
        assert again.status == 1
        assert "there is a host already" in again.err
    assert sorted(path.name for path in place.folder.rglob("*.db")) == ["host.db", "lab.db", "rack1.db"]
    shown = place.run("xlpy", "host", "show", "--connect", "sim:///rack1").out.splitlines()
    assert shown[0] == f"numa: a simulated host in {place.folder}/state/hosts/rack1.db"
    assert shown[2].startswith("guests behave: web=deaf;")


def test_what_a_host_shows(place: Place) -> None:
    (place.folder / "web.cfg").write_text('name = "web"\nkernel = "/boot/vmlinuz"\n')
    place.environment["XLPY_GUESTS"] = "silent"
    assert place.run("xl", "create", "-q", "web.cfg").status == 0
    assert "      1 web                      silent, reboots: 0\n" in place.run("xlpy", "host", "show").out
    shown = json.loads(place.run("xlpy", "host", "show", "--format", "json").out)
    domains = [{"domid": 1, "name": "web", "behaviour": "silent", "reboots": 0, "built": True}]
    assert (shown["domains"], shown["faults"], shown["guests"]) == (domains, 0, "")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["name"], "give it as KEY=VALUE"),
        (["frob=1"], "a host has no frob"),
        (["memory_kib=1"], "xlpy host reset --from FILE changes it"),
        (["iommu=3"], "iommu"),
        (["guests=frob"], "'frob' is no behaviour"),
    ],
)
def test_what_cannot_be_set(place: Place, words: list[str], line: str) -> None:
    said = place.run("xlpy", "host", "set", *words)
    assert said.status != 0
    assert line in said.err


def test_what_is_not_simulated(place: Place) -> None:
    said = place.run("xlpy", "host", "init", "--connect", "xen:///system")
    assert (said.status, "not a simulated host" in said.err) == (1, True)


def test_changes(lab: Lab) -> None:
    lab.create(config())
    lab.host.settings.change({"name": "rack", "bridges": ["br0"], "guests": "db=deaf"})
    facts = lab.host.info().facts
    assert (facts.name, facts.bridges, facts.cpus) == ("rack", ("br0",), BUILT_IN.cpus)
    assert lab.host.settings.show().guests == "db=deaf"
    with pytest.raises(Failure):
        lab.host.settings.change({"name": "other", "guests": "frob"})
    assert lab.host.info().facts.name == "rack"
    check_laws(lab.host)


def test_a_new_first_day(lab: Lab) -> None:
    lab.booted(config())
    lab.host.faults.add(Fault(number=0, point="memory"))
    other = lab.open()
    lab.host.settings.reset()
    for host in (lab.host, other):
        assert [domain.name for domain in host.domains()] == ["Domain-0"]
        assert (host.info().facts, host.info().free_memory_kib) == (lab.facts, lab.facts.guest_memory_kib)
        assert (host.faults.all(), host.events.since()) == ([], [])
    assert lab.create(config()) == 1
    check_laws(lab.host)
    small = BUILT_IN.replace(name="small", nodes=(0, 0), memory_kib=8 * 1024 * 1024)
    other.settings.reset(small)
    assert lab.host.info().facts == small
    assert len(lab.host.domains()) == 1


def test_a_reset_that_fails_changes_nothing(lab: Lab) -> None:
    lab.booted(config())
    bad = BUILT_IN.replace(pools=())
    with pytest.raises(IndexError):
        lab.host.settings.reset(bad)
    assert lab.states() == {"web": "b"}
    check_laws(lab.host)
