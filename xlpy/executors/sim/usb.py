"""USB devices of simulated domains: which controller and which port a device gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.usbctrl import Usbctrl
from xlpy.devices.usbdev import Usbdev
from xlpy.executors.sim import refusals, rows, wires

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from xlpy.libxl import DeviceRecord


def find_port(
    db: sqlite3.Connection, domain: sqlite3.Row, device: Usbdev, add: Callable[[DeviceRecord], DeviceRecord]
) -> Usbdev:
    """The device with a controller and a port of the guest; ADD brings a controller where there is none."""
    domid = domain["domid"]
    _check(db, domid, device)
    sizes = _controllers(db, domain)
    if device.ctrl < 0 and device.port:
        line = refusals.message(
            "libxl_usb.c:libxl__device_usbdev_setdefault",
            (1166, 1166),
            f"Domain {domid}:USB controller must be specified if you specify port",
        )
        raise refusals.not_added(line)
    taken = {one.devid for one in wires.read(db, domid, "usbdev")}
    for controller in [device.ctrl] if device.ctrl >= 0 else sorted(sizes):
        ports = [device.port] if device.port else range(1, sizes.get(controller, 0) + 1)
        for port in ports:
            if port <= sizes.get(controller, 0) and controller * 256 + port not in taken:
                return device.replace(ctrl=controller, port=port)
    if device.ctrl >= 0:
        raise refusals.not_added(refusals.usb_port(domid, given=bool(device.port)))
    added = add(Usbctrl())
    return device.replace(ctrl=getattr(added, "devid", 0), port=1)


def _check(db: sqlite3.Connection, domid: int, device: Usbdev) -> None:
    known = rows.facts(db).usb_devices
    at = (device.u.hostbus, device.u.hostaddr) if device.u else None
    if at not in {(one.bus, one.address) for one in known}:
        raise refusals.not_added(*refusals.usb_not_assignable(domid, no_usb=not known))
    for row in db.execute("SELECT domid FROM device WHERE class = 'usbdev' GROUP BY domid").fetchall():
        for other in wires.read(db, row["domid"], "usbdev"):
            held = other.record.u if isinstance(other.record, Usbdev) else None
            if held is not None and (held.hostbus, held.hostaddr) == at:
                raise refusals.not_added(refusals.usb_attached(domid))


def _controllers(db: sqlite3.Connection, domain: sqlite3.Row) -> dict[int, int]:
    """The controllers of a guest, with the number of their ports."""
    found = wires.read(db, domain["domid"], "usbctrl")
    return {one.devid: one.record.sized(domain["type"])[1] for one in found if isinstance(one.record, Usbctrl)}


_MOST_PORTS = 31


def check_controller(domain: sqlite3.Row, controller: Usbctrl) -> None:
    """What a USB controller may look like."""
    version, ports = controller.sized(domain["type"])
    if controller.served(domain["type"]) != "devicemodel":
        if ports > _MOST_PORTS:
            raise refusals.not_added(refusals.usb_ports(domain["domid"], 0))
        return
    wanted = Usbctrl(type="devicemodel", version=version).sized(domain["type"])[1]
    if ports > wanted or (version < 3 and ports != wanted):
        raise refusals.not_added(refusals.usb_ports(domain["domid"], version))
