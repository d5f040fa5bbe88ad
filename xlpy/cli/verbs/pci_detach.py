"""`xl pci-detach`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take a PCI device back; -f although the guest does not let go of it."""
    from xlpy.cli.shared.attaching import read_device
    from xlpy.cli.shared.devices import failing
    from xlpy.cli.shared.domains import find_domid
    from xlpy.devices.pci import Pci

    force = "f" in call.options()
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    attached, status = read_device(call, "pci-attach", call.words[1:2], said_by="pci-detach")
    device = attached.device
    if status is not None or not isinstance(device, Pci):
        return status or 1
    return failing(call, 1, "", lambda: executor.pci.detach(domid, device, force=force))


VERB = Verb(
    name="pci-detach",
    summary="Remove a domain's pass-through pci device",
    run=run,
    usage="<Domain> <PCI_SPEC_STRING>",
    options=(
        Option(letter="f", no_libvirt="libvirt waits for the guest to let go of it; Xen's own xl does not have to"),
    ),
    modifies=True,
    min_words=2,
)
