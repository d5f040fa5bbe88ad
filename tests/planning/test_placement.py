"""NUMA placement, as the logs of real guests have it, and by its own laws."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.sim.guests import GIB, MIB, config
from xlpy.host import BUILT_IN
from xlpy.planner.placement import Placement, Room, after, empty_room, nodes_of, place

LAB = BUILT_IN.replace(
    nodes=(0, 0, 1, 1),
    memory_kib=4095 * MIB,
    dom0_vcpus=2,
    node_memory_kib=(2048 * MIB, 2047 * MIB),
    node_free_kib=(1695 * MIB, 819 * MIB),
)


def test_as_the_real_one_said_for_a_guest_of_all_cpus() -> None:
    """Real: candidate nr_nodes=2, nr_cpus=4, nr_vcpus=12, free_memkb=2514."""
    guest = config(memory=128, vcpus=4, info={"avail_vcpus": (0, 1), "max_memkb": 256 * MIB})
    found = place(guest, 136 * MIB, LAB, empty_room(LAB))
    assert found == Placement(nodes=(0, 1), cpus=4, vcpus=12, free_kib=2514 * MIB)


def test_as_the_real_one_said_for_the_next_guest() -> None:
    """Real: candidate nr_nodes=1, nr_cpus=2, nr_vcpus=7, free_memkb=1631."""
    room = after(empty_room(LAB), LAB, (0, 1), 128 * MIB, 4)
    assert room == Room(free_kib=(1631 * MIB, 755 * MIB), vcpus=(6, 6))
    found = place(config(kind="pvh"), 132 * MIB, LAB, room)
    assert found == Placement(nodes=(0,), cpus=2, vcpus=7, free_kib=1631 * MIB)


def test_a_file_that_says_it_is_not_placed() -> None:
    for info in ({"numa_placement": False}, {"nodemap": (1,)}, {"vcpu_soft_affinity": ((1,),)}, {"cpumap": (1,)}):
        assert place(config(info=info), MIB, BUILT_IN, empty_room(BUILT_IN)) is None
    assert nodes_of(config(info={"nodemap": (1,)}), BUILT_IN, None) == (1,)
    assert nodes_of(config(info={"vcpu_hard_affinity": ((5, 6),)}), BUILT_IN, None) == (1,)
    assert nodes_of(config(), BUILT_IN, None) == (0, 1)


def test_hard_affinity_and_pools_decide_which_nodes_are_looked_at() -> None:
    room = empty_room(BUILT_IN)
    pinned = place(config(info={"vcpu_hard_affinity": ((4, 5), (4, 5))}), MIB, BUILT_IN, room)
    assert pinned is not None
    assert (pinned.nodes, pinned.cpus) == ((1,), 2)
    split = BUILT_IN.replace(pools=("Pool-0", "two"), pool_cpus=((0, 1, 2, 3), (4, 5, 6, 7)))
    pooled = place(config(created={"pool_name": "two"}), MIB, split, room)
    assert pooled is not None
    assert pooled.nodes == (1,)


def test_one_node_or_very_many_are_not_looked_at() -> None:
    one = BUILT_IN.replace(nodes=(0, 0))
    many = BUILT_IN.replace(nodes=tuple(range(17)))
    assert place(config(), MIB, one, empty_room(one)) is None
    assert place(config(), MIB, many, empty_room(many)) is None


def test_nodes_of_different_sizes() -> None:
    facts = BUILT_IN.replace(nodes=(0, 0, 0, 1))
    found = place(config(vcpus=2), MIB, facts, empty_room(facts))
    assert found is not None
    assert found.nodes == (0,)


@given(
    need=st.integers(0, 40 * GIB),
    vcpus=st.integers(1, 8),
    free=st.tuples(st.integers(0, 30 * GIB), st.integers(0, 30 * GIB)),
    busy=st.tuples(st.integers(0, 20), st.integers(0, 20)),
)
def test_a_placement_has_room_and_none_is_smaller(
    need: int, vcpus: int, free: tuple[int, int], busy: tuple[int, int]
) -> None:
    room = Room(free_kib=free, vcpus=busy)
    found = place(config(vcpus=vcpus), need, BUILT_IN, room)
    fits_one = vcpus <= 4 and max(free) >= need
    if found is None:
        assert sum(free) < need
    else:
        assert len(found.nodes) == (1 if fits_one else 2)
        assert sum(free[node] for node in found.nodes) >= need
        left = after(room, BUILT_IN, found.nodes, need, vcpus)
        assert sum(left.free_kib) == sum(free) - need
        assert min(left.free_kib) >= 0
