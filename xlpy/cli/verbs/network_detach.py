"""`xl network-detach`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take a network interface away, by its number or its MAC."""
    from xlpy.cli.shared.devices import failing, meant
    from xlpy.cli.shared.domains import find_domid

    call.options()
    domid = find_domid(call.executor(), call.words[0])
    name = "mac" if ":" in call.words[1] else ""
    devid = meant(call, domid, "vif", name)
    devices = call.executor().devices
    return failing(call, 1, "libxl_device_nic_del failed.", lambda: devices.detach(domid, "vif", devid))


VERB = Verb(
    name="network-detach",
    summary="Destroy a domain's virtual network device",
    run=run,
    usage="<Domain> <DevId|mac>",
    modifies=True,
    min_words=2,
    libvirt_note="from afar name the MAC of an interface that was attached later",
)
