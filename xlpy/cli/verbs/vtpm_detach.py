"""`xl vtpm-detach`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take a TPM away, by its number or its UUID."""
    from xlpy.cli.shared.devices import ERROR_FAIL, failing, meant
    from xlpy.cli.shared.domains import find_domid

    call.options()
    domid = find_domid(call.executor(), call.words[0])
    name = "uuid" if call.words[1].count("-") == 4 else ""
    devid = meant(call, domid, "vtpm", name)
    devices = call.executor().devices
    return failing(call, ERROR_FAIL, "libxl_device_vtpm_remove failed.", lambda: devices.detach(domid, "vtpm", devid))


VERB = Verb(
    name="vtpm-detach",
    summary="Destroy a domain's virtual TPM device",
    run=run,
    usage="<Domain> <DevId|uuid>",
    modifies=True,
    min_words=2,
    no_libvirt="libvirt's driver for Xen has no such devices; Xen's own xl has",
)
