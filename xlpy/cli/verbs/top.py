"""`xl top`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Start xentop, as xl does, whose status is then that of the shell; of a simulated host it knows nothing."""
    import os

    from xlpy.cli.say import say

    call.options()
    if call.executor().simulated:
        say("top: xentop shows real hosts only: xlpy list --watch shows this one")
        return 1
    return os.system("xentop") % 256


VERB = Verb(
    name="top",
    summary="Monitor a host and the domains in real time",
    run=run,
    libvirt_note="what libvirt counts",
)
