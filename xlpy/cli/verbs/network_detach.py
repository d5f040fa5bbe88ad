"""`xl network-detach`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take a network interface away, by its number or its MAC."""
    from xlpy.cli.shared.devices import failing
    from xlpy.cli.shared.domains import find_domid

    call.options()
    domid = find_domid(call.executor(), call.words[0])
    devid = _find(call, domid, call.words[1])
    devices = call.executor().devices
    return failing(call, 1, "libxl_device_nic_del failed.", lambda: devices.detach(domid, "vif", devid))


def _find(call: Call, domid: int, word: str) -> int:
    from xlpy.cli.shared.devices import attached, find_device, give_up
    from xlpy.cstring import atoi

    if ":" in word:
        macs = {str(getattr(info.device, "mac", "")).lower(): info for info in attached(call, domid, "vif")}
        found = macs.get(word.lower())
    else:
        found = find_device(call, domid, "vif", atoi(word), "vif")
    if found is None:
        give_up(1, f"Unknown device {word}.")
    return found.devid


VERB = Verb(
    name="network-detach",
    summary="Destroy a domain's virtual network device",
    run=run,
    usage="<Domain> <DevId|mac>",
    modifies=True,
    min_words=2,
    libvirt_note="from afar name the MAC of an interface that was attached later",
)
