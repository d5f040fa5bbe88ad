"""`xl vm-list`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Print uuid, domid and name of all domains."""
    from xlpy.render.listing import VM_LIST_HEADER, vm_list_row

    call.options()
    sys.stdout.write(VM_LIST_HEADER + "".join(vm_list_row(domain) for domain in call.executor().domains()))
    return 0


VERB = Verb(name="vm-list", summary="List guest domains, excluding dom0, stubdoms, etc.", run=run)
