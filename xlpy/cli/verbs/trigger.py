"""`xl trigger`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Send a trigger to a vCPU."""
    from xlpy.cli.shared.signalling import trigger

    return trigger(call)


VERB = Verb(
    name="trigger",
    summary="Send a trigger to a domain",
    run=run,
    usage="<Domain> <nmi|reset|init|power|sleep|s3resume> [<VCPU>]",
    min_words=2,
    modifies=True,
    libvirt_note="power; the others only on Dom0 itself, by Xen's Python modules",
)
