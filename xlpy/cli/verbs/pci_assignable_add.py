"""`xl pci-assignable-add`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Bind a PCI device to pciback, and give it a name."""
    from xlpy.cli.shared.devices import failing, give_up
    from xlpy.cli.shared.pciaddress import full_address

    name = call.options().get("n", "")
    bdf = full_address(call.words[0])
    if bdf is None:
        give_up(2, f'pci-assignable-add: malformed BDF "{call.words[0]}"')
    executor = call.executor()
    return failing(call, 1, "", lambda: executor.pci.make_assignable(bdf, name))


VERB = Verb(
    name="pci-assignable-add",
    summary="Make a device assignable for pci-passthru",
    run=run,
    usage="[options] <BDF>",
    options=(
        Option(
            letter="n",
            name="name",
            value=True,
            help="-n NAME, --name=NAME    Name the assignable device.",
            no_libvirt="libvirt keeps no names of PCI devices; Xen's own xl does",
        ),
        Option(letter="h", name="help", help="-h                      Print this help.\n"),
    ),
    modifies=True,
    min_words=1,
)
