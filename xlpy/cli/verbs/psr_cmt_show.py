"""`xl psr-cmt-show`."""

from __future__ import annotations

import sys

from xlpy.cli.shared.psr import NO_LIBVIRT
from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

DISABLED = 255
TYPES = ("cache-occupancy", "total-mem-bandwidth", "local-mem-bandwidth")


def run(call: Call) -> int:
    """Look at the words, then say that there is no monitoring."""
    from xlpy.cli.shared.domains import find_domid

    call.options()
    if call.words[0] not in TYPES or len(call.words) > 2:
        call.help(2)
    executor = call.executor()
    for word in call.words[1:]:
        find_domid(executor, word)
    print("CMT is disabled in the system", file=sys.stderr)
    return DISABLED


VERB = Verb(
    name="psr-cmt-show",
    summary="Show Cache Monitoring Technology information",
    run=run,
    usage="<PSR-CMT-Type> <Domain>",
    min_words=1,
    modifies=True,
    no_libvirt=NO_LIBVIRT,
    notes="Available monitor types:\n"
    '"cache-occupancy":         Show L3 cache occupancy(KB)\n'
    '"total-mem-bandwidth":     Show total memory bandwidth(KB/s)\n'
    '"local-mem-bandwidth":     Show local memory bandwidth(KB/s)\n',
)
