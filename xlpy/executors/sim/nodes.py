"""The nodes of simulated domains and devices as they are now: what libxl wrote, and what the drivers added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.executors.sim import rows, saved, wires
from xlpy.libxl import BuildInfo, CreateInfo, DomainConfig, Hvm, union_member
from xlpy.xenstore import CLOSING, CONNECTED, INIT_WAIT, INITIALISED, Guest, Node, device_nodes, domain_nodes

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from xlpy.executors.sim.wires import Attached
    from xlpy.xenstore import Pair

_HEARD = ("poweroff", "reboot", "suspend")
_SERVED = ("9pfs", "console", "qnic", "qusb", "vfb", "vkbd")
_SERVED_HVM = ("9pfs", "console", "qusb", "vkbd")
"""The backends of a QEMU that emulates a PC."""
_VNC = 5900
_PAGES = 0x100000


def of_device(device: Attached, domain: sqlite3.Row, now: float, most_queues: int) -> dict[str, Node]:
    """The nodes of one device, by path."""
    ends = wires.link_of(device, domain, most_queues)
    nodes = {node.path: node for node in device_nodes(device.record, ends)}
    if not ends.kind:
        return nodes
    front, back = wires.states(device, domain, now)
    if back:
        _add(nodes, ends.backend, [("state", str(back)), ("online", str(int(not device.asked)))])
        if back >= INIT_WAIT:
            _add(nodes, ends.backend, device.record.offers(ends))
        if CONNECTED <= back <= CLOSING:
            _add(nodes, ends.backend, device.record.serves(ends))
        if device.error:
            _add(nodes, ends.backend, [("hotplug-error", device.error), ("hotplug-status", "error")])
    else:
        nodes = {path: node for path, node in nodes.items() if not path.startswith(ends.backend)}
    _add(nodes, ends.frontend, [("state", str(front))])
    if INITIALISED <= front <= CLOSING:
        _add(nodes, ends.frontend, device.record.connects(ends, device.port, device.ref))
    return nodes


def front_values(device: Attached, domain: sqlite3.Row, now: float, most_queues: int) -> dict[str, str]:
    """What stands below the frontend of a device, by the rest of its path."""
    below = f"{wires.link_of(device, domain, most_queues).frontend}/"
    found = of_device(device, domain, now, most_queues).values()
    return {node.path.removeprefix(below): node.value for node in found if node.path.startswith(below)}


def config_of(domain: sqlite3.Row) -> DomainConfig:
    """What a domain was built from; one that was not built to the end, and Domain-0, have little of it."""
    if domain["config"]:
        return saved.config_from_text(domain["config"])
    return DomainConfig(c_info=CreateInfo(type=domain["type"]), b_info=BuildInfo(u=union_member(domain["type"])()))


def _add(nodes: dict[str, Node], directory: str, pairs: Iterable[Pair]) -> None:
    permissions = nodes[directory].permissions
    for name, value in pairs:
        path = f"{directory}/{name}"
        nodes[path] = nodes[path]._replace(value=value) if path in nodes else Node(path, value, permissions)


def of_domain(db: sqlite3.Connection, domain: sqlite3.Row, now: float, most: dict[int, int]) -> dict[str, Node]:
    """The nodes of a domain and of its devices, by path; MOST are the vCPUs of those that serve devices."""
    devices = wires.read(db, domain["domid"])
    if domain["domid"] == 0:
        return {path: node for one in devices for path, node in of_device(one, domain, now, most[one.backend]).items()}
    config = config_of(domain)
    nodes = {node.path: node for node in domain_nodes(guest_of(db, domain, config))}
    top = f"/local/domain/{domain['domid']}"
    _add(nodes, top, _heard(domain, now))
    _add(nodes, top, _screen(config, domain["domid"]))
    if f"{top}/image/device-model-pid" in nodes:
        served = _SERVED_HVM if domain["type"] == "hvm" else _SERVED
        path = f"/local/domain/0/device-model/{domain['domid']}/backends"
        nodes |= {f"{path}/{kind}": Node(f"{path}/{kind}", "", "n0") for kind in served}
    for device in devices:
        nodes |= of_device(device, domain, now, most.get(device.backend, 1))
    _plug(nodes, devices)
    return nodes


def _heard(domain: sqlite3.Row, now: float) -> Iterator[Pair]:
    """What the guest says once it listens to requests."""
    if domain["pv_drivers"] and domain["booted"] and rows.guest_time(domain, now) >= domain["booted"] - wires.PROBING:
        yield from ((f"control/feature-{name}", "1") for name in _HEARD)


def _screen(config: DomainConfig, domid: int) -> Iterator[Pair]:
    """Where QEMU's VNC server listens."""
    union = config.b_info.u
    servers = [union.vnc] if isinstance(union, Hvm) else [vfb.vnc for vfb in config.devices if vfb.KIND == "vfb"]  # type: ignore[attr-defined]  # only framebuffers
    for vnc in servers:
        if vnc.enable is not False:
            display = domid - 1 if vnc.findunused is not False else vnc.display
            yield from (("console/vnc-listen", vnc.listen or "127.0.0.1"), ("console/vnc-port", str(_VNC + display)))


def _plug(nodes: dict[str, Node], devices: Iterable[Attached]) -> None:
    """Which USB device is in which port of its controller."""
    for device in devices:
        if device.kind == "usbdev":
            controller, port = divmod(device.devid, 256)
            ends = [path for path in nodes if path.endswith(f"/{controller}/port/{port}") and _is_usb(path)]
            for path in ends:
                nodes[path] = nodes[path]._replace(value=bus_id(device.record))


def _is_usb(path: str) -> bool:
    return "/vusb/" in path or "/qusb/" in path


def bus_id(device: Any) -> str:
    """How the kernel of Domain-0 calls a USB device."""
    return f"{device.u.hostbus}-{device.u.hostaddr}" if device.u else ""


def vcpus_of(db: sqlite3.Connection) -> dict[int, int]:
    """The vCPUs of Domain-0 and of the other domains that serve devices."""
    served = (
        "SELECT domid, vcpus FROM domain WHERE domid = 0 OR domid IN (SELECT backend FROM device WHERE backend > 0)"
    )
    return dict(db.execute(served).fetchall())


def guest_of(db: sqlite3.Connection, domain: sqlite3.Row, config: DomainConfig) -> Guest:
    """What the nodes of a domain are made of."""
    domid, info = domain["domid"], config.b_info
    online = db.execute("SELECT vcpu FROM vcpu WHERE domid = ? AND online ORDER BY vcpu", (domid,)).fetchall()
    started = db.execute("SELECT wall - time + ? FROM host", (domain["created"],)).fetchone()[0]
    emulated = isinstance(info.u, Hvm)
    page = _PAGES + domid * 0x4000
    stub = db.execute("SELECT domid FROM domain WHERE target = ?", (domid,)).fetchone()
    return Guest(
        domid=domid,
        name=rows.text(domain["name"]),
        uuid=domain["uuid"],
        type=domain["type"],
        online=tuple(row[0] for row in online) if domain["plugged"] is None else tuple(range(domain["plugged"])),
        max_vcpus=domain["max_vcpus"],
        target_kib=domain["target_kib"],
        max_kib=domain["max_memory_kib"],
        video_kib=info.video_memkb if emulated else 0,
        kernel=info.kernel or "",
        ramdisk=info.ramdisk or "",
        cmdline=info.cmdline or "",
        start_time=started,
        store=(page + 1, 1),
        console=(page + 2, 2),
        tty=f"/dev/pts/{domid - 1}",
        serials=_serials(info.u, domid),
        firmware=_firmware(info.u),
        device_model=_PID + domid if domain["device_model"] else 0,
        stub_domain=0 if stub is None else stub[0],
        target=domain["target"] or 0,
        driver_domain=bool(config.c_info.driver_domain),
        acpi=info.acpi is not False,
        slack_kib=1024 if emulated and domain["max_memory_kib"] > domain["memory_kib"] else 0,
    )


_PID = 1000


def _firmware(union: object) -> str:
    if not isinstance(union, Hvm):
        return ""
    return union.system_firmware or ("seabios" if union.bios == "unknown" else union.bios)


def _serials(union: object, domid: int) -> tuple[str, ...]:
    """Those that QEMU connects to a pseudo-terminal."""
    if not isinstance(union, Hvm):
        return ()
    lines = union.serial_list or ((union.serial,) if union.serial else ())
    return tuple(f"/dev/pts/{domid + at}" for at, line in enumerate(lines) if line == "pty")
