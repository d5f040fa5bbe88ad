"""`xl uptime`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Print how long domains have been running."""
    from time import strftime

    from xlpy.cli.domains import find_domid, libxl_error
    from xlpy.render.listing import UPTIME_HEADER, short_uptime_row, uptime_row

    short = "s" in call.options()
    executor = call.executor()
    known = {domain.domid: domain for domain in executor.domains()}
    wanted = [find_domid(executor, word) for word in call.words] or list(known)
    if not short:
        sys.stdout.write(UPTIME_HEADER)
    clock = strftime("%H:%M:%S")
    for domid in wanted:
        if domid in known:
            sys.stdout.write(short_uptime_row(known[domid], clock) if short else uptime_row(known[domid]))
        else:
            text = f"Domain {domid}:Can't get start time of domain"
            libxl_error(call.release, "libxl_domain.c:libxl_vm_get_start_time", (2231, 2233), text)
    return 0


VERB = Verb(
    name="uptime",
    summary="Print uptime for all/some domains",
    run=run,
    usage="[-s] [Domain]",
    options=(Option(letter="s"),),
)
