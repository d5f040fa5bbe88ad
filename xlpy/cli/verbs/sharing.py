"""`xl sharing`."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave
from xlpy.cli.verb import Verb
from xlpy.executors import DomainInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call


class DomainSharing(DomainInfo):
    """A domain with the memory that it shares with others, in KiB."""

    shared_kib: int


def run(call: Call) -> int:
    """Print what domains share of their memory."""
    from xlpy.render.listing import SHARING_HEADER, sharing_row

    rows = [sharing_row(domain, domain.shared_kib) for domain in records(call)]
    sys.stdout.write(SHARING_HEADER + "".join(rows))
    return 0


def records(call: Call) -> Sequence[DomainSharing]:
    """The same domains."""
    from xlpy.cli.shared.domains import find_domid, say_no_info

    call.options()
    if len(call.words) > 1:
        call.help(1)
    executor = call.executor()
    wanted = find_domid(executor, call.words[0]) if call.words else None
    domains = [domain for domain in executor.domains() if wanted in (None, domain.domid)]
    if not domains and wanted is not None:
        say_no_info(call.release, wanted)
        print(f"Error: Domain '{call.words[0]}' does not exist.", file=sys.stderr)
        raise Leave(1)
    shared = {usage.domid: usage.shared_kib for usage in executor.memory.usage()}
    return [DomainSharing(**domain.as_dict(), shared_kib=shared.get(domain.domid, 0)) for domain in domains]


VERB = Verb(
    name="sharing",
    summary="Get information about page sharing",
    run=run,
    records=records,
    usage="[Domain]",
    no_libvirt="libvirt counts no shared pages; Xen's own xl does",
)
