"""`xl psr-mba-show`."""

from __future__ import annotations

from xlpy.cli.shared.psr import NO_LIBVIRT, show_nothing
from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Look at the words, then say that there is no bandwidth allocation."""
    call.options()
    return show_nothing(call)


VERB = Verb(
    name="psr-mba-show",
    summary="Show Memory Bandwidth Allocation information",
    run=run,
    usage="<Domain>",
    modifies=True,
    no_libvirt=NO_LIBVIRT,
)
