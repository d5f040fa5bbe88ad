"""CPU hot-plug in simulated guests: what is asked for is written in xenstore, and the guest follows when it can."""

from __future__ import annotations

from xlpy.executors.sim import behaviour, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection


_A_MOMENT = 1e-6


def hears(row: sqlite3.Row, now: float) -> bool:
    """Whether the guest runs, and has booted."""
    return row["since"] is not None and rows.guest_time(row, now) >= row["booted"] - _A_MOMENT


def catch_up(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """A guest follows what was asked of it while it could not hear."""
    if row["plugged"] is not None and hears(row, now):
        set_online(db, row, range(row["plugged"]))


def asked(row: sqlite3.Row) -> int:
    """How many vCPUs the guest shall have, whether it has followed or not: what libxl finds in xenstore."""
    count: int = row["vcpus"] if row["plugged"] is None else row["plugged"]
    return count


def set_online(db: sqlite3.Connection, row: sqlite3.Row, vcpus: Collection[int]) -> None:
    """The guest plugs vCPUs in and out; without PV drivers they can only be added."""
    domid = row["domid"]
    manner = behaviour.chosen(db, rows.text(row["name"])) if domid == 0 else row["behaviour"]
    takes = not behaviour.has(manner, "no-hotplug")
    if takes:
        added = [(domid, vcpu) for vcpu in vcpus]
        db.executemany("UPDATE vcpu SET online = 1 WHERE domid = ? AND vcpu = ? AND NOT online", added)
    if row["pv_drivers"]:
        kept = ",".join(map(str, sorted(vcpus)))
        db.execute(f"UPDATE vcpu SET online = 0 WHERE domid = ? AND online AND vcpu NOT IN ({kept})", (domid,))
    online = "SELECT count(*) FROM vcpu WHERE domid = ?1 AND online"
    still = None if takes else len(vcpus)
    db.execute(f"UPDATE domain SET vcpus = ({online}), plugged = ?2 WHERE domid = ?1", (domid, still))
