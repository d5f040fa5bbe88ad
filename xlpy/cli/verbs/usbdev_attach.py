"""`xl usbdev-attach`."""

from __future__ import annotations

from xlpy.cli.shared.attaching import attach
from xlpy.cli.verb import Verb

VERB = Verb(
    name="usbdev-attach",
    summary="Attach a USB device to a domain",
    run=attach,
    usage="<Domain> hostbus=<busnum> hostaddr=<devnum> [controller=<DevId> [port=<port>]]",
    modifies=True,
    min_words=2,
    libvirt_note="to the first port that is free, of a new controller where there is none",
)
