"""`xl vdispl-list`."""

from __future__ import annotations

from xlpy.cli.shared.devices import Table
from xlpy.cli.verb import Verb
from xlpy.render.devices import vdispl_row

_TABLE = Table("vdispl", "", vdispl_row, strict=False)

VERB = Verb(
    name="vdispl-list",
    summary="List virtual display devices for a domain",
    run=_TABLE.run,
    records=_TABLE.records,
    usage="<Domain(s)>",
    min_words=1,
    libvirt_note="always empty, as libvirt has none",
)
