"""Memory of simulated domains at run time: targets, limits, and the balloons that follow them."""

from __future__ import annotations

from xlpy.executors import LibxlError, LibxlMessage
from xlpy.executors.absent import no_userdata
from xlpy.executors.memory import DomainMemory
from xlpy.executors.sim import behaviour, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.executors.sim.facets import Facets

FASTEST_KIB = 1024 * 1024
"""What the balloon driver of a guest moves in a second when nothing hinders it."""
XEN_SLACK_KIB = 1024
"""What libxl lets a domain have above its target; the driver of a PV guest with a balloon keeps it."""
LEAST_DOM0_KIB = 128 * 1024
_LEAST_KIB = 16 * 1024
"""A guest's own kernel is not given away, whatever the target."""
_INVALID = -6
_MEMORY = "libxl_mem.c"


class SimMemory:
    """See the Memory protocol."""

    def __init__(self, host: Facets) -> None:
        """The memory of HOST."""
        self._host = host

    def target(self, domid: int) -> int:
        """What was asked for last."""
        with self._host.store.look():
            return int(_row(self._host.db, domid)["target_kib"])

    def set_target(self, domid: int, kib: int) -> None:
        """The guest is told at once, and follows as fast as it can."""
        with self._host.store.change() as now:
            row = _row(self._host.db, domid)
            target = kib - row["video_kib"]
            if not 0 <= target <= row["max_memory_kib"]:
                text = f"Domain {domid}:memory_dynamic_max must be less than or equal to memory_static_max\n"
                raise _refused("libxl_set_memory_target", (278, 278), text, rc=_INVALID)
            if domid == 0 and target < LEAST_DOM0_KIB:
                text = f"Domain 0:New target {target} for dom0 is below the minimum threshold"
                raise _refused("libxl_set_memory_target", (287, 287), text, rc=_INVALID)
            set_target(self._host.db, row, kib, now)

    def set_maximum(self, domid: int, kib: int) -> None:
        """Xen's own limit; what is written in xenstore as static-max stays."""
        with self._host.store.change():
            row = _row(self._host.db, domid)
            if 0 <= kib < row["target_kib"] - row["video_kib"]:
                rule = "memory_static_max must be greater than or or equal to memory_dynamic_max: Success"
                raise _refused("libxl_domain_setmaxmem", (59, 59), f"Domain {domid}:{rule}", rc=1)
            limit = kib if 0 <= kib < 2**62 else 2**62
            self._host.db.execute("UPDATE domain SET limit_kib = ? WHERE domid = ?", (limit, domid))

    def usage(self) -> Sequence[DomainMemory]:
        """A simulated domain is populated when it is there, and shares no pages."""
        with self._host.store.look():
            return [
                DomainMemory(domid=row[0]) for row in self._host.db.execute("SELECT domid FROM domain ORDER BY domid")
            ]


def speed(manner: str) -> int:
    """What the balloon driver of a guest that behaves so moves in a second."""
    if behaviour.has(manner, "no-balloon"):
        return 0
    return int(behaviour.number(manner, "slow-balloon") * 1024) or FASTEST_KIB


def set_target(db: sqlite3.Connection, row: sqlite3.Row, kib: int, now: float) -> None:
    """A new target for the balloon of a domain, video memory included."""
    db.execute(
        "UPDATE domain SET target_kib = ?, limit_kib = ?, moved = ?, moves = balloon_kib > 0 WHERE domid = ?",
        (kib, kib, rows.guest_time(row, now), row["domid"]),
    )


def settle(db: sqlite3.Connection, now: float) -> None:
    """Let balloons move: first those that give memory back."""
    moving = "SELECT * FROM domain WHERE moves AND since IS NOT NULL ORDER BY target_kib > memory_kib, domid"
    for row in db.execute(moving).fetchall():
        _move(db, row, now)


def _move(db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    from xlpy.executors.sim import machine

    at = rows.guest_time(row, now)
    since = max(row["moved"], row["booted"])
    if at <= since:
        return
    step = int((at - since) * row["balloon_kib"])
    goal = _goal(row)
    wanted = max(goal - row["memory_kib"], -step) if goal < row["memory_kib"] else min(goal - row["memory_kib"], step)
    delta = min(wanted, max(0, rows.free_memory(db))) if wanted > 0 else wanted
    if delta > 0:
        machine.place(db, row["domid"], delta, machine.nodes_of(db, row["domid"], rows.facts(db)))
    else:
        machine.give_back(db, row["domid"], -delta)
    short = 2 if delta < wanted else 1
    db.execute(
        "UPDATE domain SET memory_kib = memory_kib + ?, need_kib = need_kib + ?, moved = ?, moves = ? WHERE domid = ?",
        (delta, delta, at, 0 if row["memory_kib"] + delta == goal else short, row["domid"]),
    )


def _goal(row: sqlite3.Row) -> int:
    """What the guest has once it has followed."""
    target = min(row["target_kib"], row["limit_kib"]) + row["slack_kib"]
    return int(max(min(row["memory_kib"], _LEAST_KIB), min(target, row["max_memory_kib"])))


def _row(db: sqlite3.Connection, domid: int) -> sqlite3.Row:
    row = db.execute("SELECT * FROM domain WHERE domid = ?", (domid,)).fetchone()
    if row is None:
        raise LibxlError(*no_userdata(domid))
    found: sqlite3.Row = row
    return found


def _refused(function: str, lines: tuple[int, int], text: str, *, rc: int) -> LibxlError:
    return LibxlError(LibxlMessage(place=f"{_MEMORY}:{function}", lines=lines, text=text), rc=rc)
