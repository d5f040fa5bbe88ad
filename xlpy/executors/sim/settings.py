"""What a simulated host itself is like: showing it, changing it, and a new first day."""

from __future__ import annotations

from xlpy.executors import Failure
from xlpy.executors.sim import behaviour, rows, saved
from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from xlpy.executors.sim.store import Store
    from xlpy.host import HostFacts

GUESTS = "guests"
_FROM_THE_START = (
    "nodes",
    "memory_kib",
    "xen_memory_kib",
    "dom0_memory_kib",
    "dom0_vcpus",
    "dom0_nodes",
    "node_memory_kib",
    "node_free_kib",
    "pools",
    "pool_cpus",
    "pool_schedulers",
    "free_cpus",
    "scheduler",
)
"""Fields that the host's domains and cpupools are built upon."""


class GuestState(Record):
    """A guest of a simulated host, as nothing of xl's shows it."""

    domid: int
    name: str
    behaviour: str
    reboots: int
    built: bool
    """False for one whose building was broken off, and for one that is on its way here."""


class HostState(Record):
    """A simulated host."""

    path: str
    age: float
    """Seconds since its first day."""
    guests: str
    """The rules for the behaviour of new guests."""
    domains: tuple[GuestState, ...]
    faults: int
    events: int


class SimSettings:
    """See the methods."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db

    def show(self) -> HostState:
        """The host at present."""
        with self.store.look() as now:
            found = self.db.execute("SELECT * FROM domain WHERE domid ORDER BY domid").fetchall()
            domains = tuple(
                GuestState(
                    domid=row["domid"],
                    name=rows.NO_NAME if row["dying"] else rows.text(row["name"]),
                    behaviour=row["behaviour"] or "normal",
                    reboots=row["reboots"],
                    built=bool(row["built"]),
                )
                for row in found
            )
            faults, events = (
                self.db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("fault", "log")
            )
            guests = self.db.execute("SELECT guests FROM host").fetchone()[0]
        return HostState(path=self.store.path, age=now, guests=guests, domains=domains, faults=faults, events=events)

    def change(self, values: Mapping[str, Any]) -> None:
        """Set fields of the facts, or `guests`, the rules for guests' behaviour; Failure where that cannot be."""
        from xlpy.hostfields import from_plain, to_plain

        given = dict(values)
        guests = given.pop(GUESTS, None)
        for name in _FROM_THE_START:
            if name in given:
                raise Failure(
                    advice=f"{name}: domains and cpupools are built upon it; xlpy host reset --from FILE changes it"
                )
        if guests is not None:
            behaviour.parse(str(guests))
        with self.store.change():
            plain = {**to_plain(rows.facts(self.db)), **given}
            try:
                facts = from_plain(plain)
            except ValueError as error:
                raise Failure(advice=str(error)) from None
            self.db.execute("UPDATE host SET facts = ?", (saved.to_text(facts),))
            if guests is not None:
                self.db.execute("UPDATE host SET guests = ?", (str(guests),))

    def reset(self, facts: HostFacts | None = None) -> None:
        """Begin again with nothing but Domain-0, on the same host or on one with other facts."""
        from xlpy.executors.sim.host import first_day

        if facts is None:
            with self.store.look():
                facts = rows.facts(self.db)
        self.store.reset(lambda db, wall: first_day(db, wall, facts))
