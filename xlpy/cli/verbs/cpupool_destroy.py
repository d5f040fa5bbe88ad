"""`xl cpupool-destroy`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Remove a cpupool without domains."""
    from xlpy.cli.shared.pooling import attempt, find_pool

    call.options()
    executor = call.executor()
    number = find_pool(executor, call.words[0]).number
    if attempt(call, executor.pools.destroy, number):
        return 0
    print(f"Can't destroy cpupool '{call.words[0]}'", file=sys.stderr)
    return 1


VERB = Verb(
    name="cpupool-destroy",
    summary="Deactivates a CPU pool",
    run=run,
    usage="<CPU Pool>",
    min_words=1,
    modifies=True,
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
