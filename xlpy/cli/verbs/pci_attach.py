"""`xl pci-attach`."""

from __future__ import annotations

from xlpy.cli.shared.attaching import attach
from xlpy.cli.verb import Verb

VERB = Verb(
    name="pci-attach",
    summary="Insert a new pass-through pci device",
    run=attach,
    usage="<Domain> <PCI_SPEC_STRING>",
    modifies=True,
    min_words=2,
)
