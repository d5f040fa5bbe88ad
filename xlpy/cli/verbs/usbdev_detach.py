"""`xl usbdev-detach`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take the USB device in a port of a controller away."""
    from xlpy.cli.shared.devices import failing, find_device, give_up
    from xlpy.cli.shared.domains import find_domid
    from xlpy.cstring import atoi

    call.options()
    domid = find_domid(call.executor(), call.words[0])
    controller, port = atoi(call.words[1]), atoi(call.words[2])
    if len(call.words) > 3:
        give_up(1, "Invalid arguments.")
    devid = controller * 256 + port
    if find_device(call, domid, "usbdev", devid, "") is None:
        give_up(1, f"Unknown device at controller {controller} port {port}.")
    devices = call.executor().devices
    return failing(call, 1, "libxl_device_usbdev_remove failed.", lambda: devices.detach(domid, "usbdev", devid))


VERB = Verb(
    name="usbdev-detach",
    summary="Detach a USB device from a domain",
    run=run,
    usage="<Domain> <controller> <port>",
    modifies=True,
    min_words=3,
    libvirt_note="from afar ports are counted without gaps, as libxl fills them",
)
