"""`xl block-list`."""

from __future__ import annotations

from xlpy.cli.shared.devices import Table
from xlpy.cli.verb import Verb
from xlpy.render.devices import BLOCK_HEADER, block_row

_TABLE = Table("disk", BLOCK_HEADER, block_row, strict=False)

VERB = Verb(
    name="block-list",
    summary="List virtual block devices for a domain",
    run=_TABLE.run,
    records=_TABLE.records,
    usage="<Domain(s)>",
    min_words=1,
    libvirt_note="rings, event channels and states only on Dom0 itself, from xenstore by Xen's Python modules",
)
