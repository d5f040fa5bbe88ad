"""A host that can be asked -> facts as they are now."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Executor
    from xlpy.host import HostFacts
    from xlpy.planner.together import Standing


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


def standing_of(host: Executor, facts: HostFacts) -> Standing:
    """What runs on a host, and what it leaves for more."""
    from xlpy.executors import Failure
    from xlpy.planner import placement
    from xlpy.planner.feasible_devices import claims
    from xlpy.planner.together import Guest, Standing, ports_of

    info = host.info()
    room = placement.empty_room(facts).replace(free_kib=node_shares(facts, info.free_memory_kib))
    guests = [ports_of(facts)]
    for domain in host.domains():
        if domain.domid:
            guest = Guest(name=domain.name, uuid=domain.uuid, domid=domain.domid)
            nodes = facts.node_ids
            try:
                config = host.config(domain.domid)
            except Failure:  # libvirt cannot say it of every guest: then what it holds is not known
                config = None
            if config is not None:
                guest = guest.replace(held=tuple(claim for _, claim in claims(config)))
                nodes = placement.nodes_of(config, facts, None)
            room = placement.after(room, facts, nodes, 0, domain.max_vcpus)
            guests.append(guest)
    return Standing(free_kib=info.free_memory_kib, room=room, guests=tuple(guests), complete=not info.unknown)
