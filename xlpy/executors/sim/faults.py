"""Faults of a simulated host: where they are kept, whether one strikes, and what is left then."""

from __future__ import annotations

import os
import signal

from xlpy.executors import Failure
from xlpy.executors.faults import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.executors.sim.store import Store


class Struck(Exception):
    """A fault has struck: whoever holds the transaction ends it as `how` says, and `finish` does the rest."""

    def __init__(self, fault: Fault, point: str) -> None:
        super().__init__(point)
        self.fault = fault
        self.point = point
        self.domid = 0
        """Of the domain that was being built."""
        self.failure: Failure = Failure(advice=f"a fault was asked for at {point}: xlpy sim fault list shows it")
        """What is said of it."""

    @property
    def how(self) -> str:
        """One of HOWS."""
        return self.fault.how


class SimFaults:
    """See the protocol Faults."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db

    def all(self) -> Sequence[Fault]:
        """Those that are there."""
        with self.store.look():
            return load(self.db)

    def add(self, fault: Fault) -> int:
        """Another one."""
        values = fault.as_dict()
        del values["number"]
        with self.store.change(faulty=False):
            names = ", ".join(values)
            marks = ", ".join("?" * len(values))
            added = self.db.execute(f"INSERT INTO fault ({names}) VALUES ({marks})", tuple(values.values()))
            return int(added.lastrowid or 0)

    def remove(self, number: int) -> None:
        """Take one away."""
        with self.store.change(faulty=False):
            if not self.db.execute("DELETE FROM fault WHERE number = ?", (number,)).rowcount:
                raise Failure(advice=f"there is no fault {number}: xlpy sim fault list shows them")

    def clear(self) -> None:
        """Take all away."""
        from xlpy.executors.sim import life

        with self.store.change(faulty=False) as now:
            self.db.execute("DELETE FROM fault")
            for row in self.db.execute("SELECT domid FROM domain WHERE dying").fetchall():
                life.destroy(self.db, row["domid"], now)


def load(db: sqlite3.Connection) -> list[Fault]:
    """All faults."""
    return [Fault(**dict(row)) for row in db.execute("SELECT * FROM fault ORDER BY number")]


def check(db: sqlite3.Connection, *points: str) -> None:
    """Raise Struck if a fault strikes at what is about to happen, known by these points."""
    for fault in load(db):
        if fault.times and any(_is_at(fault.point, point) for point in points):
            db.execute("UPDATE fault SET met = met + 1 WHERE number = ?", (fault.number,))
            if _falls(fault):
                raise Struck(fault.replace(met=fault.met + 1), points[0])


def meet(store: Store, point: str, domid: int) -> bool:
    """Come to a point outside of any change; says whether a fault has struck, after its time."""
    if not store.db.execute("SELECT 1 FROM fault").fetchone():
        return False
    try:
        with store.change(faulty=False):
            check(store.db, point)
    except Struck as struck:
        struck.domid = domid
        finish(store, struck)
        return True
    return False


def _is_at(pattern: str, point: str) -> bool:
    from fnmatch import fnmatchcase

    return fnmatchcase(point, pattern) or fnmatchcase(point, f"{pattern}:*")


def _falls(fault: Fault) -> bool:
    """The dice of this seed, at this throw."""
    from random import Random

    return Random(f"{fault.seed}:{fault.met}").random() < fault.chance


def note(db: sqlite3.Connection, struck: Struck) -> None:
    """Keep that a fault has struck, after what it undid."""
    db.execute(
        "UPDATE fault SET met = max(met, ?), times = CASE WHEN times > 0 THEN times - 1 ELSE times END"
        " WHERE number = ?",
        (struck.fault.met, struck.fault.number),
    )
    values = (struck.domid, f"{struck.how} at {struck.point}")
    db.execute("INSERT INTO log SELECT NULL, moment, 'failed', ?, '', ? FROM host", values)


def finish(store: Store, struck: Struck) -> None:
    """After the transaction: keep that it has struck; then the process dies, or waits."""
    with store.change(faulty=False):
        note(store.db, struck)
    if struck.how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if struck.how == "hang":
        import time

        time.sleep(struck.fault.seconds)
