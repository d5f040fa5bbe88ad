"""`xl sched-rtds`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.cli.shared.schedules import ReservingPool


def run(call: Call) -> int:
    """Show or change what RTDS keeps for vCPUs."""
    from xlpy.cli.shared.reserving import schedule

    return schedule(call)


def records(call: Call) -> Sequence[ReservingPool]:
    """The pools with their domains."""
    from xlpy.cli.shared.schedules import reservations

    return reservations(call)


VERB = Verb(
    name="sched-rtds",
    summary="Get/set rtds scheduler parameters",
    run=run,
    records=records,
    usage="[-d <Domain> [-v[=VCPUID/all]] [-p[=PERIOD]] [-b[=BUDGET]] [-e[=Extratime]]]",
    modifies=True,
    no_libvirt="libvirt knows nothing of the scheduler RTDS; Xen's own xl does",
    options=(
        Option(letter="d", name="domain", value=True, help="-d DOMAIN, --domain=DOMAIN     Domain to modify"),
        Option(
            letter="v",
            name="vcpuid",
            value=True,
            help="-v VCPUID/all, --vcpuid=VCPUID/all    VCPU to modify or output;\n"
            "               Using '-v all' to modify/output all vcpus",
            since=(4, 7),
        ),
        Option(letter="p", name="period", value=True, help="-p PERIOD, --period=PERIOD     Period (us)"),
        Option(letter="b", name="budget", value=True, help="-b BUDGET, --budget=BUDGET     Budget (us)"),
        Option(
            letter="e",
            name="extratime",
            value=True,
            help="-e Extratime, --extratime=Extratime Extratime (1=yes, 0=no)\n",
            since=(4, 10),
        ),
        Option(letter="c"),  # xl forgot that it takes a value
        Option(letter="C", name="cpupool", value=True, short=False),
    ),
)
