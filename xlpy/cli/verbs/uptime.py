"""`xl uptime`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.executors import DomainInfo


def run(call: Call) -> int:
    """Print how long domains have been running."""
    from time import strftime

    from xlpy.render.listing import UPTIME_HEADER, short_uptime_row, uptime_row

    short = "s" in call.options()
    wanted = _wanted(call)
    if not short:
        sys.stdout.write(UPTIME_HEADER)
    clock = strftime("%H:%M:%S")
    for domid, domain in wanted:
        if domain is None:
            _say_gone(call, domid)
        else:
            sys.stdout.write(short_uptime_row(domain, clock) if short else uptime_row(domain))
    return 0


def records(call: Call) -> Sequence[DomainInfo]:
    """The domains that are there."""
    call.options()
    wanted = _wanted(call)
    for domid, domain in wanted:
        if domain is None:
            _say_gone(call, domid)
    return [domain for _, domain in wanted if domain is not None]


def _wanted(call: Call) -> list[tuple[int, DomainInfo | None]]:
    from xlpy.cli.shared.domains import find_domid

    executor = call.executor()
    known = {domain.domid: domain for domain in executor.domains()}
    wanted = [find_domid(executor, word) for word in call.words] or list(known)
    return [(domid, known.get(domid)) for domid in wanted]


def _say_gone(call: Call, domid: int) -> None:
    from xlpy.cli.shared.domains import libxl_error

    text = f"Domain {domid}:Can't get start time of domain"
    libxl_error(call.release, "libxl_domain.c:libxl_vm_get_start_time", (2231, 2233), text)


VERB = Verb(
    name="uptime",
    summary="Print uptime for all/some domains",
    run=run,
    records=records,
    usage="[-s] [Domain]",
    options=(Option(letter="s"),),
    libvirt_note="of domains that xlpy built; else ?",
)
