"""`xl vtpm-detach`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take a TPM away, by its number or its UUID."""
    from xlpy.cli.shared.devices import ERROR_FAIL, failing
    from xlpy.cli.shared.domains import find_domid

    call.options()
    domid = find_domid(call.executor(), call.words[0])
    devid = _find(call, domid, call.words[1])
    devices = call.executor().devices
    return failing(call, ERROR_FAIL, "libxl_device_vtpm_remove failed.", lambda: devices.detach(domid, "vtpm", devid))


def _find(call: Call, domid: int, word: str) -> int:
    from xlpy.cli.shared.devices import attached, find_device, give_up
    from xlpy.cstring import atoi

    if word.count("-") == 4:
        uuids = {str(getattr(info.device, "uuid", "")).lower(): info for info in attached(call, domid, "vtpm")}
        found = uuids.get(word.lower())
    else:
        found = find_device(call, domid, "vtpm", atoi(word), "vtpm")
    if found is None:
        give_up(1, f"Unknown device {word}.")
    return found.devid


VERB = Verb(
    name="vtpm-detach",
    summary="Destroy a domain's virtual TPM device",
    run=run,
    usage="<Domain> <DevId|uuid>",
    modifies=True,
    min_words=2,
    no_libvirt="libvirt's driver for Xen has no such devices; Xen's own xl has",
)
