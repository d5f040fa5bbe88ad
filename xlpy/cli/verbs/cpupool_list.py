"""`xl cpupool-list`."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave
from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.executors.pools import Pool

CPUS = "c"


def run(call: Call) -> int:
    """Print the cpupools, or one; with -c their pCPUs."""
    from xlpy.render.listing import POOL_CPUS_HEADER, POOL_HEADER, pool_row

    cpus = CPUS in call.options()
    rows = [pool_row(pool, cpus=cpus) for pool in _wanted(call)]
    sys.stdout.write((POOL_CPUS_HEADER if cpus else POOL_HEADER) + "".join(rows))
    return 0


def records(call: Call) -> Sequence[Pool]:
    """The same cpupools."""
    call.options()
    return _wanted(call)


def _wanted(call: Call) -> Sequence[Pool]:
    pools = call.executor().pools.pools()
    if not call.words:
        return pools
    found = [pool for pool in pools if pool.name == call.words[0]]
    if not found:
        print(f"Pool '{call.words[0]}' does not exist", file=sys.stderr)
        raise Leave(1)
    return found[:1]


VERB = Verb(
    name="cpupool-list",
    summary="List CPU pools on host",
    run=run,
    records=records,
    usage="[-c|--cpus] [<CPU Pool>]",
    options=(
        Option(letter=CPUS, name="cpus", help="-c, --cpus                     Output list of CPUs used by a pool"),
    ),
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
