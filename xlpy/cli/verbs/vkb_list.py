"""`xl vkb-list`."""

from __future__ import annotations

from xlpy.cli.shared.devices import Table
from xlpy.cli.verb import Verb
from xlpy.render.devices import VKB_HEADER, vkb_row

_TABLE = Table("vkb", VKB_HEADER, vkb_row)

VERB = Verb(
    name="vkb-list",
    summary="List virtual keyboard devices for a domain",
    run=_TABLE.run,
    records=_TABLE.records,
    usage="<Domain(s)>",
    min_words=1,
    libvirt_note="always empty, as libvirt does not tell",
)
