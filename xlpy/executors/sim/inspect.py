"""What Xen keeps for a simulated domain: event channels, grants, the ends of its devices, its nodes of xenstore."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.executors.sim import attaching, nodes, rows, wires
from xlpy.record import Record
from xlpy.xenstore import CONNECTED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from xlpy.executors.sim.store import Store
    from xlpy.executors.sim.wires import Attached

_PORT = re.compile(r"(?:^|/)(?:port|(?:\w+-)?event-channel(?:-\w+)?)$")
_REF = re.compile(r"(?:^|/)(?:[\w-]*ring-ref\d*|page-gref|pci-op-ref)$")
_OWN = ("timer", "reschedule", "call function", "debug", "call function single", "IRQ work")
_INTERRUPTS = ("timer", "debug")


class EventChannel(Record):
    """An event channel of a domain."""

    port: int
    kind: str
    """virq, ipi, or interdomain."""
    remote: int | None = None
    """The domid at its other end."""
    use: str


class Grant(Record):
    """Pages that a domain lets another one use."""

    ref: int
    """The first of them."""
    count: int
    to: int
    """The domid of the other one."""
    use: str


class End(Record):
    """A device, with XenbusState of both ends; 0 where there is none."""

    device: str
    backend: int
    frontend_state: int
    backend_state: int


class Inspection(Record):
    """What Xen keeps for a domain."""

    domid: int
    name: str
    type: str
    devices: tuple[End, ...]
    event_channels: tuple[EventChannel, ...]
    most_event_channels: int
    """What the domain may have (event_channels in its configuration)."""
    grants: tuple[Grant, ...]
    most_grants: int
    """What fits into its frames (max_grant_frames)."""
    serves: tuple[str, ...]
    """The devices of other domains that it serves."""
    xenstore_nodes: int
    xenstore_written: int
    """Those of them that somebody wrote beside libxl and the drivers."""


def inspect(store: Store, domid: int) -> Inspection:
    """All of it, as it is now."""
    db = store.db
    with store.look() as now:
        row = rows.domain(db, domid)
        config, devices, most = nodes.config_of(row), wires.read(db, domid), nodes.vcpus_of(db)
        info = config.b_info
        ports, grants = attaching.most_wires(info)
        states = [(device, *wires.states(device, row, now)) for device in devices]
        running = [device for device, front, _ in states if front == CONNECTED]
        fronts = [(device, nodes.front_values(device, row, now, most.get(device.backend, 1))) for device in running]
        return Inspection(
            domid=domid,
            name=rows.text(row["name"]),
            type=row["type"],
            devices=tuple(
                End(device=_title(one), backend=one.backend, frontend_state=front, backend_state=back)
                for one, front, back in states
            ),
            event_channels=(*_own(row, devices), *(port for one, front in fronts for port in _ports(one, front))),
            most_event_channels=ports,
            grants=(*_granted_by_libxl(row), *(grant for one, front in fronts for grant in _granted(one, front))),
            most_grants=grants,
            serves=tuple(_served(db, domid)),
            xenstore_nodes=len(nodes.of_domain(db, row, now, most)),
            xenstore_written=db.execute("SELECT count(*) FROM xenstore WHERE domid = ?", (domid,)).fetchone()[0],
        )


def _title(device: Attached) -> str:
    return f"{device.kind} {device.devid}: {device.record.title()}"


def _own(row: sqlite3.Row, devices: Sequence[Attached]) -> Iterator[EventChannel]:
    """Those of xenstore and console, and those that the guest's kernel has for each vCPU once it runs."""
    if row["domid"] == 0:
        return
    yield EventChannel(port=1, kind="interdomain", remote=0, use="xenstore")
    yield EventChannel(port=2, kind="interdomain", remote=0, use="console")
    if row["since"] is None and not row["ran"]:
        return
    first, each = wires.FIRST_PORTS[row["type"]]
    at_boot = min((one.port for one in devices if one.port), default=first + row["vcpus"] * each)
    behind = wires.next_wires(devices, row["type"], 0)[0]
    for at in range(row["vcpus"] * each):
        port = first + at if first + at < at_boot else behind + first + at - at_boot
        vcpu, which = divmod(at, each)
        kind = "virq" if _OWN[which] in _INTERRUPTS else "ipi"
        yield EventChannel(port=port, kind=kind, use=f"{_OWN[which]} of vCPU {vcpu}")


def _ports(device: Attached, front: dict[str, str]) -> Iterator[EventChannel]:
    for name, value in front.items():
        if _PORT.search(name):
            use = f"{device.kind} {device.devid} {name}"
            yield EventChannel(port=int(value), kind="interdomain", remote=device.backend, use=use)


def _granted_by_libxl(row: sqlite3.Row) -> Iterator[Grant]:
    if row["domid"]:
        yield Grant(ref=0, count=1, to=0, use="console")
        yield Grant(ref=1, count=1, to=0, use="xenstore")


def _granted(device: Attached, front: dict[str, str]) -> Iterator[Grant]:
    """The rings by name, and the rest of what the driver takes together."""
    rings = sorted((int(value), name) for name, value in front.items() if _REF.search(name))
    for ref, name in rings:
        yield Grant(ref=ref, count=1, to=device.backend, use=f"{device.kind} {device.devid} {name}")
    rest = device.record.wiring(device.queues)[1] - len(rings)
    if rest > 0 and rings:
        first = device.ref if rings[0][0] != device.ref else rings[-1][0] + 1
        yield Grant(ref=first, count=rest, to=device.backend, use=f"{device.kind} {device.devid} data")


def _served(db: sqlite3.Connection, domid: int) -> Iterator[str]:
    query = (
        "SELECT device.domid, class, devid, name FROM device JOIN domain USING (domid) WHERE backend = ? AND domid <> 0"
        " AND backend > 0 AND lost = 0 ORDER BY device.domid, class, nth"
    )
    for row in db.execute(query, (domid,)):
        yield f"{row['class']} {row['devid']} of {rows.text(row['name'])}"
