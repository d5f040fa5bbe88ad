"""`xl cpupool-cpu-add`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Give free pCPUs to a pool. Where that fails xl says so, and ends with 0 all the same."""
    from xlpy.cli.shared.pooling import change_cpus

    pool, done = change_cpus(call, add=True)
    if not done:
        print(f"some cpus may not have been added to {pool}", file=sys.stderr)
    return 0


VERB = Verb(
    name="cpupool-cpu-add",
    summary="Adds a CPU to a CPU pool",
    run=run,
    usage="<CPU Pool> <CPU nr>|node:<node nr>",
    min_words=2,
    modifies=True,
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
