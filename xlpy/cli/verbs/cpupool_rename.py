"""`xl cpupool-rename`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Give a cpupool another name."""
    from xlpy.cli.shared.pooling import attempt, find_pool

    call.options()
    executor = call.executor()
    word, name = call.words[:2]
    number = find_pool(executor, word).number
    if attempt(call, executor.pools.rename, number, name):
        return 0
    print(f"Can't rename cpupool '{word}'", file=sys.stderr)
    return 1


VERB = Verb(
    name="cpupool-rename",
    summary="Renames a CPU pool",
    run=run,
    usage="<CPU Pool> <new name>",
    min_words=2,
    modifies=True,
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
