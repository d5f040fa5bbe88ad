"""`xl sched-credit`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.cli.shared.schedules import ScheduledPool

SCHEDULER = "credit"


def run(call: Call) -> int:
    """Show or change parameters of the credit scheduler: of all domains, of one, or of a pool."""
    from xlpy.cli.shared.scheduling import domain_share, list_shares, misuse, tune

    options = call.options()
    of_domain = options.keys() & {"w", "c"}
    if options.keys() & {"p", "s"} and (of_domain or "d" in options):
        return misuse("Specifying a cpupool or schedparam is not allowed with domain options.")
    if of_domain and "d" not in options:
        return misuse("Must specify a domain.")
    if "s" in options:
        return tune(call, options, SCHEDULER)
    if options.keys() & {"t", "r", "m"}:
        return misuse("Must specify schedparam to set schedule parameter values.")
    return domain_share(call, options, SCHEDULER) if "d" in options else list_shares(call, options.get("p"), SCHEDULER)


def records(call: Call) -> Sequence[ScheduledPool]:
    """The pools with their domains."""
    from xlpy.cli.shared.schedules import shares

    return shares(call, SCHEDULER)


_POOLS = "libvirt does not tell how the scheduler of a cpupool is tuned; Xen's own xl does"

VERB = Verb(
    name="sched-credit",
    summary="Get/set credit scheduler parameters",
    run=run,
    records=records,
    usage="[-d <Domain> [-w[=WEIGHT]|-c[=CAP]]] [-s [-t TSLICE] [-r RATELIMIT]] [-p CPUPOOL]",
    modifies=True,
    options=(
        Option(letter="d", name="domain", value=True, help="-d DOMAIN, --domain=DOMAIN        Domain to modify"),
        Option(letter="w", name="weight", value=True, help="-w WEIGHT, --weight=WEIGHT        Weight (int)"),
        Option(letter="c", name="cap", value=True, help="-c CAP, --cap=CAP                 Cap (int)"),
        Option(
            letter="s",
            name="schedparam",
            help="-s         --schedparam           Query / modify scheduler parameters",
            no_libvirt=_POOLS,
        ),
        Option(
            letter="t",
            name="tslice_ms",
            value=True,
            help="-t TSLICE, --tslice_ms=TSLICE     Set the timeslice, in milliseconds",
        ),
        Option(
            letter="r",
            name="ratelimit_us",
            value=True,
            help="-r RLIMIT, --ratelimit_us=RLIMIT  Set the scheduling rate limit, in microseconds",
        ),
        Option(
            letter="m",
            name="migration_delay_us",
            value=True,
            help="-m DLY, --migration_delay_us=DLY  Set the migration delay, in microseconds",
            since=(4, 11),
        ),
        Option(
            letter="p", name="cpupool", value=True, help="-p CPUPOOL, --cpupool=CPUPOOL     Restrict output to CPUPOOL"
        ),
    ),
    libvirt_note="without -d only on Dom0 itself, by Xen's Python modules; how the pool is tuned is not told",
)
