"""What libxl says when it cannot do something with a device (the lines are those of Xen 4.17 and 4.20)."""

from __future__ import annotations

import os

from xlpy.executors import LibxlError, LibxlMessage

TIMED_OUT = -9
"""ERROR_TIMEDOUT."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.devices.pci import Pci
    from xlpy.host import Claim

_Lines = tuple[int, int]


def message(place: str, lines: _Lines, text: str, level: str = "error") -> LibxlMessage:
    """A message; PLACE is FILE:FUNCTION."""
    return LibxlMessage(place=place, lines=lines, text=text, level=level)


UNABLE_TO_ADD = message("libxl_device.c:device_addrm_aocomplete", (1486, 1500), "unable to add device")
"""The last line of any failure to add one, before it is a device of xenstore."""


def not_added(*messages: LibxlMessage, advice: str = "") -> LibxlError:
    """A device was refused."""
    return LibxlError(*messages, UNABLE_TO_ADD, advice=advice)


def taken(domid: int, wanted: Claim, holder: str) -> LibxlError:
    """Another domain has it; the hotplug script of disks finds that."""
    said = f"{wanted.kind} {wanted.what} is in use by domain {holder}"
    return not_added(message(*_SCRIPT, f"script: Domain {domid}: {said}"), advice=wanted.advice)


_SCRIPT = ("libxl_device.c:device_hotplug_child_death_cb", (1337, 1351))


def exists(domid: int, kind: str) -> LibxlMessage:
    """There is such a device."""
    place, lines = ("libxl_device.c:libxl__device_add_async", (1998, 2014))
    if kind == "disk":
        place, lines = "libxl_disk.c:device_disk_add", (343, 377)
    if kind == "usbctrl":
        place, lines = "libxl_usb.c:libxl__device_usbctrl_add_xenstore", (272, 272)
    return message(place, lines, f"Domain {domid}:device already exists in xenstore")


def no_image(vdev: str, path: str) -> LibxlMessage:
    """The image of a disk is not there."""
    text = f"Disk vdev={vdev} failed to stat: {path}: No such file or directory"
    return message("libxl_device.c:libxl__device_disk_set_backend", (455, 468), text)


def no_disk_backend(vdev: str) -> LibxlMessage:
    """None of the backends can serve this format."""
    place = "libxl_device.c:libxl__device_disk_set_backend"
    return message(place, (475, 488), f"no suitable backend for disk {vdev}")


def script_died(domid: int, kind: str, devid: int, said: str, bridges: Sequence[str]) -> LibxlError:
    """A hotplug script did not take a device, which stays where it is."""
    there = f"it is there, but not connected: network-detach {domid} {devid} takes it away"
    advice = f"{there}; bridges of this host: {', '.join(bridges) or 'none'}"
    return LibxlError(*script_failed("online", said), addrm_failed(domid, "add", kind, devid), advice=advice)


def script_failed(action: str, said: str) -> tuple[LibxlMessage, ...]:
    """The hotplug script of network interfaces ended with an error."""
    text = f"/etc/xen/scripts/vif-bridge {action} [{os.getpid()}] exited with error status 1"
    return (
        message("libxl_exec.c:libxl_report_child_exitstatus", (117, 117), text),
        message(*_SCRIPT, f"script: {said}"),
    )


def no_device_model(domid: int) -> LibxlMessage:
    """QEMU is to serve a device of a guest that has none."""
    text = f"Domain {domid}:device model required but not running"
    return message("libxl_dm.c:libxl__dm_check_start", (3845, 4071), text)


def no_node(path: str) -> LibxlMessage:
    """Xenstore has not what libxl must read."""
    text = f"xenstore read failed: `{path}': No such file or directory"
    return message("libxl_xshelp.c:libxl__xs_read_mandatory", (206, 206), text)


def no_disk(path: str) -> LibxlMessage:
    """Libxl knows no disk there; the bracket is open there as well."""
    return message("libxl_disk.c:libxl__disk_from_xenstore", (516, 560), f"disk {path} does not exist (no backend path")


def addrm_failed(domid: int, action: str, kind: str, devid: int) -> LibxlMessage:
    """The last line of a failure with a device that xenstore has."""
    text = f"Domain {domid}:Unable to {action} {kind} with id {devid}"
    return message("libxl_device.c:device_addrm_aocomplete", (1481, 1495), text)


def not_closed(domid: int, kind: str, devid: int, backend: str) -> LibxlError:
    """The guest did not let go of a device within 10 s."""
    text = f"Domain {domid}:unable to remove device with path {backend}"
    late = message("libxl_device.c:device_backend_callback", (1181, 1194), text)
    late = late.replace(newer=f"{text} - rc {TIMED_OUT}")
    advice = "the guest uses it, or does not answer: unmount it there, or use --force"
    return LibxlError(late, addrm_failed(domid, "remove", kind, devid), rc=TIMED_OUT, advice=advice)


def no_drive(domid: int) -> LibxlError:
    """No CD drive has this vdev."""
    text = f"Domain {domid}:Virtual device not found"
    return LibxlError(message("libxl_disk.c:libxl_cdrom_insert", (866, 1027), text))


def no_cdrom_guest(domid: int) -> LibxlError:
    """Only HVM guests have CD drives that open."""
    text = f"Domain {domid}:cdrom-insert requires an HVM domain"
    return LibxlError(message("libxl_disk.c:libxl_cdrom_insert", (838, 990), text))


def emulated_nic(domid: int) -> LibxlMessage:
    """Only HVM guests have emulated cards."""
    text = f"Domain {domid}:trying to create PV or PVH guest with an emulated interface"
    return message("libxl_nic.c:libxl__device_nic_setdefault", (107, 107), text)


def usb_not_assignable(domid: int, *, no_usb: bool) -> tuple[LibxlMessage, ...]:
    """The host has no such USB device, or no USB at all."""
    text = "opendir failed: '/sys/bus/usb/devices': No such file or directory"
    none = message("libxl_usb.c:usbdev_busaddr_to_busid", (837, 837), text)
    refused = message(
        "libxl_usb.c:libxl__device_usbdev_add", (1732, 1732), f"Domain {domid}:USB device is not assignable."
    )
    return (none, refused) if no_usb else (refused,)


def usb_attached(domid: int) -> LibxlMessage:
    """A domain has the USB device."""
    text = f"Domain {domid}:USB device already attached to a domain"
    return message("libxl_usb.c:libxl__device_usbdev_add", (1746, 1746), text)


def usb_port(domid: int, *, given: bool) -> LibxlMessage:
    """The controller has no such free port, or none at all."""
    text, line = ("The controller port isn't available", 1214)
    if not given:
        text, line = "No available port under specified controller", 1241
    return message("libxl_usb.c:libxl__device_usbdev_setdefault", (line, line), f"Domain {domid}:{text}")


_PORTS = {
    1: (88, "of version 1 is always 2"),
    2: (98, "of version 2 is always 6"),
    3: (110, "of version 3 is limited to 15"),
}


def usb_ports(domid: int, version: int) -> LibxlMessage:
    """A controller has another number of ports; VERSION 0 is any that is not emulated."""
    line, rule = _PORTS.get(version, (75, "is limited to 31"))
    text = f"Domain {domid}:Number of ports for USB controller {rule}"
    return message("libxl_usb.c:libxl__device_usbctrl_setdefault", (line, line), text)


# ---- PCI

_ADD = "libxl_pci.c:libxl__device_pci_assignable_add"
_REMOVE = "libxl_pci.c:libxl__device_pci_assignable_remove"


def _address(device: Pci) -> str:
    return f"{device.domain:x}:{device.bus:x}:{device.dev:x}.{device.func:x}"


def pci_refused(domid: int, device: Pci, *why: LibxlMessage) -> LibxlError:
    """A PCI device cannot be attached."""
    failed = f"Domain {domid}:libxl__device_pci_add failed for PCI device "
    last = message("libxl_pci.c:device_pci_add_done", (1809, 1820), f"{failed}{_address(device)} (rc -3)")
    if device.name:
        last = message("libxl_pci.c:device_pci_add_done", (1803, 1814), f"{failed}'{device.name}' (rc -6)")
    return not_added(*why, last, advice="xl pci-assignable-list shows what can be attached")


def not_assignable(domid: int, device: Pci) -> LibxlMessage:
    """Pciback does not have it, or another domain has."""
    text = f"Domain {domid}:PCI device {_address(device)} is not assignable"
    return message("libxl_pci.c:libxl__device_pci_add", (1677, 1688), text)


def no_iommu(domid: int, device: Pci, guest: str) -> LibxlMessage:
    """The domain was created without passing through."""
    if guest == "hvm":
        text = f"Domain {domid}:PCI device {device.bdf} cannot be assigned - no IOMMU?"
        return message("libxl_pci.c:libxl__device_pci_add", (1658, 1669), text)
    text = f"Domain {domid}:xc_assign_device failed: Operation not supported"
    return message("libxl_pci.c:pci_add_dm_done", (1529, 1540), text)


def no_reset(bdf: str) -> LibxlMessage:
    """The device keeps its state."""
    text = f"The kernel doesn't support reset from sysfs for PCI device {bdf}"
    return message("libxl_pci.c:libxl__device_pci_reset", (1573, 1584), text)


def pci_not_there(domid: int) -> LibxlError:
    """The domain does not have this device."""
    text = f"Domain {domid}:PCI device not attached to this domain"
    return LibxlError(message("libxl_pci.c:do_pci_remove", (1969, 1978), text), _UNABLE_TO_REMOVE)


_UNABLE_TO_REMOVE = message("libxl_device.c:device_addrm_aocomplete", (1486, 1500), "unable to remove device")


def pci_kept(domid: int, device: Pci, *, emulated: bool) -> LibxlError:
    """The guest does not let go of a device."""
    name = f"pci-pt-{device.bus:02x}_{device.dev:02x}.{device.func:x}"
    text = f"Domain {domid}:timed out waiting for DM to remove {name}"
    late = message("libxl_pci.c:pci_remove_timeout", (2218, 2167), text, "warning")
    advice = "the guest does not answer; xl pci-detach -f takes it all the same"
    return LibxlError(*((late,) if emulated else ()), _UNABLE_TO_REMOVE, advice=advice)


def no_pci_device(bdf: str) -> LibxlMessage:
    """The host has no such device."""
    return message(_ADD, (792, 793), f"Couldn't lstat /sys/bus/pci/devices/{bdf}: No such file or directory")


def pci_name() -> LibxlMessage:
    """A name is to be read."""
    return message(_ADD, (783, 784), "Names may only include printable characters")


def already_assignable(bdf: str) -> LibxlMessage:
    """Nothing is to be done."""
    return message(_ADD, (802, 803), f"{bdf} already assigned to pciback", "warning")


def no_driver(bdf: str) -> LibxlMessage:
    """It had no driver that could get it back."""
    return message(_ADD, (822, 823), f"{bdf} not bound to a driver, will not be rebound.", "warning")


def not_bound() -> LibxlMessage:
    """Pciback does not have it."""
    return message(_REMOVE, (917, 918), "Not bound to pciback", "warning")


def no_way_back() -> LibxlMessage:
    """Nobody knows the driver that had it."""
    return message(_REMOVE, (938, 939), "Couldn't find path for original driver; not rebinding", "warning")


def still_quarantined(bdf: str) -> LibxlMessage:
    """A domain has it."""
    return message(_REMOVE, (906, 907), f"failed to de-quarantine {bdf}")
