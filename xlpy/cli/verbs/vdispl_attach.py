"""`xl vdispl-attach`."""

from __future__ import annotations

from xlpy.cli.shared.attaching import attach
from xlpy.cli.verb import Option, Verb

WORDS = """\
    BackAlloc  - set to 1 to if backend allocates display buffers
    Connectors - list of connector's description in ID:WxH format,
                 where: ID - unique connector ID, W - connector width,
                 H - connector height: connectors='id0:800x600;id1:1024x768'
"""

VERB = Verb(
    name="vdispl-attach",
    summary="Create a new virtual display device",
    run=attach,
    usage="<Domain> [backend=<BackDomain>] [be-alloc=<BackAlloc>] [connectors='<Connectors>']",
    options=(Option(letter="", short=False, help=WORDS),),
    modifies=True,
    dry_run=True,
    min_words=1,
    no_libvirt="libvirt's driver for Xen has no such devices; Xen's own xl has",
)
