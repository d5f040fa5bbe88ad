"""`xl psr-mba-set`."""

from __future__ import annotations

from xlpy.cli.shared.psr import NO_LIBVIRT, sockets_of, without_allocation
from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Look at the words, then say that there is no bandwidth allocation."""
    from xlpy.cli.shared.domains import find_domid

    sockets: set[int] = set()
    for _, value in call.each_option():
        sockets |= sockets_of(value)
    if len(call.words) != 2:
        call.help(1)
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    return without_allocation(call, executor, domid, "MBA", sockets)


VERB = Verb(
    name="psr-mba-set",
    summary="Set throttling value (THRTL) for a domain",
    run=run,
    usage="[options] <Domain> <THRTL>",
    modifies=True,
    no_libvirt=NO_LIBVIRT,
    options=(
        Option(
            letter="s",
            name="socket",
            value=True,
            help="-s <socket>       Specify the socket to process, otherwise all sockets are processed\n",
        ),
    ),
)
