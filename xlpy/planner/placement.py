"""On which NUMA nodes libxl puts a guest when its file does not say it (Xen: libxl_numa.c, numa_place_domain).

Of all sets of nodes with enough memory and pCPUs it takes one with the fewest nodes, of these one where the fewest
vCPUs run, of these the one with the most free memory.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig

_MOST_NODES = 16
"""libxl does not look at the sets of more nodes than this."""


class Room(Record):
    """What is left of a host, for each NUMA node, ascending: its free memory in KiB, the vCPUs that may run there."""

    free_kib: tuple[int, ...]
    vcpus: tuple[int, ...]


class Placement(Record):
    """The nodes of a guest; what they have together, before the guest takes its part (memory in KiB)."""

    nodes: tuple[int, ...]
    cpus: int
    vcpus: int
    """The vCPUs that may run there, each once for each node; those of the guest are among them."""
    free_kib: int


def empty_room(facts: HostFacts) -> Room:
    """A host on which, as far as it is described, only Domain-0 runs."""
    of_dom0 = facts.dom0_nodes or facts.node_ids
    return Room(
        free_kib=tuple(facts.node_free(node) for node in facts.node_ids),
        vcpus=tuple(facts.dom0_vcpus * (node in of_dom0) for node in facts.node_ids),
    )


def wants_placement(config: DomainConfig) -> bool:
    """Whether libxl places the guest: not when its file gives soft affinity or nodes, or forbids it."""
    info = config.b_info
    return info.numa_placement is not False and not (info.cpumap or info.nodemap or info.vcpu_soft_affinity)


def place(config: DomainConfig, need_kib: int, facts: HostFacts, room: Room) -> Placement | None:
    """The nodes that libxl finds; None where it leaves the guest to all: there is but one, or none has room."""
    ids = facts.node_ids
    if not wants_placement(config) or not 1 < len(ids) <= _MOST_NODES:
        return None
    cpus = _suitable(config, facts)
    usable = [node for node in ids if any(facts.nodes[cpu] == node for cpu in cpus)]
    for count in range(_fewest(config.max_vcpus, facts, len(usable)), len(usable) + 1):
        found = [_candidate(nodes, cpus, config.max_vcpus, facts, room) for nodes in combinations(usable, count)]
        fitting = [one for one in found if one.free_kib >= need_kib and one.cpus >= config.max_vcpus]
        if fitting:
            return min(fitting, key=lambda one: (one.vcpus, -one.free_kib))
    return None


def _suitable(config: DomainConfig, facts: HostFacts) -> tuple[int, ...]:
    """The pCPUs of the pool; where all vCPUs have the same hard affinity, those of them."""
    pool = facts.cpus_of_pool(config.c_info.pool_name or facts.pools[0])
    hard = config.b_info.vcpu_hard_affinity
    if hard and all(one == hard[0] for one in hard):
        return tuple(cpu for cpu in pool if cpu in hard[0])
    return pool


def _fewest(vcpus: int, facts: HostFacts, usable: int) -> int:
    """With fewer nodes there are not enough pCPUs; that can only be said when all nodes have the same number."""
    sizes = {len(facts.node_cpus(node)) for node in facts.node_ids}
    least = -(-vcpus // sizes.pop()) if len(sizes) == 1 else 1
    return max(1, min(least, usable))


def _candidate(nodes: Sequence[int], cpus: Iterable[int], vcpus: int, facts: HostFacts, room: Room) -> Placement:
    at = [facts.node_ids.index(node) for node in nodes]
    return Placement(
        nodes=tuple(nodes),
        cpus=sum(facts.nodes[cpu] in nodes for cpu in cpus),
        vcpus=sum(room.vcpus[index] + vcpus for index in at),
        free_kib=sum(room.free_kib[index] for index in at),
    )


def nodes_of(config: DomainConfig, facts: HostFacts, placement: Placement | None) -> tuple[int, ...]:
    """The nodes from which the guest gets its memory: placed, given, those of its hard affinity, or all."""
    info = config.b_info
    if placement is not None:
        return placement.nodes
    if info.nodemap:
        return tuple(node for node in facts.node_ids if node in info.nodemap)
    cpus = {cpu for one in info.vcpu_hard_affinity for cpu in one if cpu < facts.cpus}
    found = tuple(node for node in facts.node_ids if any(facts.nodes[cpu] == node for cpu in cpus))
    return found or facts.node_ids


def after(room: Room, facts: HostFacts, nodes: Sequence[int], need_kib: int, vcpus: int) -> Room:
    """The room that is left when a guest has taken its memory in equal parts, as far as its nodes have them."""
    free = list(room.free_kib)
    at = [facts.node_ids.index(node) for node in nodes]
    rest = need_kib
    for left, index in enumerate(sorted(at, key=lambda index: free[index])):
        part = max(0, min(free[index], -(-rest // (len(at) - left))))
        free[index] -= part
        rest -= part
    for index in sorted(range(len(free)), key=lambda index: -free[index]):
        part = max(0, min(rest, free[index]))
        free[index] -= part
        rest -= part
    counts = tuple(count + vcpus * (index in at) for index, count in enumerate(room.vcpus))
    return Room(free_kib=tuple(free), vcpus=counts)
