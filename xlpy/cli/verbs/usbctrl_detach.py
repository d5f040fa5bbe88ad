"""`xl usbctrl-detach`."""

from __future__ import annotations

from xlpy.cli.shared.devices import detach
from xlpy.cli.verb import Verb

VERB = Verb(
    name="usbctrl-detach",
    summary="Remove the virtual USB controller specified by <DevId> for a domain",
    run=lambda call: detach(call, "usbctrl", "usbctrl_remove"),
    usage="<Domain> <DevId>",
    modifies=True,
    min_words=2,
)
