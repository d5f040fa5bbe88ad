"""`xl block-attach`."""

from __future__ import annotations

from xlpy.cli.shared.attaching import attach_without_rc
from xlpy.cli.verb import Verb

VERB = Verb(
    name="block-attach",
    summary="Create a new virtual block device",
    run=attach_without_rc,
    usage="<Domain> <disk-spec-component(s)>...",
    modifies=True,
    dry_run=True,
    min_words=2,
)
