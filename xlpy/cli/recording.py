"""A host that can be asked -> facts as they are now."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Executor
    from xlpy.host import HostFacts


def recorded(host: Executor) -> HostFacts:
    """The facts of a host, with what is free now and which guests run.

    Where the host does not say what each NUMA node has free, the nodes share what is used as their sizes are.
    """
    info = host.info()
    facts = info.facts
    guests = tuple(domain.name for domain in host.domains() if domain.domid)
    return facts.replace(node_free_kib=node_shares(facts, info.free_memory_kib), domains=guests)


def node_shares(facts: HostFacts, free_kib: int) -> tuple[int, ...]:
    """FREE_KIB over the NUMA nodes; whole KiB, and all of it together."""
    if sum(facts.node_free_kib) == free_kib and facts.node_free_kib:
        return facts.node_free_kib
    empty = [facts.node_free(node) for node in facts.node_ids]
    total = sum(empty) or 1
    shares = [free_kib * size // total for size in empty]
    shares[-1] += free_kib - sum(shares)
    return tuple(shares)
