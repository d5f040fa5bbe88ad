"""`xl usbctrl-attach`."""

from __future__ import annotations

from xlpy.cli.shared.attaching import attach
from xlpy.cli.verb import Verb

VERB = Verb(
    name="usbctrl-attach",
    summary="Create a virtual USB controller for a domain",
    run=attach,
    usage="<Domain> [type=pv] [version=<version>] [ports=<number>]",
    modifies=True,
    min_words=1,
    libvirt_note="those of QEMU for PV drivers (type=qusb)",
)
