"""`xl pci-list`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.executors.pci import PassedThrough


def run(call: Call) -> int:
    """Print the PCI devices of a domain; nothing at all where it has none."""
    from xlpy.render.devices import PCI_HEADER, pci_row

    found = records(call)
    sys.stdout.write("".join((PCI_HEADER * bool(found), *map(pci_row, found))))
    return 0


def records(call: Call) -> Sequence[PassedThrough]:
    """The same devices."""
    from xlpy.cli.shared.domains import find_domid
    from xlpy.executors import UnknownDomain

    call.options()
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    try:
        return executor.pci.passed(domid)
    except UnknownDomain:
        return ()


VERB = Verb(
    name="pci-list",
    summary="List pass-through pci devices for a domain",
    run=run,
    records=records,
    usage="<Domain>",
    min_words=1,
)
