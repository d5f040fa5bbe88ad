"""`xl xenstore-quota-get`."""

from __future__ import annotations

import sys

from xlpy.cli.shared.quotas import NO_LIBVIRT, whose
from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

HEADER = "Quota name           Quota value\n" + "-" * 32


def run(call: Call) -> int:
    """Print the limits of a domain, or those that domains get; there are no options, -g is a word."""
    from xlpy.executors.hypervisor import XenRefusedError

    if not call.words:
        print('Domain or "-g" must be specified.', file=sys.stderr)
        return 1
    executor = call.executor()
    domid = whose(executor, call.words[0])
    try:
        quotas = executor.hypervisor.quotas(domid)
    except XenRefusedError:
        print("Quota could not be obtained.", file=sys.stderr)
        return 1
    print(HEADER)
    for name, value in quotas.items():
        print(f"{name:<20}    {value:>8}")
    return 0


VERB = Verb(
    name="xenstore-quota-get",
    summary="Show the quotas of xenstore",
    run=run,
    usage="<Domain>|-g",
    no_libvirt=NO_LIBVIRT,
)
