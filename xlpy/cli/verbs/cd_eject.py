"""`xl cd-eject`."""

from __future__ import annotations

from xlpy.cli.shared.cdrom import change
from xlpy.cli.verb import Verb

VERB = Verb(
    name="cd-eject",
    summary="Eject a cdrom from a guest's cd drive",
    run=lambda call: change(call, eject=True),
    usage="<Domain> <VirtualDevice>",
    modifies=True,
    dry_run=True,
    min_words=2,
)
