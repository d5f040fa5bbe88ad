"""`xl mem-set`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Set how much memory a guest is to keep."""
    from xlpy.cli.shared.ballooning import resize

    return resize(call, maximum=False)


VERB = Verb(
    name="mem-set",
    summary="Set the current memory usage for a domain",
    run=run,
    usage="<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>",
    min_words=2,
    modifies=True,
)
