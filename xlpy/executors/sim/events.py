"""The log of a simulated host: the triggers of its tables write most of it."""

from __future__ import annotations

from xlpy.executors.events import Event
from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.executors.sim.store import Store


class SimEvents:
    """See the protocol Events."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def since(self, seq: int = 0) -> Sequence[Event]:
        """The events after the one numbered SEQ."""
        with self.store.look():
            start = self.store.db.execute("SELECT wall - time FROM host").fetchone()[0]
            found = self.store.db.execute("SELECT * FROM log WHERE seq > ? ORDER BY seq", (seq,)).fetchall()
        return [_event(row, start) for row in found]


def _event(row: sqlite3.Row, start: float) -> Event:
    return Event(
        seq=row["seq"],
        at=start + row["at"],
        kind=row["kind"],
        domid=row["domid"],
        name=rows.text(row["name"]),
        detail=rows.text(row["detail"]),
    )


def note(db: sqlite3.Connection, row: sqlite3.Row, kind: str, detail: str = "") -> None:
    """Write what no trigger sees, of a domain."""
    db.execute(
        "INSERT INTO log SELECT NULL, moment, ?, ?, ?, ? FROM host",
        (kind, row["domid"], row["name"], rows.bind(detail)),
    )
