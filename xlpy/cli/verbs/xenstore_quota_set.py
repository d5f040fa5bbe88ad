"""`xl xenstore-quota-set`."""

from __future__ import annotations

import sys

from xlpy.cli.shared.quotas import NO_LIBVIRT, parse, whose
from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Change limits of a domain, or those that domains get; there are no options, -g is a word."""
    from xlpy.executors.hypervisor import XenRefusedError

    if len(call.words) < 2:
        print("Not enough parameters.", file=sys.stderr)
        return 1
    executor = call.executor()
    domid = whose(executor, call.words[0])
    quotas = parse(call.words[1:])
    if quotas is None:
        return 1
    try:
        executor.hypervisor.set_quotas(domid, quotas)
    except XenRefusedError:
        print("Quota could not be set.", file=sys.stderr)
        return 1
    return 0


VERB = Verb(
    name="xenstore-quota-set",
    summary="Change the quotas of xenstore",
    run=run,
    usage="<Domain>|-g <quota>=<val>...",
    modifies=True,
    no_libvirt=NO_LIBVIRT,
)
