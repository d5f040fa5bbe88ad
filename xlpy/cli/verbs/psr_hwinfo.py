"""`xl psr-hwinfo`."""

from __future__ import annotations

from xlpy.cli.shared.psr import FAILED, NO_LIBVIRT
from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Say that there is no monitoring; of allocation xl says nothing where there is none."""
    options = call.options()
    if "m" in options or not options:
        print("Cache Monitoring Technology (CMT):")
        print("Enabled         : 0")
    return 0 if options.keys() == {"m"} else FAILED


VERB = Verb(
    name="psr-hwinfo",
    summary="Show hardware information for Platform Shared Resource",
    run=run,
    usage="[options]",
    modifies=True,
    no_libvirt=NO_LIBVIRT,
    options=(
        Option(letter="m", name="cmt", help="-m, --cmt       Show Cache Monitoring Technology (CMT) hardware info"),
        Option(letter="a", name="cat", help="-a, --cat       Show Cache Allocation Technology (CAT) hardware info"),
        Option(letter="b", name="mba", help="-b, --mba       Show Memory Bandwidth Allocation (MBA) hardware info\n"),
    ),
)
