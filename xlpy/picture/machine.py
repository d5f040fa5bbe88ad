"""Guests + host -> where the guests run and have their memory: CPUs and NUMA nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.host import HostFacts
    from xlpy.picture.objects import Drawn
    from xlpy.planner.plan import Plan

XEN, DOM0, FREE = "Xen", "Domain-0", "free"


class Part(NamedTuple):
    """What somebody has of a node's memory, in KiB."""

    who: str
    kib: int


class Cpu(NamedTuple):
    """A pCPU: its pool (empty: none), and who is pinned to it."""

    number: int
    pool: str
    pinned: tuple[str, ...]


class MachineNode(NamedTuple):
    """A NUMA node. What the guests ask for may be more than its memory."""

    number: int
    size_kib: int
    cpus: tuple[Cpu, ...]
    parts: tuple[Part, ...]

    @property
    def asked_kib(self) -> int:
        """What is taken, or would be."""
        return sum(part.kib for part in self.parts)


def machine(guests: Sequence[Drawn], facts: HostFacts) -> tuple[MachineNode, ...]:
    """The nodes of the host, ascending, with the guests in them."""
    pinned = _pinned([guest.plan for guest in guests], facts)
    pools = {cpu: pool for pool in facts.pools for cpu in facts.cpus_of_pool(pool)}
    return tuple(
        MachineNode(
            number=node,
            size_kib=facts.node_size(node),
            cpus=tuple(Cpu(cpu, pools.get(cpu, ""), pinned[cpu]) for cpu in facts.node_cpus(node)),
            parts=tuple(part for part in _parts(node, guests, facts) if part.kib),
        )
        for node in facts.node_ids
    )


def _pinned(plans: Sequence[Plan], facts: HostFacts) -> list[tuple[str, ...]]:
    """For each pCPU the guests of which some vCPU may only run on a part of the host, and on this."""
    found: list[dict[str, None]] = [{} for _ in range(facts.cpus)]
    for plan in plans:
        for allowed in plan.config.b_info.vcpu_hard_affinity:
            if allowed and len(allowed) < facts.cpus:
                for cpu in allowed:
                    if cpu < facts.cpus:
                        found[cpu][plan.name] = None
    return [tuple(names) for names in found]


def _parts(node: int, guests: Sequence[Drawn], facts: HostFacts) -> Iterator[Part]:
    nodes = facts.node_ids
    yield Part(XEN, facts.xen_memory_kib // len(nodes))
    holding = facts.dom0_nodes or nodes
    yield Part(DOM0, facts.dom0_memory_kib // len(holding) if node in holding else 0)
    for guest in guests:
        at = _nodes_of(guest.plan, facts)
        yield Part(guest.plan.name, guest.plan.config.memory_kib // len(at) if node in at else 0)


def _nodes_of(plan: Plan, facts: HostFacts) -> tuple[int, ...]:
    """The nodes of which a guest has its memory: where libxl places it, or where its vCPUs are; else all."""
    if plan.placement is not None:
        return plan.placement.nodes
    cpus = {cpu for allowed in plan.config.b_info.vcpu_hard_affinity for cpu in allowed if cpu < facts.cpus}
    return tuple(sorted({facts.nodes[cpu] for cpu in cpus})) or facts.node_ids
