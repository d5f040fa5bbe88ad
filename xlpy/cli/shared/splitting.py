"""Splitting a host into one cpupool for each NUMA node, step by step as xl does it."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.host import HostFacts

_PATIENCE = 10
"""Seconds for Domain-0 to give up vCPUs."""


def split(call: Call, executor: Executor) -> int:
    """Pool 0 keeps the node of the first pCPU; what fails ends it where it stands."""
    for message in _failures(call, executor):
        print(message, file=sys.stderr)
        return 1
    return 0


def _failures(call: Call, executor: Executor) -> Iterator[str]:
    """The steps, with what is said of the first that fails."""
    from xlpy.cli.shared.pooling import attempt

    facts = executor.info().facts
    scheduler = executor.pools.pools()[0].scheduler
    first = facts.nodes[0]
    for cpu in _free(executor, first):
        attempt(call, executor.pools.add_cpu, 0, cpu)
    if not attempt(call, executor.pools.rename, 0, f"Pool-node{first}"):
        yield "error on renaming Pool 0"
    yield from _shrink_dom0(call, executor, len(facts.node_cpus(first)))
    for node in dict.fromkeys(facts.nodes):
        if node != first:
            yield from _pool_of(call, executor, facts, node, scheduler)


def _shrink_dom0(call: Call, executor: Executor, vcpus: int) -> Iterator[str]:
    """Domain-0 has no more vCPUs than pCPUs."""
    from xlpy.cli.shared.pooling import attempt

    if executor.find("0").vcpus <= vcpus:
        return
    if not attempt(call, executor.cpus.set_online, 0, range(vcpus)):
        yield "error on removing vcpus for Domain-0"
    for _ in range(_PATIENCE):
        if executor.find("0").vcpus <= vcpus:
            return
        time.sleep(1)
    yield "failed to offline vcpus"


def _pool_of(call: Call, executor: Executor, facts: HostFacts, node: int, scheduler: str) -> Iterator[str]:
    from xlpy.cli.shared.pooling import attempt

    for cpu in executor.pools.pools()[0].cpus:
        if facts.nodes[cpu] == node:
            attempt(call, executor.pools.remove_cpu, 0, cpu)
    if not attempt(call, executor.pools.create, f"Pool-node{node}", scheduler, ()):
        yield "error on creating cpupool"
    made = executor.pools.pools()[-1].number
    for cpu in _free(executor, node):
        attempt(call, executor.pools.add_cpu, made, cpu)


def _free(executor: Executor, node: int) -> list[int]:
    facts = executor.info().facts
    return [cpu for cpu in facts.free_cpus if facts.nodes[cpu] == node]
