"""SimPci: PCI devices of a simulated host that are passed through, and those that could be."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from xlpy.devices.pci import Pci
from xlpy.executors import LibxlError, UnknownDomain
from xlpy.executors.pci import Assignable, PassedThrough
from xlpy.executors.sim import attaching, behaviour, nodes, refusals, rows, saved, wires
from xlpy.executors.sim.devices import PATIENCE, SimDevices
from xlpy.libxl import Hvm

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.executors import LibxlMessage
    from xlpy.executors.sim.store import Store
    from xlpy.executors.sim.wires import Attached
    from xlpy.host import HostFacts, PciDevice

_PCIBACK = "pciback"


class SimPci:
    """See the PassThrough protocol."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db
        self.devices = SimDevices(store)

    def assignable(self) -> Sequence[Assignable]:
        """What is bound to pciback and no domain's."""
        with self.store.look():
            bound = set(rows.facts(self.db).pci_assignable) - self._taken()
            names = dict(self.db.execute("SELECT bdf, name FROM pciback").fetchall())
            return [Assignable(bdf=bdf, name=names.get(bdf, "")) for bdf in sorted(bound)]

    def _taken(self) -> set[str]:
        return {row[0] for row in self.db.execute("SELECT what FROM claim WHERE kind = 'pci'")}

    def named(self, name: str) -> str | None:
        """The address of the device with this name."""
        with self.store.look():
            return attaching.bdf_of(self.db, name)

    def make_assignable(self, bdf: str, name: str = "") -> Sequence[LibxlMessage]:
        """Bind a device to pciback."""
        if not name.isprintable():
            raise LibxlError(refusals.pci_name())
        with self.store.change():
            facts = rows.facts(self.db)
            device = _known(facts, bdf)
            if device is None and facts.pci_devices and bdf not in facts.pci_assignable:
                raise LibxlError(refusals.no_pci_device(bdf))
            driver = "" if device is None or device.driver.endswith(_PCIBACK) else device.driver
            self.db.execute(
                "INSERT INTO pciback (bdf, name, driver) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END",
                (bdf, rows.bind(name), driver),
            )
            if bdf in facts.pci_assignable:
                return (refusals.already_assignable(bdf),)
            self._bind(facts, (*facts.pci_assignable, bdf))
            return () if driver else (refusals.no_driver(bdf),)

    def take_back(self, bdf: str, *, rebind: bool = False) -> Sequence[LibxlMessage]:
        """Unbind a device from pciback."""
        with self.store.change():
            facts = rows.facts(self.db)
            if bdf in self._taken():
                advice = "a domain has it: detach it there first"
                raise LibxlError(refusals.still_quarantined(bdf), advice=advice)
            row = self.db.execute("SELECT driver FROM pciback WHERE bdf = ?", (bdf,)).fetchone()
            self.db.execute("DELETE FROM pciback WHERE bdf = ?", (bdf,))
            if bdf not in facts.pci_assignable:
                return (refusals.not_bound(),)
            self._bind(facts, tuple(other for other in facts.pci_assignable if other != bdf))
            return (refusals.no_way_back(),) if rebind and not (row and row["driver"]) else ()

    def _bind(self, facts: HostFacts, bound: tuple[str, ...]) -> None:
        """What the host is like has what is bound, so that plans know it too."""
        text = saved.to_text(facts.replace(pci_assignable=tuple(sorted(bound))))
        self.db.execute("UPDATE host SET facts = ?", (text,))

    # ---- domains

    def passed(self, domid: int) -> Sequence[PassedThrough]:
        """The devices of a domain."""
        with self.store.look():
            domain = rows.domain(self.db, domid)
            first = _first_slot(domain)
            found = enumerate(wires.read(self.db, domid, "pci"))
            return [_passed(device, first + at if first else 0) for at, device in found]

    def attach(self, domid: int, device: Pci) -> Sequence[LibxlMessage]:
        """Pass a device through."""
        said: list[LibxlMessage] = []
        with self.store.change() as now:
            domain, facts = rows.domain(self.db, domid), rows.facts(self.db)
            for one in attaching.functions(self.db, device, facts):
                self._check(domain, one, facts)
                added = self.devices.add_device(domain, one, now)
                self.devices.store_config(rows.domain(self.db, domid), added=added.record)
                said += _reset(facts, one.bdf)
        return said

    def _check(self, domain: sqlite3.Row, device: Pci, facts: HostFacts) -> None:
        domid, free = domain["domid"], device.bdf in set(facts.pci_assignable) - self._taken()
        if device.name and device.name != device.bdf and not free:
            raise refusals.pci_refused(domid, device)
        if not free and not (device.seize and device.bdf not in self._taken()):
            raise refusals.pci_refused(domid, device, refusals.not_assignable(domid, device))
        if not _has_iommu(domain):
            raise refusals.pci_refused(domid, device, refusals.no_iommu(domid, device, domain["type"]))

    def detach(self, domid: int, device: Pci, *, force: bool = False) -> Sequence[LibxlMessage]:
        """Take a device back."""
        said: list[LibxlMessage] = []
        for one in self._wanted(domid, device):
            if not force and not self._lets_go(domid):
                time.sleep(PATIENCE)
                raise refusals.pci_kept(domid, one, emulated=self._is_hvm(domid))
            with self.store.change(), suppress(UnknownDomain):
                held = self._held(domid, one)
                if held is not None:
                    self.devices.forget(rows.domain(self.db, domid), held)
                    self._close_ranks(domid, held.nth)
                said += _reset(rows.facts(self.db), one.bdf)
        return said

    def _wanted(self, domid: int, device: Pci) -> Sequence[Pci]:
        with self.store.look():
            rows.domain(self.db, domid)
            held = [one.record for one in wires.read(self.db, domid, "pci") if isinstance(one.record, Pci)]
            bdf = attaching.bdf_of(self.db, device.name) if device.name else device.bdf
            whole = (bdf or "").endswith("*")
            wanted = [one for one in held if one.bdf == bdf or (whole and one.bdf[:-1] == (bdf or "")[:-1])]
        if not wanted:
            raise refusals.pci_not_there(domid)
        return wanted

    def _held(self, domid: int, device: Pci) -> Attached | None:
        found = wires.read(self.db, domid, "pci")
        return next((one for one in found if isinstance(one.record, Pci) and one.record.bdf == device.bdf), None)

    def _lets_go(self, domid: int) -> bool:
        """Whether the guest runs and hears that a device is to go."""
        with self.store.look():
            row = rows.domain(self.db, domid)
            keeps = behaviour.has(row["behaviour"], "no-unplug")
            return bool(row["pv_drivers"]) and row["since"] is not None and not keeps

    def _is_hvm(self, domid: int) -> bool:
        with self.store.look():
            return bool(rows.domain(self.db, domid)["type"] == "hvm")

    def _close_ranks(self, domid: int, gone: int) -> None:
        """Those behind one that went away move up, as in xenstore."""
        behind = "SELECT nth FROM device WHERE domid = ? AND class = 'pci' AND nth > ? ORDER BY nth"
        for row in self.db.execute(behind, (domid, gone)).fetchall():
            move = "UPDATE device SET nth = nth - 1 WHERE domid = ? AND class = 'pci' AND nth = ?"
            self.db.execute(move, (domid, row["nth"]))


def _known(facts: HostFacts, bdf: str) -> PciDevice | None:
    return next((device for device in facts.pci_devices if device.bdf == bdf), None)


def _reset(facts: HostFacts, bdf: str) -> list[LibxlMessage]:
    """A device that comes or goes is reset, if its kernel can do that."""
    device = _known(facts, bdf)
    return [] if device is None or device.reset else [refusals.no_reset(bdf)]


def _has_iommu(domain: sqlite3.Row) -> bool:
    """Whether a domain was created for passing devices through."""
    config = nodes.config_of(domain)
    mode = config.c_info.passthrough
    return mode not in ("default", "disabled") or (
        mode == "default" and any(device.PASSTHROUGH for device in config.devices)
    )


def _first_slot(domain: sqlite3.Row) -> int:
    """The first slot behind bridge, PIIX, platform device, VGA and emulated cards; 0 without QEMU."""
    if domain["type"] != "hvm":
        return 0
    config = nodes.config_of(domain)
    union = config.b_info.u
    assert isinstance(union, Hvm)
    cards = [device for device in config.devices if getattr(device, "nictype", "") == "vif_ioemu"]
    return 2 + int(union.xen_platform_pci is not False) + int(union.vga.kind != "none") + len(cards)


def _passed(device: Attached, slot: int) -> PassedThrough:
    record = device.record
    assert isinstance(record, Pci)
    given = record.vdevfn >> 3
    return PassedThrough(bdf=record.bdf, vslot=given or slot, vfunc=record.vdevfn & 7)
