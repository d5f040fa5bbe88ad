"""The devices of simulated domains: their rows, and how far both ends have come (XenbusState)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.executors.sim import qemu, rows, saved
from xlpy.xenstore import CLOSED, CLOSING, CONNECTED, INIT_WAIT, INITIALISED, INITIALISING, Link

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.libxl import DeviceRecord

PROBING = 0.2
"""Guest seconds before the end of a boot at which the guest finds its devices."""
NEVER = 1e18
"""A guest time that does not come."""
_STEP = 0.01
"""Guest seconds from one XenbusState to the next."""
FIRST_PORTS = {"pv": (3, 6), "pvh": (3, 4), "hvm": (3, 4)}
"""The first free event channel, and how many each vCPU has of its own."""
_FIRST_REF = 8
"""Those before it are Xen's."""
_LATE = ("vfb", "vkb")
"""Their drivers are modules, which connect after the others, though the keyboard is granted its page first."""
_MODULES = 6
_ORDERLY = (0, 1)
"""The reasons of shutdowns in which the guest closes its devices."""


class Attached(NamedTuple):
    """A device of a domain; times are the guest's."""

    domid: int
    kind: str
    """Its class: disk, vif ..."""
    nth: int
    devid: int
    backend_kind: str
    backend: int
    lost: bool
    record: DeviceRecord
    since: float
    asked: bool
    closing: float | None
    port: int
    ref: int
    queues: int
    error: str = ""
    """Of its hotplug script."""


def read(db: sqlite3.Connection, domid: int, kind: str = "") -> list[Attached]:
    """The devices of a domain, or those of one class, as they came."""
    query = "SELECT * FROM device WHERE domid = ? AND (? = '' OR class = ?) ORDER BY class, nth"
    return [_attached(row) for row in db.execute(query, (domid, kind, kind))]


def _attached(row: sqlite3.Row) -> Attached:
    return Attached(
        domid=row["domid"],
        kind=row["class"],
        nth=row["nth"],
        devid=row["devid"],
        backend_kind=row["kind"],
        backend=row["backend"],
        lost=bool(row["lost"]),
        record=saved.device_from_text(row["record"]),
        since=row["since"],
        asked=bool(row["asked"]),
        closing=row["closing"],
        port=row["port"],
        ref=row["ref"],
        queues=row["queues"],
        error=row["error"],
    )


def insert(db: sqlite3.Connection, device: Attached) -> None:
    """Keep a device."""
    values = (*device[:7], saved.to_text(device.record), *device[8:])
    db.execute(f"INSERT INTO device VALUES ({', '.join('?' * len(values))})", values)


def remove(db: sqlite3.Connection, device: Attached) -> None:
    """Forget a device."""
    db.execute("DELETE FROM device WHERE domid = ? AND class = ? AND nth = ?", (device.domid, device.kind, device.nth))


def update(db: sqlite3.Connection, device: Attached) -> None:
    """Keep what changed about it."""
    db.execute(
        "UPDATE device SET record = ?, asked = ?, closing = ? WHERE domid = ? AND class = ? AND nth = ?",
        (saved.to_text(device.record), device.asked, device.closing, device.domid, device.kind, device.nth),
    )


def link_of(device: Attached, domain: sqlite3.Row, most_queues: int) -> Link:
    """The ends of a device."""
    return Link(
        domid=device.domid,
        devid=device.devid,
        kind=device.backend_kind,
        front_kind=device.record.kinds(domain["type"])[1],
        backend_domid=device.backend,
        guest=domain["type"],
        name=rows.text(domain["name"]),
        index=device.nth,
        queues=device.queues,
        most_queues=most_queues,
        sectors=_sectors(device.record),
    )


def _sectors(device: DeviceRecord) -> int:
    """The size of an image in sectors; that of one which is only described is a likely one."""
    import os

    path, likely = device.boot_target(), 20 << 21
    try:
        return os.stat(path).st_size // 512 or likely if path else 0  # noqa: PTH116 - pathlib is slow
    except (OSError, ValueError):
        return likely


# ---- how far both ends are


def states(device: Attached, domain: sqlite3.Row, now: float) -> tuple[int, int]:
    """XenbusState of frontend and backend; 0 where there is no backend."""
    if not device.backend_kind:
        return 0, 0
    if not qemu.serves(device, domain):
        return INITIALISING, CLOSING if device.asked else INITIALISING
    front = _front(device, domain, now)
    if device.lost:
        return (CLOSED if front > INITIALISING else front), 0
    if device.asked:
        return front, CLOSED if front == CLOSED else CLOSING
    if device.error and front == CONNECTED:
        return front, INIT_WAIT
    return front, {INITIALISING: INIT_WAIT, INITIALISED: INIT_WAIT}.get(front, front)


def _front(device: Attached, domain: sqlite3.Row, now: float) -> int:
    if not has_driver(device, domain):
        return INITIALISING
    ran = rows.guest_time(domain, now)
    since = ran - max(device.since, domain["booted"] - PROBING)
    if since < 0 or (domain["booted"] == 0 and domain["domid"]):
        return INITIALISING
    if domain["shutdown"] in _ORDERLY:
        return CLOSED
    if device.closing is not None and ran >= device.closing:
        return CLOSING if ran < device.closing + _STEP else CLOSED
    return INITIALISED if since < _STEP else CONNECTED


def has_driver(device: Attached, domain: sqlite3.Row) -> bool:
    """Whether the guest has a driver for it; a simulated guest has all, or none."""
    return bool(domain["pv_drivers"]) and bool(device.backend_kind)


def gone_at(closing: float) -> float:
    """The guest time at which a device is gone whose frontend begins to close then."""
    return closing + 2 * _STEP


# ---- event channels and grants


def first_wires(guest: str, vcpus: int) -> tuple[int, int]:
    """The first event channel and the first grant that are free for devices."""
    first, own = FIRST_PORTS[guest]
    return first + own * vcpus, _FIRST_REF


def wired(devices: Sequence[Attached], guest: str, vcpus: int) -> list[Attached]:
    """The devices with which a guest boots, with the event channels and grants that its drivers take."""
    port, ref = first_wires(guest, vcpus)
    found: list[Attached] = []
    keyboards = sum(device.record.wiring(1)[1] for device in devices if device.kind == "vkb")
    ref += keyboards
    for device in sorted(devices, key=lambda one: _LATE.index(one.kind) + 1 if one.kind in _LATE else 0):
        ports, refs = device.record.wiring(device.queues)
        if device.kind in _LATE and not any(one.kind in _LATE for one in found):
            port += _MODULES
        at = _FIRST_REF + device.nth if device.kind == "vkb" else ref
        found.append(device._replace(port=port, ref=at))
        port += ports
        ref += 0 if device.kind == "vkb" else refs
    return found


def next_wires(devices: Sequence[Attached], guest: str, vcpus: int) -> tuple[int, int]:
    """The event channel and the grant that a device gets which comes later."""
    port, ref = first_wires(guest, vcpus)
    for device in devices:
        ports, refs = device.record.wiring(device.queues)
        port, ref = max(port, device.port + ports), max(ref, device.ref + refs)
    return port, ref
