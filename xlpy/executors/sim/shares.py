"""CPU time on a simulated host: what each vCPU gets follows from the loads, weights, caps and affinities of all.

vCPUs that are alike (same pool, load, weight, CPUs) have one row of `share`, whose `total` grows by what one of them
gets. So a look costs no more than a sum, and a change costs as much as there are kinds of vCPUs, not vCPUs. Triggers
note in `stirred` who has changed; `settle` works out the new rates from then on.
"""

from __future__ import annotations

from xlpy.executors.sim import plugging, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.executors.sim.fairness import Group

BOOT_LOAD = 0.8
"""What the first vCPU has to do while the guest boots or goes down, of one pCPU."""
IDLE_LOAD = 0.003
"""What the first vCPU of an idle guest has to do ..."""
OTHERS_IDLE_LOAD = 0.001
"""... and each other one."""
DOM0_LOAD = 0.03
"""For each vCPU."""
LEVEL_ONLY = -1_000_000
"""In `stirred`, less the number of a pool: vCPUs have left it. With -1 less it: what they may use is another."""
_CREDIT, _NULL, _ARINC653, _RTDS = "credit", "null", "arinc653", "rtds"


def settle(db: sqlite3.Connection, now: float) -> None:
    """Work out anew what has changed, from the age NOW of the host on."""
    stirred = [row[0] for row in db.execute("SELECT what FROM stirred ORDER BY what DESC")]
    if not stirred:
        return
    pools = {-1 - what for what in stirred if LEVEL_ONLY < what < 0}
    left = {LEVEL_ONLY - what for what in stirred if what <= LEVEL_ONLY}
    for pool in pools | _crowded(db, stirred, left):
        stirred += [row[0] for row in db.execute("SELECT domid FROM domain WHERE pool_number = ?", (pool,))]
    for domid in dict.fromkeys(what for what in stirred if what >= 0):
        pools |= _classify(db, domid, now)
    for pool in pools | left:
        _level(db, pool, now)
    db.execute("DELETE FROM stirred")


def _crowded(db: sqlite3.Connection, stirred: Sequence[int], left: set[int]) -> set[int]:
    """The pools in which a change of one domain is a matter of all: those where a vCPU has its pCPU for itself."""
    null = {row[0] for row in db.execute("SELECT number FROM pool WHERE scheduler = ?", (_NULL,))}
    query = "SELECT pool_number FROM domain WHERE domid = ?"
    found = (db.execute(query, (what,)).fetchone() for what in stirred if what >= 0) if null else ()
    return null.intersection(left.union(row[0] for row in found if row))


def _own_cpus(db: sqlite3.Connection, pool: int) -> dict[tuple[int, int], int]:
    """Which pCPU each vCPU of a pool has for itself, by (domid, number): who came first has one, the others wait."""
    free = set(cpus_of_pool(db, pool))
    query = "SELECT domid, vcpu, cpu, hard FROM vcpu JOIN domain USING (domid) WHERE pool_number = ? AND online"
    found: dict[tuple[int, int], int] = {}
    for vcpu in db.execute(f"{query} ORDER BY domid, vcpu", (pool,)).fetchall():
        fitting = [cpu for cpu in _allowed(vcpu, tuple(sorted(free))) if cpu in free]
        if fitting:
            cpu = vcpu["cpu"] if vcpu["cpu"] in fitting else fitting[0]
            found[vcpu["domid"], vcpu["vcpu"]] = cpu
            free.discard(cpu)
    return found


def _classify(db: sqlite3.Connection, domid: int, now: float) -> set[int]:
    """Give each vCPU of a domain the share of its kind; gives the pools for which that changes something."""
    row = db.execute("SELECT * FROM domain JOIN pool ON number = pool_number WHERE domid = ?", (domid,)).fetchone()
    if row is None:
        return set()
    plugging.catch_up(db, row, now)
    pool_cpus = cpus_of_pool(db, row["pool_number"])
    vcpus = db.execute("SELECT * FROM vcpu WHERE domid = ? ORDER BY vcpu", (domid,)).fetchall()
    demands = _demands(row, vcpus)
    total, pools = sum(demands), set()
    own = _own_cpus(db, row["pool_number"]) if row["scheduler"] == _NULL else None
    online = sum(vcpu["online"] for vcpu in vcpus)
    for vcpu, demand in zip(vcpus, demands, strict=True):
        cpus = _allowed(vcpu, pool_cpus)
        if own is not None:
            cpus = tuple(cpu for cpu in cpus if cpu == own.get((domid, vcpu["vcpu"])))
        if vcpu["cpu"] not in cpus and cpus:
            move(db, domid, vcpu["vcpu"], cpus)
        capped = demand * min(1.0, row["cap"] / 100 / total) if row["cap"] and total else demand
        kind = (row["pool_number"], capped, _weight(row, vcpu, online), ",".join(map(str, cpus)))
        pools |= _join(db, vcpu, kind if demand and cpus else None, now)
    return pools


def _allowed(vcpu: sqlite3.Row, pool_cpus: tuple[int, ...]) -> tuple[int, ...]:
    if not vcpu["hard"]:
        return pool_cpus
    hard = rows.numbers(vcpu["hard"])
    return tuple(cpu for cpu in pool_cpus if cpu in hard)


def _demands(row: sqlite3.Row, vcpus: Sequence[sqlite3.Row]) -> list[float]:
    """What each vCPU asks for, of one pCPU; 0 for one that does not run."""
    runs = row["shutdown"] is None and not row["pauses"] and row["built"]
    if not runs or (row["scheduler"] == _ARINC653 and row["domid"]):
        return [0.0] * len(vcpus)  # a domain is in no schedule of ARINC653 by itself
    return [_demand(row, vcpu) if vcpu["online"] else 0.0 for vcpu in vcpus]


def _demand(row: sqlite3.Row, vcpu: sqlite3.Row) -> float:
    first = vcpu["vcpu"] == 0
    if row["domid"] == 0:
        wanted = DOM0_LOAD
    elif first and rows.is_stirring(row):
        wanted = BOOT_LOAD
    else:
        wanted = IDLE_LOAD if first else OTHERS_IDLE_LOAD
    wanted = max(wanted, row["load"])
    if row["scheduler"] == _RTDS and not vcpu["extratime"]:
        wanted = min(wanted, vcpu["budget"] / vcpu["period"])
    return float(wanted)


def _weight(row: sqlite3.Row, vcpu: sqlite3.Row, online: int) -> float:
    """Credit spreads a domain's weight over its vCPUs, credit2 gives it to each; RTDS goes by what is reserved."""
    if row["scheduler"] == _RTDS:
        return float(vcpu["budget"] / vcpu["period"])
    if row["scheduler"] == _CREDIT:
        return float(row["weight"] / max(1, online))
    return float(row["weight"])


def _join(
    db: sqlite3.Connection, vcpu: sqlite3.Row, kind: tuple[int, float, float, str] | None, now: float
) -> set[int]:
    """Put a vCPU among those of a kind, or among none; gives the pools whose vCPUs are others now."""
    old = db.execute("SELECT * FROM share WHERE id = ?", (vcpu["share"],)).fetchone()
    if kind == (None if old is None else (old["pool"], old["demand"], old["weight"], old["cpus"])):
        return set()
    used, new, pools = vcpu["used"], None, set()
    if old is not None:
        used += total_at(old, now) - vcpu["mark"]
        db.execute("UPDATE share SET count = count - 1 WHERE id = ?", (old["id"],))
        pools.add(old["pool"])
    if kind is not None:
        db.execute(
            "INSERT OR IGNORE INTO share (pool, demand, weight, cpus, since) VALUES (?, ?, ?, ?, ?)", (*kind, now)
        )
        where = "WHERE pool = ? AND demand = ? AND weight = ? AND cpus = ?"
        new = db.execute(f"UPDATE share SET count = count + 1 {where} RETURNING *", kind).fetchone()
        pools.add(kind[0])
    db.execute(
        "UPDATE vcpu SET share = ?, used = ?, mark = ? WHERE domid = ? AND vcpu = ?",
        (new and new["id"], used, total_at(new, now) if new else 0.0, vcpu["domid"], vcpu["vcpu"]),
    )
    return pools


def total_at(share: sqlite3.Row, now: float) -> float:
    """What a vCPU would have got that always had this share, in CPU seconds."""
    return float(share["total"] + share["rate"] * max(0.0, now - share["since"]))


def _level(db: sqlite3.Connection, pool: int, now: float) -> None:
    """New rates for a pool, from NOW on."""
    from xlpy.executors.sim.fairness import fair_rates

    db.execute("DELETE FROM share WHERE pool = ? AND count = 0", (pool,))
    shares = db.execute("SELECT * FROM share WHERE pool = ? ORDER BY id", (pool,)).fetchall()
    rates = fair_rates([group(share) for share in shares])
    db.executemany(
        "UPDATE share SET rate = ?, total = ?, since = ? WHERE id = ?",
        [(rate, total_at(share, now), now, share["id"]) for share, rate in zip(shares, rates, strict=True)],
    )


def group(share: sqlite3.Row) -> Group:
    """The vCPUs of a share, as the pure functions see them."""
    from xlpy.executors.sim.fairness import Group

    return Group(
        count=share["count"],
        demand=share["demand"],
        weight=share["weight"],
        cpus=frozenset(rows.numbers(share["cpus"])),
    )


def cpus_of_pool(db: sqlite3.Connection, pool: int) -> tuple[int, ...]:
    """The pCPUs of a cpupool."""
    return tuple(row[0] for row in db.execute("SELECT cpu FROM pcpu WHERE pool = ? ORDER BY cpu", (pool,)))


def move(db: sqlite3.Connection, domid: int, vcpu: int, cpus: tuple[int, ...]) -> None:
    """A vCPU goes to that of these pCPUs on which the fewest others are."""
    crowd = dict(db.execute("SELECT cpu, number FROM busy").fetchall())
    cpu = min(cpus, key=lambda cpu: (crowd.get(cpu, 0), cpu))
    db.execute("UPDATE vcpu SET cpu = ? WHERE domid = ? AND vcpu = ?", (cpu, domid, vcpu))


USED = "used + ifnull((SELECT total + rate * max(0, ? - since) - mark FROM share WHERE id = vcpu.share), 0)"
"""The CPU seconds of a vCPU, for SQL; the parameter is the age of the host."""


def used_by_domain(db: sqlite3.Connection, now: float) -> dict[int, float]:
    """The CPU seconds of each domain."""
    return dict(db.execute(f"SELECT domid, sum({USED}) FROM vcpu GROUP BY domid", (now,)).fetchall())


def used_by_vcpu(db: sqlite3.Connection, domid: int | None, now: float) -> dict[tuple[int, int], float]:
    """The CPU seconds of each vCPU (domid, number) of a domain, or of all."""
    where, values = ("", (now,)) if domid is None else (" WHERE domid = ?", (now, domid))
    found = db.execute(f"SELECT domid, vcpu, {USED} FROM vcpu{where}", values)
    return {(domid, vcpu): used for domid, vcpu, used in found}


def on_cpus(db: sqlite3.Connection, now: float) -> dict[tuple[int, int], int]:
    """Which vCPUs (domid, number) have a pCPU just now, and which one: those that are busy take turns.

    The first one of Domain-0 has one: it is there that somebody looks.
    """
    busy = "SELECT domid, vcpu, cpu, cpus, rate FROM vcpu JOIN share ON share.id = vcpu.share"
    kinds = db.execute("SELECT id FROM share WHERE demand >= ?", (rows.BUSY,)).fetchall()
    wanted = ",".join(str(kind["id"]) for kind in kinds)
    wanting = db.execute(f"{busy} WHERE share IN ({wanted}) ORDER BY domid, vcpu").fetchall() if kinds else []
    if wanting:
        turn = int(now * 100) % len(wanting)
        wanting = wanting[turn:] + wanting[:turn]
    first = db.execute(f"{busy} WHERE domid = 0 ORDER BY vcpu LIMIT 1").fetchall()
    free = {row[0] for row in db.execute("SELECT cpu FROM pcpu WHERE pool IS NOT NULL")}
    found: dict[tuple[int, int], int] = {}
    for vcpu in first + wanting:
        if not free:
            break
        if vcpu["rate"] and (vcpu["domid"], vcpu["vcpu"]) not in found:
            _take_cpu(vcpu, free, found)
    return found


def _take_cpu(vcpu: sqlite3.Row, free: set[int], found: dict[tuple[int, int], int]) -> None:
    allowed = rows.numbers(vcpu["cpus"])
    cpu = vcpu["cpu"] if vcpu["cpu"] in free else next((cpu for cpu in allowed if cpu in free), None)
    if cpu is not None:
        free.discard(cpu)
        found[vcpu["domid"], vcpu["vcpu"]] = cpu
