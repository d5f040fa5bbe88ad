"""`xl network-list`."""

from __future__ import annotations

from xlpy.cli.shared.devices import Table
from xlpy.cli.verb import Verb
from xlpy.render.devices import NETWORK_HEADER, network_row

_TABLE = Table("vif", NETWORK_HEADER, network_row)

VERB = Verb(
    name="network-list",
    summary="List virtual network interfaces for a domain",
    run=_TABLE.run,
    records=_TABLE.records,
    usage="<Domain(s)>",
    min_words=1,
    libvirt_note="states, and numbers of what was attached later, only on Dom0 itself, by Xen's Python modules",
)
