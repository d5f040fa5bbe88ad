"""`xl vm-list`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.executors import DomainInfo


def run(call: Call) -> int:
    """Print uuid, domid and name of all domains."""
    from xlpy.render.listing import VM_LIST_HEADER, vm_list_row

    sys.stdout.write(VM_LIST_HEADER + "".join(map(vm_list_row, records(call))))
    return 0


def records(call: Call) -> Sequence[DomainInfo]:
    """The same domains."""
    call.options()
    return call.executor().domains()


VERB = Verb(name="vm-list", summary="List guest domains, excluding dom0, stubdoms, etc.", run=run, records=records)
