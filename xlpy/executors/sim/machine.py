"""The machine of a simulated host: pCPUs in their cpupools, and NUMA nodes with their memory, as tables."""

from __future__ import annotations

from xlpy.executors.sim import rows, saved
from xlpy.executors.sim.memory import FASTEST_KIB

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.host import HostFacts
    from xlpy.planner.placement import Room


def furnish(db: sqlite3.Connection) -> None:
    """Fill the tables of a host that has none of this yet from its facts; domains that run there keep their memory."""
    facts = saved.facts_from_text(db.execute("SELECT facts FROM host").fetchone()[0])
    for number, name in enumerate(facts.pools):
        db.execute(
            "INSERT INTO pool (number, name, scheduler) VALUES (?, ?, ?)", (number, name, _scheduler(facts, number))
        )
    owners = {cpu: number for number in range(len(facts.pools)) for cpu in _pool_cpus(facts, number)}
    db.executemany("INSERT INTO pcpu (cpu, pool) VALUES (?, ?)", [(cpu, owners.get(cpu)) for cpu in range(facts.cpus)])
    _furnish_nodes(db, facts)
    db.execute("UPDATE domain SET pool_number = (SELECT min(number) FROM pool WHERE pool.name = domain.pool)")
    db.execute(
        "UPDATE domain SET target_kib = memory_kib, limit_kib = memory_kib, balloon_kib = pv_drivers * ?",
        (FASTEST_KIB,),
    )
    db.execute("UPDATE domain SET target_kib = target_kib - 1 WHERE domid = 0")  # as its own tools write it
    for row in db.execute("SELECT domid, need_kib FROM domain ORDER BY domid").fetchall():
        nodes = facts.dom0_nodes or facts.node_ids
        place(db, row["domid"], row["need_kib"], nodes if row["domid"] == 0 else ())


def _scheduler(facts: HostFacts, number: int) -> str:
    return facts.pool_schedulers[number] if facts.pool_schedulers else facts.scheduler


def _pool_cpus(facts: HostFacts, number: int) -> tuple[int, ...]:
    return facts.pool_cpus[number] if facts.pool_cpus else facts.cpus_of_pool(facts.pools[number])


def _furnish_nodes(db: sqlite3.Connection, facts: HostFacts) -> None:
    """What Xen keeps of each node is what neither Domain-0 nor guests can have."""
    dom0_nodes = facts.dom0_nodes or facts.node_ids
    total = db.execute("SELECT memory_kib FROM host").fetchone()[0] - facts.dom0_memory_kib
    for node in facts.node_ids:
        size = facts.node_size(node)
        dom0 = facts.dom0_memory_kib // len(dom0_nodes) if node in dom0_nodes else 0
        last = node == facts.node_ids[-1]
        free = total if last else min(total, facts.node_free(node))
        total -= free
        db.execute("INSERT INTO node (node, size_kib, xen_kib) VALUES (?, ?, ?)", (node, size, size - free - dom0))


def free_of_nodes(db: sqlite3.Connection) -> dict[int, int]:
    """What is free of each node, in KiB."""
    held = dict(db.execute("SELECT node, kib FROM held").fetchall())
    nodes = db.execute("SELECT node, size_kib - xen_kib FROM node ORDER BY node").fetchall()
    return {node: kib - held.get(node, 0) for node, kib in nodes}


def place(db: sqlite3.Connection, domid: int, kib: int, nodes: Sequence[int] = ()) -> None:
    """Give a domain memory, evenly of these nodes (none: of all) while they have it, and then of the others."""
    free = free_of_nodes(db)
    wanted = [node for node in free if node in nodes] or list(free)
    for group in (wanted, [node for node in free if node not in wanted]):
        kib -= _pour(db, domid, kib, group, free)
    if kib:
        _hold(db, domid, (wanted or list(free))[0], kib)


def _pour(db: sqlite3.Connection, domid: int, kib: int, nodes: Sequence[int], free: dict[int, int]) -> int:
    """Take up to so much of these nodes; gives how much it was."""
    given = 0
    rising = sorted(nodes, key=lambda node: free[node])
    for number, node in enumerate(rising):
        part = min((kib - given) // (len(rising) - number), max(0, free[node]))
        _hold(db, domid, node, part)
        given += part
    return given


def _hold(db: sqlite3.Connection, domid: int, node: int, kib: int) -> None:
    if kib:
        db.execute(
            "INSERT INTO placed (domid, node, kib) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET kib = kib + excluded.kib",
            (domid, node, kib),
        )


def give_back(db: sqlite3.Connection, domid: int, kib: int) -> None:
    """Take memory from a domain, where it has most of it first."""
    held = db.execute("SELECT node, kib FROM placed WHERE domid = ? ORDER BY kib DESC", (domid,)).fetchall()
    for row in held:
        part = min(kib, row["kib"])
        db.execute("UPDATE placed SET kib = kib - ? WHERE domid = ? AND node = ?", (part, domid, row["node"]))
        kib -= part


def nodes_of(db: sqlite3.Connection, domid: int, facts: HostFacts) -> tuple[int, ...]:
    """The NUMA nodes of which a domain gets its memory: those of the pCPUs where its vCPUs should run."""
    cpus: set[int] = set()
    for row in db.execute("SELECT hard, soft FROM vcpu WHERE domid = ?", (domid,)):
        cpus |= _wanted(row, facts)
    return tuple(sorted({facts.nodes[cpu] for cpu in cpus if cpu < facts.cpus}))


def room(db: sqlite3.Connection, facts: HostFacts) -> Room:
    """What is left of each NUMA node, and the vCPUs that may or should run there."""
    from xlpy.planner.placement import Room

    crowd = dict.fromkeys(facts.node_ids, 0)
    for row in db.execute("SELECT * FROM crowd"):
        for node in {facts.nodes[cpu] for cpu in _wanted(row, facts) if cpu < facts.cpus}:
            crowd[node] += row["number"]
    free = free_of_nodes(db)
    return Room(free_kib=tuple(max(0, free[node]) for node in facts.node_ids), vcpus=tuple(crowd.values()))


def _wanted(row: sqlite3.Row, facts: HostFacts) -> set[int]:
    hard = set(rows.numbers(row["hard"])) or set(range(facts.cpus))
    return hard.intersection(rows.numbers(row["soft"])) or hard
