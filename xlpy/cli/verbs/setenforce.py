"""`xl setenforce`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

DISABLED = 255
MODES = {"0": False, "permissive": False, "1": True, "enforcing": True}


def run(call: Call) -> int:
    """Enforce the policy of Flask or not; there are no options, and words too many do not matter."""
    from xlpy.executors.hypervisor import NoFlaskError

    mode = MODES.get(call.words[0].lower()) if call.words else None
    if mode is None:
        call.help(2)
        return 2
    try:
        call.executor().hypervisor.set_enforcing(on=mode)
    except NoFlaskError:
        print("Flask XSM disabled", file=sys.stderr)
        return DISABLED
    return 0


VERB = Verb(
    name="setenforce",
    summary="Sets the current enforcing mode of the Flask Xen security module",
    run=run,
    usage="<1|0|Enforcing|Permissive>",
    modifies=True,
    no_libvirt="libvirt does not reach Flask; Xen's own xl does",
)
