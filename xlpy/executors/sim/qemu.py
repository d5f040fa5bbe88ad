"""The device model that a simulated domain has or has not: what it serves, and its monitor."""

from __future__ import annotations

from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from xlpy.executors.sim.wires import Attached
    from xlpy.libxl import DeviceRecord, DomainType

_VERSION = "9.2.0"


def asks_for_it(device: DeviceRecord, guest: DomainType) -> bool:
    """Whether a device that comes to a running guest names QEMU; libxl looks at that before it chooses backends."""
    asked = {"disk": ("backend", "qdisk"), "vkb": ("backend_type", "qemu")}.get(device.KIND)
    if asked is None:
        return device.KIND == "usbctrl" and device.kinds(guest)[0] == "qusb"
    return getattr(device, asked[0]) == asked[1] and device.backend_domain() == "Domain-0"


def serves(device: Attached, domain: sqlite3.Row) -> bool:
    """Whether anybody stands at the other end: devices of QEMU have nobody there where none was started."""
    if domain["device_model"]:
        return True
    return not device.record.wants_device_model(device.backend_kind)


def answer(command: str, row: sqlite3.Row) -> str:
    """What the monitor prints; the lines end as QEMU's do."""
    words = command.split()
    if words == ["info", "version"]:
        return f"{_VERSION} (simulated by xlpy)\r\n"
    if words == ["info", "status"]:
        running = row["shutdown"] is None and not row["pauses"]
        return f"VM status: {'running' if running else 'paused'}\r\n"
    if words == ["info", "name"]:
        return rows.text(row["name"]) + "\r\n"
    if words[:1] in (["help"], ["?"]):
        return "help|?: show this\r\ninfo name|status|version: show what the simulated device model knows\r\n"
    if words[:1] == ["info"]:
        return f"simulated: nothing to show for {command.strip()!r}\r\n"
    return f"unknown command: '{words[0]}'\r\n" if words else ""
