"""`xl top`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Show what xentop shows; xl starts xentop itself on a real host, with the status that the shell gives."""
    options = call.options()
    if not call.settings.added and not call.executor().simulated:
        import os

        return os.system("xentop") % 256
    from xlpy.cli.shared.topping import top

    return top(call, options)


VERB = Verb(
    name="top",
    summary="Monitor a host and the domains in real time",
    run=run,
    libvirt_note="what libvirt counts",
    added=(
        Option(letter="V", name="version", help="-V, --version           Show the version."),
        Option(
            letter="d", name="delay", value=True, help="-d SECONDS, --delay=SECONDS  Between two looks; 3 if not given."
        ),
        Option(letter="n", name="networks", help="-n, --networks          Show networks, too."),
        Option(letter="x", name="vbds", help="-x, --vbds              Show disks, too."),
        Option(letter="r", name="repeat-header", help="-r, --repeat-header     Repeat the header before each domain."),
        Option(letter="v", name="vcpus", help="-v, --vcpus             Show vCPUs, too."),
        Option(letter="b", name="batch", help="-b, --batch             Print to standard output; take no keys."),
        Option(letter="i", name="iterations", value=True, help="-i N, --iterations=N    End after so many looks."),
        Option(letter="f", name="full-name", help="-f, --full-name         Show names in full."),
        Option(letter="z", name="dom0-first", help="-z, --dom0-first        Show Domain-0 first, whatever the order."),
    ),
)
