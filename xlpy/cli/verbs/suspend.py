"""`xl suspend`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Have a guest suspend itself. Where that fails xl says so, and ends with 0 all the same."""
    from xlpy.cli.moving.asleep import suspend

    return suspend(call)


VERB = Verb(name="suspend", summary="Suspend a domain to RAM", run=run, usage="<Domain>", min_words=1, modifies=True)
