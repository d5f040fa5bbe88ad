"""`xl cpupool-numa-split`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Make one cpupool of each NUMA node."""
    from xlpy.cli.shared.splitting import split

    call.options()
    executor = call.executor()
    if len(executor.pools.pools()) > 1:
        print("splitting not possible, already cpupools in use", file=sys.stderr)
        return 1
    return split(call, executor)


VERB = Verb(
    name="cpupool-numa-split",
    summary="Splits up the machine into one CPU pool per NUMA node",
    run=run,
    modifies=True,
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
