"""The bridges of a simulated Domain-0 and of its driver domains, with their ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.vif import Vif
from xlpy.executors.sim import rows, wires
from xlpy.record import Record
from xlpy.xenstore import INIT_WAIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.executors.sim.store import Store
    from xlpy.executors.sim.wires import Attached


class Port(Record):
    """An interface that is on a bridge."""

    name: str
    """vif3.0, vif3.0-emu for the emulated card beside it, or what vifname says."""
    domid: int
    """Of the guest; 0 for a physical interface."""
    mac: str = ""
    connected: bool = True
    """The guest uses it."""


class Bridge(Record):
    """A bridge."""

    name: str
    domid: int
    """Of the domain that it is in."""
    ports: tuple[Port, ...]


def bridges(store: Store) -> list[Bridge]:
    """Those of Domain-0 by name, also without ports, and then those of driver domains that have some."""
    db = store.db
    with store.look() as now:
        found: dict[tuple[int, str], list[Port]] = {(0, name): [] for name in rows.facts(db).bridges}
        served = "SELECT DISTINCT domid FROM device WHERE class = 'vif' AND lost = 0 ORDER BY domid"
        for (domid,) in db.execute(served).fetchall():
            domain = rows.domain(db, domid)
            for device in wires.read(db, domid, "vif"):
                front, back = wires.states(device, domain, now)
                if back >= INIT_WAIT and not device.error and isinstance(device.record, Vif):
                    ports = found.setdefault((device.backend, device.record.bridge or "xenbr0"), [])
                    ports += _ports(device, device.record, connected=front == back)
    return [Bridge(name=name, domid=domid, ports=tuple(ports)) for (domid, name), ports in sorted(found.items())]


def _ports(device: Attached, vif: Vif, *, connected: bool) -> Iterator[Port]:
    name = vif.ifname or f"vif{device.domid}.{device.devid}"
    yield Port(name=name, domid=device.domid, mac=vif.mac or "", connected=connected)
    if vif.nictype == "vif_ioemu":
        yield Port(name=f"{name}-emu", domid=device.domid, mac=vif.mac or "")
