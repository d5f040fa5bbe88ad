"""`xl vtpm-attach`."""

from __future__ import annotations

from xlpy.cli.shared.attaching import attach_without_rc
from xlpy.cli.verb import Verb

VERB = Verb(
    name="vtpm-attach",
    summary="Create a new virtual TPM device",
    run=attach_without_rc,
    usage="<Domain> [uuid=<uuid>] [backend=<BackDomain>]",
    modifies=True,
    dry_run=True,
    min_words=1,
    no_libvirt="libvirt's driver for Xen has no such devices; Xen's own xl has",
)
