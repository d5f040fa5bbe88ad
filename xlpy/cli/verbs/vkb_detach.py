"""`xl vkb-detach`."""

from __future__ import annotations

from xlpy.cli.shared.devices import ERROR_FAIL, detach
from xlpy.cli.verb import Verb

VERB = Verb(
    name="vkb-detach",
    summary="Destroy a domain's virtual keyboard device",
    run=lambda call: detach(call, "vkb", "vkb_remove", ERROR_FAIL),
    usage="<Domain> <DevId>",
    modifies=True,
    min_words=2,
    no_libvirt="libvirt's driver for Xen has no such devices; Xen's own xl has",
)
