"""The parameters of the schedulers, with the limits that libxl and Xen set and what libxl says beyond them."""

from __future__ import annotations

from xlpy.executors import LibxlError, LibxlMessage
from xlpy.executors.absent import no_scheduler
from xlpy.executors.cpus import DomainShare, PoolTuning, Reservation, other_scheduler

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

INVALID = -6
"""Libxl's ERROR_INVAL."""
_TITLES = {"credit": "Credit", "credit2": "Credit2"}
WITH_WEIGHTS = frozenset(_TITLES)
_LINES = {
    "credit": {"info": (-1, 224), "weight": (238, 236), "cap": (248, 246)},
    "credit2": {"info": (-1, 429), "weight": (445, 441), "cap": (455, 451)},
}
_TUNING_LINES = {
    "credit": {"get": (287, 285), "tslice": (311, 309), "greater": (321, 319), "delay": (326, 324)},
    "credit2": {"get": (362, 360), "set": (389, 387)},
}
_MOST_WEIGHT = 65535
_TSLICES = (1, 1000)
"""Milliseconds."""
_RATELIMITS = (100, 500_000)
"""Microseconds; 0 switches it off."""
_MOST_DELAY = 100_000
"""Microseconds."""
_LEAST_BUDGET = 10
_MOST_PERIOD = 10_000_000
"""Microseconds, of RTDS."""


def refuse(function: str, lines: tuple[int, int], text: str, *, rc: int = INVALID) -> LibxlError:
    """An error of libxl_sched.c; in a release whose line is negative libxl says nothing."""
    return LibxlError(LibxlMessage(place=f"libxl_sched.c:{function}", lines=lines, text=text), rc=rc)


def scheduler_of(db: sqlite3.Connection, domid: int) -> str:
    """The scheduler of a domain's pool; empty when there is no such domain."""
    query = "SELECT scheduler FROM domain JOIN pool ON number = pool_number WHERE domid = ?"
    row = db.execute(query, (domid,)).fetchone()
    return row["scheduler"] if row else ""


def share(db: sqlite3.Connection, domid: int) -> DomainShare:
    """The parameters of a domain; ARINC653 has none that libxl could tell."""
    scheduler = scheduler_of(db, domid)
    function, lines = "libxl_domain_sched_params_get", (905, 901)
    if not scheduler:
        raise LibxlError(*no_scheduler(domid, function, lines), rc=INVALID)
    if scheduler == "arinc653":
        raise refuse(function, lines, f"Domain {domid}:Unknown scheduler")
    row = db.execute("SELECT weight, cap FROM domain WHERE domid = ?", (domid,)).fetchone()
    return DomainShare(scheduler=scheduler, weight=row["weight"], cap=row["cap"])


def set_share(db: sqlite3.Connection, domid: int, scheduler: str, weight: int | None, cap: int | None) -> None:
    """Change what is given."""
    function, lines = f"sched_{scheduler}_domain_set", _LINES[scheduler]
    row = db.execute("SELECT max_vcpus FROM domain WHERE domid = ?", (domid,)).fetchone()
    if row is None:
        raise refuse(function, lines["info"], f"Domain {domid}:Getting domain info: No such process")
    if scheduler_of(db, domid) != scheduler:
        raise other_scheduler(domid, scheduler)
    if weight is not None and not 1 <= weight <= _MOST_WEIGHT:
        text = f"Domain {domid}:Cpu weight out of range, valid values are within range from 1 to {_MOST_WEIGHT}"
        raise refuse(function, lines["weight"], text)
    most = row["max_vcpus"] * 100
    if cap is not None and not 0 <= cap <= most:
        valid = f"valid range is from 0 to {most} for specified number of vcpus"
        raise refuse(function, lines["cap"], f"Domain {domid}:Cpu cap out of range, {valid}")
    values = (weight, cap, domid)
    db.execute("UPDATE domain SET weight = ifnull(?, weight), cap = ifnull(?, cap) WHERE domid = ?", values)


# ---- cpupools


def tuning(db: sqlite3.Connection, pool: int, scheduler: str) -> PoolTuning:
    """What holds for the scheduler of a pool."""
    row = db.execute("SELECT * FROM pool WHERE number = ? AND scheduler = ?", (pool, scheduler)).fetchone()
    if row is None:
        text = f"getting {_TITLES[scheduler]} scheduler parameters: Invalid argument"
        raise refuse(f"libxl_sched_{scheduler}_params_get", _TUNING_LINES[scheduler]["get"], text, rc=-3)
    names = ("ratelimit_us", "tslice_ms", "migration_delay_us")
    return PoolTuning(**{name: row[name] for name in names})


def set_tuning(db: sqlite3.Connection, pool: int, scheduler: str, new: PoolTuning) -> None:
    """Change it within the limits; libxl looks at the numbers first, Xen at the scheduler then."""
    function, lines = f"libxl_sched_{scheduler}_params_set", _TUNING_LINES[scheduler]
    if scheduler == "credit":
        _check_tslice(function, new)
    low, high = _RATELIMITS
    if new.ratelimit_us and not low <= new.ratelimit_us <= high:
        text = f"Ratelimit out of range, valid range is from {low} to {high}"
        raise refuse("sched_ratelimit_check", (270, 268), text)
    if scheduler == "credit":
        _check_delays(function, new)
    changed = db.execute(
        "UPDATE pool SET ratelimit_us = ?, tslice_ms = ?, migration_delay_us = ? WHERE number = ? AND scheduler = ?",
        (new.ratelimit_us, new.tslice_ms, new.migration_delay_us, pool, scheduler),
    ).rowcount
    if not changed:
        text = f"Setting {_TITLES[scheduler]} scheduler parameters: Invalid argument"
        raise refuse(function, lines.get("set", (338, 336)), text, rc=-3)


def _check_tslice(function: str, new: PoolTuning) -> None:
    low, high = _TSLICES
    if not low <= new.tslice_ms <= high:
        text = f"Time slice out of range, valid range is from {low} to {high}"
        raise refuse(function, _TUNING_LINES["credit"]["tslice"], text)


def _check_delays(function: str, new: PoolTuning) -> None:
    lines = _TUNING_LINES["credit"]
    if new.ratelimit_us > new.tslice_ms * 1000:
        raise refuse(function, lines["greater"], "Ratelimit cannot be greater than timeslice")
    if not 0 <= new.migration_delay_us <= _MOST_DELAY:
        text = f"vcpu migration delay should be >= 0 and <= {_MOST_DELAY}us"
        raise refuse(function, lines["delay"], text)


# ---- RTDS


def reservations(db: sqlite3.Connection, domid: int, wanted: Sequence[int] | None) -> list[Reservation]:
    """Of the wanted vCPUs, in that order, or of all."""
    all_of_them = wanted is None
    scheduler = scheduler_of(db, domid)
    function = "libxl_vcpu_sched_params_get_all" if all_of_them else "libxl_vcpu_sched_params_get"
    if not scheduler:
        lines = (971, 967) if all_of_them else (938, 934)
        raise LibxlError(*no_scheduler(domid, function, lines), rc=INVALID)
    if scheduler != "rtds":
        text = f"Domain {domid}:per-VCPU parameter getting not supported for this scheduler"
        raise refuse(function, (964, 960) if all_of_them else (931, 927), text)
    found = {row["vcpu"]: row for row in db.execute("SELECT * FROM vcpu WHERE domid = ? ORDER BY vcpu", (domid,))}
    numbers = list(found) if wanted is None else wanted
    if not found.keys() >= set(numbers):
        text = f"VCPU index is out of range, valid values are within range from 0 to {len(found) - 1}"
        raise refuse("sched_rtds_vcpu_get", (524, 520), f"Domain {domid}:{text}")
    return [_reservation(found[number]) for number in numbers]


def _reservation(row: sqlite3.Row) -> Reservation:
    return Reservation(vcpu=row["vcpu"], period=row["period"], budget=row["budget"], extratime=bool(row["extratime"]))


def set_reservations(db: sqlite3.Connection, domid: int, changes: Sequence[Reservation], *, every: bool) -> None:
    """Change some, or with the one change all."""
    function = "sched_rtds_vcpu_set_all" if every else "sched_rtds_vcpu_set"
    count = db.execute("SELECT count(*) FROM vcpu WHERE domid = ?", (domid,)).fetchone()[0]
    if not count:
        text = f"Domain {domid}:Getting domain info: No such process"
        raise refuse(function, (675, 671) if every else (614, 610), text, rc=-3)
    for new in changes:
        if not (every or 0 <= new.vcpu < count):
            text = f"Domain {domid}:Invalid VCPU {new.vcpu}: valid range is [0, {count - 1}]"
            raise refuse(function, (627, 623), text)
        _check_reservation(new)
    beyond = any(new.budget < _LEAST_BUDGET or new.period > _MOST_PERIOD for new in changes)
    if beyond or scheduler_of(db, domid) != "rtds":
        text = f"Domain {domid}:Setting vcpu sched rtds: Invalid argument"
        raise refuse(function, (705, 701) if every else (653, 649), text, rc=-3)
    where = "domid = ?" if every else "domid = ? AND vcpu = ?"
    for new in changes:
        values = (new.period, new.budget, new.extratime, domid) + (() if every else (new.vcpu,))
        db.execute(f"UPDATE vcpu SET period = ?, budget = ?, extratime = ? WHERE {where}", values)


def _check_reservation(new: Reservation) -> None:
    function = "sched_rtds_validate_params"
    if new.period < 1:
        raise refuse(function, (477, 473), f"Invalid VCPU period of {new.period} (it should be >= 1)")
    if new.budget < 1:
        raise refuse(function, (483, 479), f"Invalid VCPU budget of {new.budget} (it should be >= 1)")
    if new.budget > new.period:
        text = f"VCPU budget must be smaller than or equal to period, but {new.budget} > {new.period}"
        raise refuse(function, (489, 485), text)
