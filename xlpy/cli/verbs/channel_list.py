"""`xl channel-list`."""

from __future__ import annotations

from xlpy.cli.shared.devices import Table
from xlpy.cli.verb import Verb
from xlpy.render.devices import CHANNEL_HEADER, channel_row

_TABLE = Table("channel", CHANNEL_HEADER, channel_row)

VERB = Verb(
    name="channel-list",
    summary="List virtual channel devices for a domain",
    run=_TABLE.run,
    records=_TABLE.records,
    usage="<Domain(s)>",
    min_words=1,
    libvirt_note="always empty, as libvirt does not tell of them",
)
