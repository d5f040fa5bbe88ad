"""`xl network-attach`."""

from __future__ import annotations

from xlpy.cli.shared.attaching import attach
from xlpy.cli.verb import Verb

VERB = Verb(
    name="network-attach",
    summary="Create a new virtual network device",
    run=attach,
    usage=(
        "<Domain> [type=<type>] [mac=<mac>] [bridge=<bridge>] [ip=<ip>] [script=<script>] "
        "[backend=<BackDomain>] [vifname=<name>] [rate=<rate>] [model=<model>] [accel=<accel>] [mtu=<mtu>]"
    ),
    modifies=True,
    dry_run=True,
    min_words=1,
)
