"""`xl vsnd-attach`."""

from __future__ import annotations

from xlpy.cli.shared.attaching import attach
from xlpy.cli.verb import Verb

VERB = Verb(
    name="vsnd-attach",
    summary="Create a new virtual sound device",
    run=attach,
    usage="<Domain> <vsnd-spec-component(s)>...",
    modifies=True,
    dry_run=True,
    min_words=2,
    no_libvirt="libvirt's driver for Xen has no such devices; Xen's own xl has",
)
