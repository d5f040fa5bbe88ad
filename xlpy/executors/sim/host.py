"""SimHost: the executor whose host is one SQLite file."""

from __future__ import annotations

from xlpy.executors import (
    Display,
    DomainInfo,
    Failure,
    HostInfo,
    LibxlError,
    LibxlMessage,
    NoPvDrivers,
    StopEvent,
    UnknownDomain,
    VcpuInfo,
)
from xlpy.executors.sim import rows, shares
from xlpy.executors.sim.facets import Facets
from xlpy.executors.sim.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from typing import ClassVar

    from xlpy.executors.sim.bridges import Bridge
    from xlpy.executors.sim.console import SimConsole
    from xlpy.executors.sim.inspect import Inspection
    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.planner.plan import Plan

TIMED_OUT = -9
"""Libxl's error for a guest that does not answer."""
_DOM0_UUID = "00000000-0000-0000-0000-000000000000"


class SimHost(Facets):
    """A simulated host; see the Executor protocol for its methods."""

    simulated: ClassVar[bool] = True

    def __init__(self, path: str, clock: Callable[[], float], facts: HostFacts | None = None) -> None:
        """Open the file at PATH; a new one becomes a host with these FACTS."""
        self.store = Store(path, clock, lambda db, wall: first_day(db, wall, facts))
        self.db = self.store.db

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def inspect(self, domid: int) -> Inspection:
        """Event channels, grants and the ends of the devices of a domain."""
        from xlpy.executors.sim.inspect import inspect

        return inspect(self.store, domid)

    def bridges(self) -> Sequence[Bridge]:
        """The bridges, with their ports."""
        from xlpy.executors.sim.bridges import bridges

        return bridges(self.store)

    def info(self) -> HostInfo:
        """The host."""
        from xlpy.executors.sim.machine import free_of_nodes

        with self.store.look():
            facts, free = rows.facts(self.db), tuple(free_of_nodes(self.db).values())
        said = dict(field.partition(": ")[::2] for field in facts.info)
        return HostInfo(facts=facts, free_memory_kib=sum(free), node_free_kib=free, said=said)

    def domains(self) -> Sequence[DomainInfo]:
        """All domains by domid; Domain-0 is the first."""
        with self.store.look() as now:
            used, running = shares.used_by_domain(self.db, now), {domid for domid, _ in shares.on_cpus(self.db, now)}
            found = self.db.execute("SELECT * FROM domain ORDER BY domid")
            return [rows.domain_info(row, now, used.get(row["domid"], 0.0), row["domid"] in running) for row in found]

    def find(self, wanted: str) -> DomainInfo:
        """A domain by name or domid."""
        with self.store.look() as now:
            domid = rows.lookup(self.db, wanted)
            if domid is None:
                raise UnknownDomain(wanted)
            used = sum(shares.used_by_vcpu(self.db, domid, now).values())
            on_cpu = any(of == domid for of, _ in shares.on_cpus(self.db, now))
            return rows.domain_info(rows.domain(self.db, domid), now, used, on_cpu)

    def vcpus(self, domid: int) -> Sequence[VcpuInfo]:
        """The vCPUs of a domain."""
        with self.store.look() as now:
            rows.domain(self.db, domid)
            return self._vcpus(domid, now).get(domid, [])

    def all_vcpus(self) -> Mapping[int, Sequence[VcpuInfo]]:
        """The vCPUs of all domains, by domid."""
        with self.store.look() as now:
            return self._vcpus(None, now)

    def _vcpus(self, domid: int | None, now: float) -> dict[int, list[VcpuInfo]]:
        used, on_cpu = shares.used_by_vcpu(self.db, domid, now), shares.on_cpus(self.db, now)
        return rows.vcpu_infos(self.db, domid, used, on_cpu)

    def update_config(self, domid: int, config: DomainConfig) -> None:
        """Store what the next restart of a domain builds instead."""
        from xlpy.executors.sim.saved import to_text

        with self.store.change():
            rows.domain(self.db, domid)
            self.db.execute("UPDATE domain SET updated = ? WHERE domid = ?", (to_text(config), domid))

    def create(self, plan: Plan, *, paused: bool = False, watched: bool = True) -> int:
        """Carry out a plan in one transaction."""
        from xlpy.executors.refusals import refusal
        from xlpy.executors.sim.behaviour import chosen
        from xlpy.executors.sim.build import Build, next_domid
        from xlpy.executors.sim.building import carry_out
        from xlpy.planner.plan import check

        def make(facts: HostFacts, now: float) -> Build:
            for problem in check(plan, facts):
                raise refusal(problem, plan, facts, next_domid(self.db))
            return Build(self.db, plan, facts, now, watched=watched, manner=chosen(self.db, plan.name))

        return carry_out(self.store, make, paused=paused)

    def destroy(self, domid: int) -> None:
        """End a domain at once."""
        from xlpy.executors.sim.ending import destroy

        _spare_dom0(domid, "Destroying domain")
        destroy(self.store, domid)

    def shutdown(self, domid: int, *, reboot: bool = False, force: bool = False) -> bool:
        """Ask the guest. Domain-0 lets such a request pass, as the real one does.

        One that ignores it, or runs no more, is refused at once: the real xl would wait for it for a minute.
        """
        from xlpy.executors.sim import behaviour, life

        with self.store.change() as now:
            row = rows.domain(self.db, domid)
            if not (row["pv_drivers"] or force):
                raise NoPvDrivers(reboot=reboot)
            if row["pv_drivers"] and row["shutdown"] is not None:
                raise not_acknowledged("it runs no more")
            if row["pv_drivers"] and behaviour.has(row["behaviour"], "deaf"):
                raise not_acknowledged("it ignores it")
            if domid != 0:
                life.ask(self.db, domid, now, life.REBOOT if reboot else life.POWEROFF)
            return not row["pv_drivers"]

    def pause(self, domid: int) -> None:
        """Stop the vCPUs."""
        from xlpy.executors.sim import life

        if domid == 0:
            place, text = "libxl_domain.c:libxl_domain_pause", "Pausing domain: Invalid argument"
            raise LibxlError(LibxlMessage(place=place, lines=(587, 583), text=text), advice="Domain-0 runs the host")
        with self.store.change() as now:
            life.pause(self.db, domid, now)

    def unpause(self, domid: int) -> None:
        """Let them run."""
        from xlpy.executors.sim import life

        with self.store.change() as now:
            life.unpause(self.db, domid, now)

    def rename(self, domid: int, name: str) -> None:
        """Give a domain another name."""
        from xlpy.executors.sim.build import check_name

        _spare_dom0(domid, "Renaming domain")
        self.saving.meet_at_start(domid)
        with self.store.change():
            rows.domain(self.db, domid)
            check_name(self.db, name, domid)
            self.db.execute("UPDATE domain SET name = ? WHERE domid = ?", (rows.bind(name), domid))

    def console(self, domid: int, kind: str = "", number: int = 0) -> SimConsole:
        """A console, with the output so far."""
        from xlpy.executors.sim.console import SimConsole
        from xlpy.executors.sim.guest import has_serial

        serial = has_serial(self.config(domid))
        known = ("", "pv", "serial") if serial else ("", "pv")
        if domid == 0 or number or kind not in known:
            raise Failure("Could not read tty from store: No such file or directory", status=2)
        return SimConsole(self.store, domid, kind or ("serial" if serial else "pv"))

    def display(self, domid: int) -> Display | None:
        """Where it would be."""
        from xlpy.executors.sim.displays import display

        return display(self, domid)

    def stopped(self, domid: int) -> StopEvent | None:
        """What became of a domain that runs no more; None while it runs."""
        with self.store.look():
            query = "SELECT shutdown FROM domain WHERE domid = ? AND NOT dying"
            row = self.db.execute(query, (domid,)).fetchone()
            if row is not None and row["shutdown"] is None:
                return None
            latest = "SELECT * FROM event WHERE domid = ? ORDER BY seq DESC LIMIT 1"
            event = self.db.execute(latest, (domid,)).fetchone()
            if event is None:
                raise UnknownDomain(str(domid))
            return StopEvent(
                domid=domid,
                name=rows.text(event["name"]),
                reason=event["reason"],
                action=event["action"],
                successor=event["successor"],
                gone=row is None,
            )


def not_acknowledged(why: str) -> LibxlError:
    """The guest did not take a request to shut down or reboot; WHY is for people."""
    text = f"guest didn't acknowledge control request: {TIMED_OUT}"
    message = LibxlMessage(place="libxl_domain.c:pvcontrol_cb", lines=(854, 850), text=text)
    return LibxlError(message, rc=TIMED_OUT, advice=f"{why}: xl destroy ends it")


def _spare_dom0(domid: int, doing: str) -> None:
    if domid == 0:
        raise Failure(f"libxl: error: {doing}: Invalid argument", advice="Domain-0 runs the host")


def first_day(db: sqlite3.Connection, wall: float, facts: HostFacts | None) -> None:
    """A host that has just booted, with nothing but Domain-0."""
    from xlpy.executors.sim import saved
    from xlpy.host import BUILT_IN

    facts = facts or BUILT_IN
    memory = facts.dom0_memory_kib
    db.execute(
        "INSERT INTO host (id, facts, memory_kib, next_domid, time, wall) VALUES (1, ?, ?, 1, 0, ?)",
        (saved.to_text(facts), facts.guest_memory_kib + memory, wall),
    )
    db.execute(
        "INSERT INTO domain (domid, name, uuid, type, pool, memory_kib, max_memory_kib, need_kib, vcpus, max_vcpus,"
        " watched, built, pauses, created, since, device_model)"
        " VALUES (0, 'Domain-0', ?, 'pv', ?, ?, ?, ?, ?, ?, 0, 1, 0, 0, 0, 1)",
        (_DOM0_UUID, facts.pools[0], memory, memory, memory, facts.dom0_vcpus, facts.dom0_vcpus),
    )
    vcpus = [(vcpu, vcpu % facts.cpus) for vcpu in range(facts.dom0_vcpus)]
    db.executemany("INSERT INTO vcpu (domid, vcpu, cpu, online, hard, soft) VALUES (0, ?, ?, 1, '', '')", vcpus)
