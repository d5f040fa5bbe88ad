"""`xl pci-assignable-remove`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take a PCI device away from pciback; -r gives it back to its former driver."""
    from xlpy.cli.shared.devices import failing, give_up
    from xlpy.cli.shared.pciaddress import full_address

    rebind = "r" in call.options()
    word = call.words[0]
    executor = call.executor()
    bdf = full_address(word) or executor.pci.named(word)
    if bdf is None:
        give_up(2, f"pci-assignable-remove: malformed BDF '{word}'")
    return failing(call, 1, "", lambda: executor.pci.take_back(bdf, rebind=rebind))


VERB = Verb(
    name="pci-assignable-remove",
    summary="Remove a device from being assignable",
    run=run,
    usage="[options] <BDF>|NAME",
    options=(
        Option(letter="h", name="help", help="-h                      Print this help."),
        Option(
            letter="r",
            help="-r                      Attempt to re-assign the device to the\n"
            "                        original driver.",
        ),
    ),
    modifies=True,
    min_words=1,
    libvirt_note="by its address; libvirt gives it back to its driver, with -r or without",
)
