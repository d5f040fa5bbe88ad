"""`xl cpupool-migrate`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Put a domain into another cpupool."""
    from xlpy.cli.shared.pooling import attempt, find_pool
    from xlpy.executors import UnknownDomain

    call.options()
    executor = call.executor()
    word, pool = call.words[:2]
    try:
        domid = executor.find(word).domid
    except UnknownDomain:
        print(f"unknown domain '{word}'", file=sys.stderr)
        return 1
    number = find_pool(executor, pool).number
    return 0 if attempt(call, lambda: executor.pools.move(domid, number)) else 1


VERB = Verb(
    name="cpupool-migrate",
    summary="Moves a domain into a CPU pool",
    run=run,
    usage="<Domain> <CPU Pool>",
    min_words=2,
    modifies=True,
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
