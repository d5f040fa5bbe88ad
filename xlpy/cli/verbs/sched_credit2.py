"""`xl sched-credit2`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.cli.shared.schedules import ScheduledPool

SCHEDULER = "credit2"


def run(call: Call) -> int:
    """Show or change parameters of the credit2 scheduler: of all domains, of one, or of a pool."""
    from xlpy.cli.shared.scheduling import domain_share, list_shares, misuse, tune

    options = call.options()
    of_domain = options.keys() & {"w", "c"}
    if "p" in options and (of_domain or "d" in options):
        return misuse("Specifying a cpupool is not allowed with other options.")
    if of_domain and "d" not in options:
        return misuse("Must specify a domain.")
    if "s" in options:
        return tune(call, options, SCHEDULER)
    return domain_share(call, options, SCHEDULER) if "d" in options else list_shares(call, options.get("p"), SCHEDULER)


def records(call: Call) -> Sequence[ScheduledPool]:
    """The pools with their domains."""
    from xlpy.cli.shared.schedules import shares

    return shares(call, SCHEDULER)


_POOLS = "libvirt does not tell how the scheduler of a cpupool is tuned; Xen's own xl does"

VERB = Verb(
    name="sched-credit2",
    summary="Get/set credit2 scheduler parameters",
    run=run,
    records=records,
    usage="[-d <Domain> [-w[=WEIGHT]]] [-p CPUPOOL]",
    modifies=True,
    options=(
        Option(letter="d", name="domain", value=True, help="-d DOMAIN, --domain=DOMAIN     Domain to modify"),
        Option(letter="w", name="weight", value=True, help="-w WEIGHT, --weight=WEIGHT     Weight (int)"),
        Option(letter="c", name="cap", value=True, help="-c CAP,    --cap=CAP           Cap (int)", since=(4, 10)),
        Option(
            letter="s",
            name="schedparam",
            help="-s         --schedparam        Query / modify scheduler parameters",
            since=(4, 8),
            no_libvirt=_POOLS,
        ),
        Option(
            letter="r",
            name="ratelimit_us",
            value=True,
            help="-r RLIMIT, --ratelimit_us=RLIMIT Set the scheduling rate limit, in microseconds",
            since=(4, 8),
        ),
        Option(
            letter="p", name="cpupool", value=True, help="-p CPUPOOL, --cpupool=CPUPOOL  Restrict output to CPUPOOL"
        ),
    ),
    libvirt_note="without -d only on Dom0 itself, by Xen's Python modules; how the pool is tuned is not told",
)
