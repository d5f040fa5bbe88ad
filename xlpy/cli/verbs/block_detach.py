"""`xl block-detach`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Take a disk away: with the guest's consent, or by force."""
    from xlpy.cli.shared.devices import failing
    from xlpy.cli.shared.domains import find_domid

    force = "f" in call.options()
    domid = find_domid(call.executor(), call.words[0])
    devid = _find(call, domid, call.words[1])
    devices = call.executor().devices
    line = f"libxl_device_disk_{'destroy' if force else 'safe_remove'} failed."
    return failing(call, 1, line, lambda: devices.detach(domid, "disk", devid, force=force, safe=True))


def _find(call: Call, domid: int, vdev: str) -> int:
    """The number of a disk that the domain has."""
    from xlpy.cli.shared.devices import attached, give_up
    from xlpy.cli.shared.domains import libxl_error
    from xlpy.values import parse_vdev

    said = f"Error: Device {vdev} not connected."
    try:
        devid = parse_vdev(vdev).number
    except ValueError:
        give_up(1, said)
    found = next((info for info in attached(call, domid, "disk") if info.devid == devid), None)
    if found is None:
        text = f"disk /libxl/{domid}/device/vbd/{devid} does not exist (no backend path"
        libxl_error(call.release, "libxl_disk.c:libxl__disk_from_xenstore", (516, 560), text)
        give_up(1, said)
    if getattr(found.device, "specification", "") == "virtio":
        give_up(1, "Hotunplug isn't supported for specification virtio")
    return devid


VERB = Verb(
    name="block-detach",
    summary="Destroy a domain's virtual block device",
    run=run,
    usage="[option] <Domain> <DevId>",
    options=(
        Option(
            letter="f",
            name="force",
            help="-f, --force        do not wait for the domain to release the device",
            no_libvirt="libvirt always asks the guest first; Xen's own xl does not have to",
        ),
    ),
    modifies=True,
    min_words=2,
)
