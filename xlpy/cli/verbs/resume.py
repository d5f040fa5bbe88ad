"""`xl resume`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Let a suspended guest go on. Where that fails xl says so, and ends with 0 all the same."""
    from xlpy.cli.moving.asleep import resume

    return resume(call)


VERB = Verb(
    name="resume",
    summary="Resume a domain from RAM",
    run=run,
    usage="<Domain>",
    min_words=1,
    modifies=True,
    libvirt_note="what libvirt has suspended; what Xen's own xl has, only that resumes",
)
