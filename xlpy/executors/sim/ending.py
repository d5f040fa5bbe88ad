"""Destroying a domain, where a fault may keep it from dying."""

from __future__ import annotations

from xlpy.executors import LibxlError, LibxlMessage
from xlpy.executors.sim import faults, life, rows, watcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from xlpy.executors.sim.store import Store

POINT = "destroy"
_SAID = (
    ("domain_destroy_domid_cb", (1616, 1616), "xc_domain_destroy failed: Device or resource busy"),
    ("domain_destroy_callback", (1137, 1133), "Unable to destroy guest"),
    ("domain_destroy_cb", (1064, 1060), "Destruction of domain failed"),
)


def destroy(store: Store, domid: int) -> None:
    """End a domain; one that a fault holds on to stays as Xen's zombies do: without a name, dying."""
    try:
        with store.change() as now:
            row = rows.domain(store.db, domid)
            try:
                faults.check(store.db, POINT)
            except faults.Struck as struck:
                if struck.how != "hang":
                    raise
                _keep_dying(store.db, row, now)
            else:
                life.destroy(store.db, domid, now)
    except faults.Struck as struck:
        struck.domid = domid
        faults.finish(store, struck)
        raise _refused(domid, struck) from None


def _keep_dying(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    if row["shutdown"] is None:
        life.note(db, row, now, None, "")
        watcher.destroyed(db, row["domid"])
    db.execute(
        "UPDATE domain SET dying = 1, name = ?, uuid = uuid || domid, pauses = max(pauses, 1), since = NULL,"
        " due = NULL, wake = NULL WHERE domid = ?",
        (rows.NO_NAME + str(row["domid"]), row["domid"]),
    )
    db.execute("DELETE FROM claim WHERE domid = ?", (row["domid"],))


def _refused(domid: int, struck: faults.Struck) -> LibxlError:
    messages = (
        LibxlMessage(place=f"libxl_domain.c:{function}", lines=lines, text=f"Domain {domid}:{text}")
        for function, lines, text in _SAID
    )
    return LibxlError(*messages, advice=struck.failure.advice)
