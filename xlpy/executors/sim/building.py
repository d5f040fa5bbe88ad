"""Carrying a plan out as one change of the host, and what is left of it when a fault strikes."""

from __future__ import annotations

from xlpy.executors.refusals import Refusal
from xlpy.executors.sim import faults, life, rows, watcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.executors.sim.build import Build
    from xlpy.executors.sim.faults import Struck
    from xlpy.executors.sim.store import Store
    from xlpy.host import HostFacts


def carry_out(store: Store, make: Callable[[HostFacts, float], Build], *, paused: bool) -> int:
    """Build what MAKE gives for the host and the time; gives the domid. After a failure nothing of it is left.

    Where a fault kills the process halfway, what was built so far stays, as it does with xl.
    """
    try:
        with store.change() as now:
            build = make(rows.facts(store.db), now)
            try:
                domid = build.run(paused=paused)
                if build.watched:
                    watcher.begin(store.db, domid)
                return domid
            except faults.Struck as struck:
                halfway = _halfway(store, build, struck)
    except Refusal as refused:
        if refused.took_domid:
            _spend_domid(store)
        raise
    except faults.Struck as struck:
        halfway = struck
    faults.finish(store, halfway)
    _clean_up(store, halfway.domid)
    raise halfway.failure


def _halfway(store: Store, build: Build, struck: Struck) -> Struck:
    """Keep what is there, for a process that dies or hangs now; else nothing of it."""
    struck.domid = build.domid
    if struck.how == "fail":
        raise struck
    store.db.execute("UPDATE domain SET watched = 0 WHERE domid = ?", (build.domid,))
    return struck


def _spend_domid(store: Store) -> None:
    """It was given to the domain that failed."""
    from xlpy.executors.sim.build import take_domid

    with store.change(faulty=False):
        take_domid(store.db)


def _clean_up(store: Store, domid: int) -> None:
    """What xl does after a failure: the domain goes, and its domid is not used again soon."""
    from xlpy.executors.sim.build import next_domid, take_domid

    if not domid:
        return
    with store.change(faulty=False) as now:
        if store.db.execute("SELECT 1 FROM domain WHERE domid = ?", (domid,)).fetchone():
            life.destroy(store.db, domid, now)
        if next_domid(store.db) == domid:
            take_domid(store.db)
