"""`xl shutdown`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Ask guests to power off."""
    from xlpy.cli.shared.stopping import SHUTDOWN, stop

    return stop(call, SHUTDOWN)


VERB = Verb(
    name="shutdown",
    summary="Issue a shutdown signal to a domain",
    run=run,
    usage="[options] <-a|Domain>",
    modifies=True,
    options=(
        Option(letter="a", name="all", help="-a, --all               Shutdown all guest domains."),
        Option(letter="h", name="help", help="-h                      Print this help."),
        Option(
            letter="F",
            help="-F                      Fallback to ACPI power event for HVM guests with\n"
            "                        no PV drivers.",
        ),
        Option(letter="w", name="wait", help="-w, --wait              Wait for guest(s) to shutdown.\n"),
    ),
)
