"""What of a domain goes with it: the guest's own state, not what its host and its configuration determine."""

from __future__ import annotations

from xlpy.executors.sim import life, rows
from xlpy.executors.sim.guest import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from typing import Any

_NUMBERS = ("ran", "booting", "booted", "spent", "due", "stop_reason", "pv_drivers", "reboots")
_TEXTS = ("session", "typed", "variables", "behaviour")


def snapshot(db: sqlite3.Connection, domid: int, now: float) -> dict[str, Any]:
    """The state of a guest; on its console what is still to come, as [guest time, text, terminal]."""
    row = rows.domain(db, domid)
    ran = rows.guest_time(row, now)
    later = db.execute(
        "SELECT at, text, tty FROM console WHERE domid = ? AND at > ? ORDER BY at, seq", (domid, ran)
    ).fetchall()
    return {
        **{name: row[name] for name in _NUMBERS},
        "ran": ran,
        **{name: rows.text(row[name]) for name in _TEXTS},
        "console": [[line["at"], rows.text(line["text"]), line["tty"]] for line in later],
    }


def apply(db: sqlite3.Connection, domid: int, guest: dict[str, Any]) -> None:
    """Put the state into a paused domain that was built for it. A field that is missing keeps its value."""
    rows.domain(db, domid)
    values = {name: guest[name] for name in _NUMBERS if isinstance(guest.get(name), int | float | None)}
    values |= {name: rows.bind(guest[name]) for name in _TEXTS if isinstance(guest.get(name), str)}
    names = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE domain SET {names}, built = 1 WHERE domid = ?", (*values.values(), domid))
    life.write(db, domid, [Line(float(at), str(text), str(tty)) for at, text, tty in guest.get("console", ())])
