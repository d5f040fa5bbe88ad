"""`xl cd-insert`."""

from __future__ import annotations

from xlpy.cli.shared.cdrom import change
from xlpy.cli.verb import Verb

VERB = Verb(
    name="cd-insert",
    summary="Insert a cdrom into a guest's cd drive",
    run=change,
    usage="<Domain> <VirtualDevice> <path>",
    modifies=True,
    dry_run=True,
    min_words=3,
)
