"""Where guests run and have their memory."""

from __future__ import annotations

import pytest

from tests.picture.drawn import drawn
from xlpy.host import HostFacts
from xlpy.picture.machine import machine

GIB = 1024**2
FACTS = HostFacts(
    name="two",
    nodes=(0, 0, 1, 1),
    memory_kib=16 * GIB,
    dom0_memory_kib=1 * GIB,
    dom0_nodes=(0,),
    xen_memory_kib=GIB // 2,
)


def guest(name: str, memory: int, cpus: str = "") -> str:
    pinned = f'cpus = "{cpus}"\n' if cpus else ""
    return f'name = "{name}"\nkernel = "/k"\nvcpus = 2\nmemory = {memory}\n{pinned}'


def test_who_is_pinned_where() -> None:
    nodes = machine([drawn(guest("a", 64, "0-1"), FACTS), drawn(guest("b", 64, "1-2"), FACTS)], FACTS)
    assert [[cpu.pinned for cpu in node.cpus] for node in nodes] == [[("a",), ("a", "b")], [("b",), ()]]


def test_guests_of_all_cpus_are_pinned_nowhere() -> None:
    assert not any(cpu.pinned for node in machine([drawn(guest("a", 64), FACTS)], FACTS) for cpu in node.cpus)


def test_the_memory_of_each_node() -> None:
    nodes = machine([drawn(guest("a", 2048, "2-3"), FACTS), drawn(guest("b", 1024, "1-2"), FACTS)], FACTS)
    parts = [{part.who: part.kib / 1024 for part in node.parts} for node in nodes]
    assert parts == [{"Xen": 256, "Domain-0": 1024, "b": 512}, {"Xen": 256, "a": 2048, "b": 512}]
    assert [node.size_kib for node in nodes] == [8 * GIB, 8 * GIB]


@pytest.mark.parametrize(("memory", "over"), [(6000, False), (9000, True)])
def test_more_than_a_node_has(memory: int, *, over: bool) -> None:
    last = machine([drawn(guest("a", memory, "2-3"), FACTS)], FACTS)[1]
    assert (last.asked_kib > last.size_kib) is over


def test_a_guest_that_libxl_places_is_where_it_places_it() -> None:
    nodes = machine([drawn(guest("a", 512), FACTS)], FACTS)
    assert ["a" in {part.who for part in node.parts} for node in nodes] == [False, True]
