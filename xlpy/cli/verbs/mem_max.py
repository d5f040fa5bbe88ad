"""`xl mem-max`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Set the most memory that a domain may have."""
    from xlpy.cli.shared.ballooning import resize

    return resize(call, maximum=True)


VERB = Verb(
    name="mem-max",
    summary="Set the maximum amount reservation for a domain",
    run=run,
    usage="<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>",
    min_words=2,
    modifies=True,
    libvirt_note="libvirt goes on telling the maximum with which the domain was built",
)
