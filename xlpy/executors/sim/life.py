"""What becomes of domains: pausing, being asked to stop, stopping, and what follows by on_poweroff and its kin."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from xlpy.executors import Failure, LibxlError
from xlpy.executors.absent import not_paused
from xlpy.executors.sim import behaviour, faults, memory, rows, shares, watcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from xlpy.executors.sim.guest import Line

POWEROFF, REBOOT, SUSPEND, CRASH, WATCHDOG, SOFT_RESET = range(6)
"""Why a domain shut down."""
_CONSOLES_KEPT = 16
_EVENTS_KEPT = 10_000
SCROLLBACK = 1024 * 1024
"""Letters of a console that are kept (Xen: the limit of its node in xenstore)."""
_SCROLL = """
DELETE FROM console WHERE domid = ? AND seq <= (SELECT max(seq) FROM (
    SELECT seq, sum(length(text)) OVER (ORDER BY at DESC, seq DESC) AS size FROM console WHERE domid = ?
) WHERE size > ?)
"""
_A_MOMENT = 0.001
_LONG, _A_WHILE = 3600.0, 60.0
"""Seconds."""


def pause(db: sqlite3.Connection, domid: int, now: float) -> None:
    """Pauses are counted, as in Xen; the guest's time stands still."""
    row = rows.domain(db, domid)
    db.execute(
        "UPDATE domain SET pauses = pauses + 1, ran = ?, since = NULL, wake = NULL WHERE domid = ?",
        (rows.guest_time(row, now), domid),
    )


def unpause(db: sqlite3.Connection, domid: int, now: float) -> None:
    """Take one pause back; after the last one the guest's time goes on."""
    row = rows.domain(db, domid)
    if row["pauses"] == 0 or not row["built"]:
        raise LibxlError(not_paused(domid))
    db.execute("UPDATE domain SET pauses = pauses - 1 WHERE domid = ?", (domid,))
    if row["pauses"] == 1 and row["shutdown"] is None:
        db.execute("UPDATE domain SET since = ?, wake = ? + due - ran WHERE domid = ?", (now, now, domid))


def suspend(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """The guest stands still, shut down for this reason; nobody acts on that."""
    db.execute(
        "UPDATE domain SET shutdown = ?, ran = ?, since = NULL, wake = NULL WHERE domid = ?",
        (SUSPEND, rows.guest_time(row, now), row["domid"]),
    )
    note(db, row, now, SUSPEND, "")


def resume(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """A suspended guest goes on, unless it is paused as well; of any other domain nothing changes."""
    if row["shutdown"] != SUSPEND:
        return
    db.execute("UPDATE domain SET shutdown = NULL WHERE domid = ?", (row["domid"],))
    if row["pauses"] == 0:
        db.execute("UPDATE domain SET since = ?, wake = ? + due - ran WHERE domid = ?", (now, now, row["domid"]))


def ask(db: sqlite3.Connection, domid: int, now: float, reason: int) -> None:
    """The guest is asked to go down, and does when it has booted. The first request counts."""
    from xlpy.executors.sim.guest import going_down

    row = rows.domain(db, domid)
    runs = row["built"] and row["shutdown"] is None and not behaviour.goes_down(row)
    if runs and not behaviour.has(row["behaviour"], "deaf"):
        end(db, row, going_down(rows.text(row["name"]), soonest(row, now), reason), reason)


def soonest(row: sqlite3.Row, now: float) -> float:
    """The guest time at which the guest can react to something: not while it boots, and not before it runs again."""
    at = max(rows.guest_time(row, now), float(row["booted"]))
    return at if row["since"] is not None else at + _A_MOMENT


def end(db: sqlite3.Connection, row: sqlite3.Row, lines: tuple[Line, ...], reason: int) -> None:
    """The guest writes its last lines, and stops with the last of them."""
    write(db, row["domid"], lines)
    at = lines[-1].at
    db.execute(
        "UPDATE domain SET due = ?, stop_reason = ?, wake = since + ? - ran WHERE domid = ?",
        (at, reason, at, row["domid"]),
    )


def write(db: sqlite3.Connection, domid: int, lines: Iterable[Line]) -> None:
    """Text for the console, each at its time of the guest."""
    values = [(domid, line.at, rows.bind(line.text), line.tty) for line in lines]
    db.executemany("INSERT INTO console (domid, at, text, tty) VALUES (?, ?, ?, ?)", values)
    size = db.execute("SELECT total(length(text)) FROM console WHERE domid = ?", (domid,)).fetchone()[0]
    if size > SCROLLBACK:
        db.execute(_SCROLL, (domid, domid, SCROLLBACK))


def destroy(db: sqlite3.Connection, domid: int, now: float) -> None:
    """End a domain at once."""
    row = rows.domain(db, domid)
    if row["shutdown"] is None:
        note(db, row, now, None, "")
        watcher.destroyed(db, domid)
    _remove(db, row, now)


# ---- what time brings


def settle(db: sqlite3.Connection, now: float) -> None:
    """Let everything happen that is due, in order."""
    due = "SELECT * FROM domain WHERE wake <= ? ORDER BY wake, domid LIMIT 1"
    while row := db.execute(due, (now,)).fetchone():
        db.execute("UPDATE host SET moment = ?", (row["wake"],))
        if row["stop_reason"] is None:
            _booted(db, row, now)
        elif row["stop_reason"] == rows.DOOMED:
            _strike(db, row)
        else:
            _stop(db, row, float(row["wake"]))
        shares.settle(db, float(row["wake"]))
    memory.settle(db, now)
    db.execute("UPDATE host SET moment = ?", (now,))


def _booted(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """The boot is done: nothing is to come, unless the guest is one that stops by itself."""
    after = behaviour.doom(row["behaviour"])
    if after is None:
        db.execute("UPDATE domain SET due = NULL, wake = NULL WHERE domid = ?", (row["domid"],))
        return
    late = now - row["wake"] > _LONG  # nobody looked for long: what went round and round meanwhile is left out
    wait = max(after, now - row["wake"] - _A_WHILE if late else 0.0)
    db.execute(
        "UPDATE domain SET due = due + ?, wake = wake + ?, stop_reason = ? WHERE domid = ?",
        (wait, wait, rows.DOOMED, row["domid"]),
    )


def _strike(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """A guest that stops by itself begins to."""
    from xlpy.executors.sim.guest import crashing, going_down

    at = float(row["due"])
    if behaviour.has(row["behaviour"], "crash"):
        end(db, row, crashing(at), CRASH)
    else:
        end(db, row, going_down(rows.text(row["name"]), at, REBOOT), REBOOT)


def _stop(db: sqlite3.Connection, row: sqlite3.Row, at: float) -> None:
    """A guest has shut down; what was configured for that reason follows."""
    reason = row["stop_reason"]
    db.execute(
        "UPDATE domain SET shutdown = stop_reason, stop_reason = NULL, ran = due, since = NULL, due = NULL, wake = NULL"
        " WHERE domid = ?",
        (row["domid"],),
    )
    action = row["actions"].split(",")[reason] if row["watched"] else ""
    event = note(db, row, at, reason, action)
    stopped = rows.domain(db, row["domid"])
    made: int | Failure | None = None
    if action.startswith("coredump"):
        _dump(db, stopped)
    if action == "restart_rename":
        made = _rename_and_restart(db, stopped, at)
    elif action == "soft_reset":
        _soft_reset(db, stopped, at)
    elif action.endswith(("destroy", "restart")):
        _remove(db, stopped, at)
        made = _build_again(db, stopped, at) if action.endswith("restart") else None
    successor = made if isinstance(made, int) else None
    db.execute("UPDATE event SET successor = ? WHERE seq = ?", (successor, event))
    if row["watched"]:
        watcher.stopped(db, row["domid"], reason, action, made)


def _dump(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """The core of a guest that crashed, in dump/NAME beside the host's file; xl goes on where that fails."""
    from xlpy.executors.sim import core, events

    folder = f"{os.path.dirname(db.execute('PRAGMA database_list').fetchone()['file'])}/dump"  # noqa: PTH120 - slow
    path = f"{folder}/{rows.text(row['name'])}"
    vcpus = db.execute("SELECT count(*) FROM vcpu WHERE domid = ?", (row["domid"],)).fetchone()[0]
    with suppress(OSError, ValueError, LibxlError):
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - pathlib is slow
        core.dump(path, row, vcpus, rows.facts(db))
        events.note(db, row, "dumped", path)


def _rename_and_restart(db: sqlite3.Connection, row: sqlite3.Row, at: float) -> int | Failure:
    """The old domain stays under another name and uuid; when that name is taken it just stays."""
    from xlpy.executors.sim.build import check_name, random_uuid

    wall = db.execute("SELECT wall - time + ? FROM host", (at,)).fetchone()[0]
    name = f"{rows.text(row['name'])}-{time.strftime('%Y%m%dT%H%MZ', time.gmtime(wall))}"
    try:
        check_name(db, name, row["domid"])
    except Failure as failure:
        return failure
    db.execute("UPDATE domain SET name = ?, uuid = ? WHERE domid = ?", (rows.bind(name), random_uuid(), row["domid"]))
    return _build_again(db, row, at)


def _build_again(db: sqlite3.Connection, row: sqlite3.Row, at: float) -> int | Failure:
    """A new domain from the configuration of an old one; why not, when the host cannot build it any more."""
    from xlpy.executors.refusals import refusal
    from xlpy.executors.sim.build import Build, next_domid
    from xlpy.executors.sim.configs import next_one
    from xlpy.planner.plan import check, make_plan

    facts = rows.facts(db)
    plan = make_plan(next_one(row, facts), facts)
    for problem in check(plan, facts):
        return refusal(problem, plan, facts, next_domid(db))
    db.execute("SAVEPOINT restart")
    try:
        domid = Build(db, plan, facts, at, watched=bool(row["watched"]), manner=row["behaviour"]).run()
        db.execute("UPDATE domain SET reboots = ? WHERE domid = ?", (row["reboots"] + 1, domid))
    except Failure as failure:
        db.execute("ROLLBACK TO restart")
        return failure
    except faults.Struck as struck:
        db.execute("ROLLBACK TO restart")
        faults.note(db, struck)
        return struck.failure
    finally:
        db.execute("RELEASE restart")
    return domid


def _soft_reset(db: sqlite3.Connection, row: sqlite3.Row, at: float) -> None:
    """The guest boots again in the same domain."""
    from xlpy.executors.sim.configs import current
    from xlpy.executors.sim.guest import boot
    from xlpy.planner.plan import make_plan

    start, facts = row["ran"], rows.facts(db)
    slow = behaviour.number(row["behaviour"], "slow-boot")
    lines, seconds = boot(make_plan(current(row, facts), facts), facts, slow)
    write(db, row["domid"], (line._replace(at=start + line.at) for line in lines))
    db.execute(
        "UPDATE domain SET shutdown = NULL, reboots = reboots + 1, since = ?, booting = ?, booted = ?, due = ?,"
        " wake = ?, session = '', typed = '', variables = '' WHERE domid = ?",
        (at, start, start + seconds, start + seconds, at + seconds, row["domid"]),
    )


def _remove(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """Nothing is left but what was on the consoles of the last few."""
    domid = row["domid"]
    db.execute("DELETE FROM console WHERE domid = ? AND at > ?", (domid, rows.guest_time(row, now)))
    db.execute("DELETE FROM domain WHERE domid = ?", (domid,))
    db.execute("UPDATE domain SET uuid = ? WHERE uuid = ?", (row["uuid"], row["uuid"] + rows.TWIN))
    db.execute(
        "DELETE FROM console WHERE domid = (SELECT domid FROM event ORDER BY seq DESC LIMIT 1 OFFSET ?)"
        " AND domid NOT IN (SELECT domid FROM domain)",
        (_CONSOLES_KEPT,),
    )


def note(db: sqlite3.Connection, row: sqlite3.Row, at: float, reason: int | None, action: str) -> int | None:
    """Keep an event; the oldest are forgotten."""
    seq = db.execute(
        "INSERT INTO event (at, domid, name, reason, action) VALUES (?, ?, ?, ?, ?)",
        (at, row["domid"], row["name"], reason, action),
    ).lastrowid
    db.execute("DELETE FROM event WHERE seq <= (SELECT max(seq) FROM event) - ?", (_EVENTS_KEPT,))
    return seq
