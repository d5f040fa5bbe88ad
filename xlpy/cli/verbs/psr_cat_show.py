"""`xl psr-cat-show`."""

from __future__ import annotations

from xlpy.cli.shared.psr import NO_LIBVIRT, show_nothing
from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Look at the words, then say that there is no cache allocation."""
    options = call.options()
    return show_nothing(call, options.get("l", "3"))


VERB = Verb(
    name="psr-cat-show",
    summary="Show Cache Allocation Technology information",
    run=run,
    usage="[options] <Domain>",
    modifies=True,
    no_libvirt=NO_LIBVIRT,
    options=(
        Option(
            letter="l",
            name="level",
            value=True,
            help="-l <level>        Specify the cache level to process, otherwise L3 cache is processed\n",
        ),
    ),
)
