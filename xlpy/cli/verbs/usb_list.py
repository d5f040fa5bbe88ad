"""`xl usb-list`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.cli.shared.devices import ListedDevice


def run(call: Call) -> int:
    """Print the USB controllers of a domain, and what is in their ports."""
    from xlpy.cli.shared.devices import attached
    from xlpy.executors import UnknownDomain
    from xlpy.render.devices import usb_rows

    call.options()
    domid = _domid(call)
    try:
        guest = call.executor().find(str(domid)).type
    except UnknownDomain:
        return 0
    ports = {info.devid: info.device for info in attached(call, domid, "usbdev")}
    for info in attached(call, domid, "usbctrl"):
        first = info.devid * 256
        plugged = {devid - first: device for devid, device in ports.items() if first < devid < first + 256}
        sys.stdout.write(usb_rows(info, guest, plugged))
    return 0


def records(call: Call) -> Sequence[ListedDevice]:
    """The controllers and the devices."""
    from xlpy.cli.shared.devices import attached, listed

    call.options()
    domid = _domid(call)
    return [listed(info, domid) for kind in ("usbctrl", "usbdev") for info in attached(call, domid, kind)]


def _domid(call: Call) -> int:
    from xlpy.cli.shared.devices import give_up
    from xlpy.cli.shared.domains import find_domid

    domid = find_domid(call.executor(), call.words[0])
    if len(call.words) > 1:
        give_up(255, "Invalid arguments.")
    return domid


VERB = Verb(
    name="usb-list",
    summary="List information about all USB controllers and devices for a domain",
    run=run,
    records=records,
    usage="<Domain>",
    min_words=1,
    libvirt_note="from libvirt's XML; from afar ports are counted without gaps, as libxl fills them",
)
