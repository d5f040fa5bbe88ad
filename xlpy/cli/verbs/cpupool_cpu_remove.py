"""`xl cpupool-cpu-remove`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take pCPUs from a pool. Where that fails xl says so, and ends with 0 all the same."""
    from xlpy.cli.shared.pooling import change_cpus

    pool, done = change_cpus(call, add=False)
    if not done:
        print(
            f"Some cpus may have not or only partially been removed from '{pool}'.\n"
            f"If a cpu can't be added to another cpupool, add it to '{pool}' again and retry.",
            file=sys.stderr,
        )
    return 0


VERB = Verb(
    name="cpupool-cpu-remove",
    summary="Removes a CPU from a CPU pool",
    run=run,
    usage="<CPU Pool> <CPU nr>|node:<node nr>",
    min_words=2,
    modifies=True,
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
