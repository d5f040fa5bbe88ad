"""The log that xl's background process keeps of each domain: here whoever settles the host writes what became of it.

What there is to say is kept in a table with the change itself, and goes to log/xl-NAME.log beside the host's file once
that is on the disk; so nothing is told that did not happen.
"""

from __future__ import annotations

import os
from contextlib import suppress

from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from xlpy.executors import Failure

_KEPT = 10
"""Older logs of the same name: .1 is the latest of them."""
_QUIET = ("preserve", "restart_rename", "soft_reset", "")
"""Actions that leave the domain."""


def begin(db: sqlite3.Connection, domid: int) -> None:
    """A domain was built that is to be watched: it gets a new log."""
    name = rows.text(rows.domain(db, domid)["name"])
    file = f"xl-{name.replace('/', '_')}.log"
    db.execute("INSERT OR REPLACE INTO watcher VALUES (?, ?, ?)", (domid, rows.bind(file), os.getpid()))
    db.execute("INSERT INTO told (file, fresh, line) VALUES (?, 1, '')", (rows.bind(file),))
    _wait(db, domid)


def stopped(db: sqlite3.Connection, domid: int, reason: int, action: str, made: int | Failure | None) -> None:
    """A domain has shut down, and this was done about it; MADE is the domid of its successor, or why there is none."""
    _tell(db, domid, f"Domain {domid} has shut down, reason code {reason} 0x{reason:x}")
    _tell(db, domid, f"Action for shutdown reason code {reason} is {action.replace('_', '-')}")
    if action not in _QUIET:
        _tell(db, domid, f"Domain {domid} needs to be cleaned up: destroying the domain")
    again = "restart" in action or action == "soft_reset"
    _tell(db, domid, "Done. Rebooting now" if again else "Done. Exiting now")
    if isinstance(made, int):
        db.execute("UPDATE OR REPLACE watcher SET domid = ? WHERE domid = ?", (made, domid))
        _wait(db, made)
    elif action == "soft_reset":
        _wait(db, domid)
    else:
        for line in made.lines if made else ():
            _tell(db, domid, line)
        _leave(db, domid)


def destroyed(db: sqlite3.Connection, domid: int) -> None:
    """A domain was ended from outside."""
    _tell(db, domid, f"Domain {domid} has been destroyed.")
    _leave(db, domid)


def flush(db: sqlite3.Connection, path: str) -> None:
    """Append what is to be told to the logs; a log that cannot be written is no reason to fail."""
    db.execute("BEGIN IMMEDIATE")
    found = db.execute("SELECT * FROM told ORDER BY seq").fetchall()
    folder = f"{os.path.dirname(path)}/log"  # noqa: PTH120 - pathlib is slow
    if path != ":memory:":
        with suppress(OSError, ValueError):
            os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - as above
            for row in found:
                _write(f"{folder}/{rows.text(row['file'])}", rows.text(row["line"]), fresh=bool(row["fresh"]))
    db.execute("DELETE FROM told")
    db.execute("COMMIT")


def _write(path: str, line: str, *, fresh: bool) -> None:
    if fresh:
        older = [path, *(f"{path}.{number}" for number in range(1, _KEPT + 1))]
        for place in range(_KEPT - 1, -1, -1):
            with suppress(FileNotFoundError):
                os.rename(older[place], older[place + 1])  # noqa: PTH104 - as above
        return
    with open(path, "a", encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123 - as above
        file.write(f"{line}\n")


def _wait(db: sqlite3.Connection, domid: int) -> None:
    name = rows.text(rows.domain(db, domid)["name"])
    watcher = db.execute("SELECT pid FROM watcher WHERE domid = ?", (domid,)).fetchone()
    if watcher is not None:
        _tell(db, domid, f"Waiting for domain {name} (domid {domid}) to die [pid {watcher['pid']}]")


def _tell(db: sqlite3.Connection, domid: int, line: str) -> None:
    db.execute(
        "INSERT INTO told (file, fresh, line) SELECT file, 0, ? FROM watcher WHERE domid = ?", (rows.bind(line), domid)
    )


def _leave(db: sqlite3.Connection, domid: int) -> None:
    db.execute("DELETE FROM watcher WHERE domid = ?", (domid,))
