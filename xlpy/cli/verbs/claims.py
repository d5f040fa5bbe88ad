"""`xl claims`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb
from xlpy.executors import DomainInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call


class DomainClaim(DomainInfo):
    """A domain with what is claimed for it and not yet populated, in KiB."""

    outstanding_kib: int


def run(call: Call) -> int:
    """Print all domains with their claims."""
    from xlpy.render.listing import claim_row, list_header

    call.options()
    if not call.settings.conf.claim_mode:
        print("claim_mode not enabled (see man xl.conf).", file=sys.stderr)
    rows = [claim_row(domain, domain.outstanding_kib) for domain in records(call)]
    sys.stdout.write(list_header(claims=True) + "".join(rows))
    return 0


def records(call: Call) -> Sequence[DomainClaim]:
    """The same domains."""
    call.options()
    executor = call.executor()
    claimed = {usage.domid: usage.outstanding_kib for usage in executor.memory.usage()}
    return [
        DomainClaim(**domain.as_dict(), outstanding_kib=claimed.get(domain.domid, 0)) for domain in executor.domains()
    ]


VERB = Verb(
    name="claims",
    summary="List outstanding claim information about all domains",
    run=run,
    records=records,
    empty_options=True,
    no_libvirt="libvirt counts no claims; Xen's own xl does",
)
