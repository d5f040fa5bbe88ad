"""`xl pci-assignable-list`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.executors.pci import Assignable


def run(call: Call) -> int:
    """Print the PCI devices that domains could have; -n with their names."""
    show = "n" in call.options()
    for device in call.executor().pci.assignable():
        print(f"{device.bdf} {device.name if show else ''}")
    return 0


def records(call: Call) -> Sequence[Assignable]:
    """The same devices."""
    call.options()
    return call.executor().pci.assignable()


VERB = Verb(
    name="pci-assignable-list",
    summary="List all the assignable pci devices",
    run=run,
    records=records,
    usage="[options]",
    options=(
        Option(letter="h", name="help", help="-h                      Print this help."),
        Option(
            letter="n",
            name="show-names",
            help="-n, --show-names        Display assignable device names where\n                        supplied.\n",
            no_libvirt="libvirt keeps no names of PCI devices; Xen's own xl does",
        ),
    ),
)
