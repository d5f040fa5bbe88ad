"""Which guests fit where: the laws of any packing, what is told of it, and the command."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sim.guests import DISK, GIB, MIB, VIF, config
from xlpy.cli.main import run
from xlpy.devices.pci import Pci
from xlpy.fleet.capacity import Capacity, Puzzle, Site, capacity, first_fit, pose
from xlpy.fleet.packing import best_fit
from xlpy.host import BUILT_IN
from xlpy.planner import decisions
from xlpy.planner.together import of_facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.libxl import DomainConfig

HAS_SOLVER = importlib.util.find_spec("ortools") is not None
SOLVERS = [first_fit, pytest.param(best_fit, marks=pytest.mark.skipif(not HAS_SOLVER, reason="OR-tools is an extra"))]


def site(name: str, gib: int, **more: object) -> Site:
    """A host with so much memory for guests."""
    reserved = BUILT_IN.xen_memory_kib + BUILT_IN.dom0_memory_kib
    facts = BUILT_IN.replace(name=name, memory_kib=gib * GIB + reserved, **more)
    return Site(facts=facts, standing=of_facts(facts))


def found(*guests: DomainConfig, sites: tuple[Site, ...]) -> Capacity:
    return capacity({guest.name: guest for guest in guests}, sites)


def test_the_largest_come_first_and_the_rest_where_there_is_room() -> None:
    one, two = site("one", 4), site("two", 3)
    guests = [config(name, memory=size) for name, size in (("a", 1000), ("b", 3500), ("c", 2500))]
    packed = found(*guests, sites=(one, two))
    assert [load.guests for load in packed.loads] == [("b",), ("c",)]
    assert packed.left == (("a", "no host has room for it"),)
    assert packed.loads[0].used_kib == decisions.need(guests[1], one.facts)


def test_what_fits_nowhere_has_its_reason() -> None:
    packed = found(
        config("a", devices=(DISK.replace(pdev_path="/nosuch"),)), config("b", memory=9000), sites=(site("one", 4),)
    )
    assert dict(packed.left) == {
        "a": "one: Disk vdev=xvda failed to stat: /nosuch: No such file or directory",
        "b": "one: failed to free memory for the domain",
    }


def test_guests_stay_with_those_that_serve_them_and_apart_from_those_that_hold_the_same() -> None:
    card = Pci(bus=3)
    web = config("web", memory=2000, devices=(VIF.replace(backend_domname="net"),))
    net, other = config("net", memory=1500, devices=(card,)), config("other", devices=(card,))
    packed = found(web, net, other, sites=(site("one", 4), site("two", 4)))
    assert [load.guests for load in packed.loads] == [("net", "web"), ("other",)]
    assert found(config("a"), sites=(site("one", 4),)).loads[0].stranded is None


def test_a_host_that_fails() -> None:
    guests = [config(name, memory=2500) for name in "abc"]
    packed = found(*guests, sites=(site("one", 6), site("two", 6)))
    assert [load.guests for load in packed.loads] == [("a", "b"), ("c",)]
    assert [load.stranded for load in packed.loads] == [("b",), ("c",)]


def test_nodes_and_pools_are_counted() -> None:
    pools = {"pools": ("Pool-0", "two"), "pool_cpus": ((0, 1, 2, 3, 4, 5), (6, 7))}
    guests = [config("a", vcpus=4), config("b", vcpus=3, created={"pool_name": "two"})]
    (load,) = found(*guests, sites=(site("one", 4, **pools),)).loads
    assert [(use.name, use.cpus, use.vcpus) for use in load.pools] == [("Pool-0", 6, 4), ("two", 2, 3)]
    assert load.pools[1].ratio == 1.5
    assert sum(use.used_kib for use in load.nodes) == load.used_kib
    assert sum(use.vcpus for use in load.nodes) == 7


@pytest.mark.parametrize("solve", SOLVERS)
@given(sizes=st.lists(st.integers(64, 3000), max_size=8), hosts=st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_no_host_has_more_than_it_holds(solve: object, sizes: list[int], hosts: list[int]) -> None:
    guests = {f"g{at}": config(f"g{at}", memory=size) for at, size in enumerate(sizes)}
    sites = [site(f"h{at}", gib) for at, gib in enumerate(hosts)]
    puzzle, _ = pose(guests, sites)
    places: Mapping[str, int] = solve(puzzle)  # type: ignore[operator]  # one of the solvers
    for host, free in enumerate(puzzle.free_kib):
        assert sum(group.need_kib[host] for group in puzzle.groups if places.get(group.key) == host) <= free
    for group in puzzle.groups:
        if group.key not in places and solve is first_fit:
            left = [
                free - sum(other.need_kib[host] for other in puzzle.groups if places.get(other.key) == host)
                for host, free in enumerate(puzzle.free_kib)
            ]
            assert all(group.need_kib[host] > free for host, free in enumerate(left))


@pytest.mark.skipif(not HAS_SOLVER, reason="OR-tools is an extra")
def test_the_solver_finds_what_first_fit_misses() -> None:
    puzzle, _ = pose({n: config(n, memory=s) for n, s in (("a", 1000), ("b", 900), ("c", 1500))}, [site("x", 3)])
    tight = Puzzle(groups=puzzle.groups, free_kib=(2000 * MIB,))
    assert len(first_fit(tight)) == 1
    assert sorted(best_fit(tight)) == ["a", "b"]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    for name, size in (("a", 3000), ("b", 2500), ("c", 9000)):
        text = f'name = "{name}"\nkernel = "/boot/vmlinuz"\nmemory = {size}\n'
        Path(f"{name}.cfg").write_text(text, encoding="utf-8")
    for name in ("one", "two"):
        host = {"name": name, "memory_kib": 9 * GIB, "pools": ["Pool-0"]}
        Path(f"{name}.json").write_text(json.dumps(host), encoding="utf-8")
    words = ["plan", "--capacity", "--solver", "first-fit", "--host", "one.json", "--host", "two.json"]
    assert run([*words, "a.cfg", "b.cfg", "c.cfg"], "xlpy") == 1
    assert capsys.readouterr().out == TEXT
    assert run([*words, "--format", "json", "a.cfg"], "xlpy") == 0
    assert json.loads(capsys.readouterr().out)["hosts"][0]["guests"] == ["a"]
    assert run(["plan", "--host", "one.json", "--host", "two.json", "a.cfg"], "xlpy") == 2
    monkeypatch.setattr("xlpy.fleet.packing.best_fit", _absent)
    assert run(["plan", "--capacity", "--solver", "or-tools", "a.cfg"], "xlpy") == 1
    assert "pip install 'xlpy[capacity]'" in capsys.readouterr().err
    assert run(["plan", "--capacity", "a.cfg"], "xlpy") == 0


def _absent(_puzzle: Puzzle) -> Mapping[str, int]:
    raise ImportError("ortools")


TEXT = """\
one: 1 guest, 3014 of 4608 MiB (65 %)
  a
  node 0: 1507 of 2304 MiB, 0.5 vCPUs on 4 pCPUs
  node 1: 1507 of 2304 MiB, 0.5 vCPUs on 4 pCPUs
  Pool-0: 1 vCPUs on 8 pCPUs
  if it fails: 1 find no place: a
two: 1 guest, 2512 of 4608 MiB (54 %)
  b
  node 0: 1256 of 2304 MiB, 0.5 vCPUs on 4 pCPUs
  node 1: 1256 of 2304 MiB, 0.5 vCPUs on 4 pCPUs
  Pool-0: 1 vCPUs on 8 pCPUs
  if it fails: 1 find no place: b
1 without a place:
  c: one: failed to free memory for the domain; two: failed to free memory for the domain
2 of 3 guests have a place (first fit).
"""
