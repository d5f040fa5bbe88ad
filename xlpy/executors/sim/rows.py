"""Rows <-> values, and the questions that several modules ask of the tables."""

from __future__ import annotations

from xlpy.executors import DomainInfo, UnknownDomain, VcpuInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from xlpy.host import HostFacts

BUSY = 0.1
"""A vCPU with such a load, of one pCPU, is busy: it does not only wake up to wait again."""
UUID_LENGTH = 36
TWIN = "+"
"""Behind the uuid of a domain that comes to the host on which its original still is."""
NO_NAME = "(null)"
"""What xl calls a domain that is dying; its name in the table has the domid behind."""
DOOMED = -1
"""In the place of a reason to stop: the guest runs, and stops by itself when `due` has come."""
_TOO_MANY = 2**63
"""What SQLite cannot hold."""


def bind(text: str) -> str | bytes:
    """A text as SQLite takes it: one with lone surrogates (bytes that were not UTF-8) goes in as those bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
    return text


def text(value: str | bytes) -> str:
    """What `bind` put in."""
    return value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")


def facts(db: sqlite3.Connection) -> HostFacts:
    """What the host is like, with its cpupools as they are now."""
    from xlpy.executors.sim.saved import facts_from_text

    known = facts_from_text(db.execute("SELECT facts FROM host").fetchone()[0])
    pools = db.execute("SELECT number, name, scheduler FROM pool ORDER BY number").fetchall()
    owners = db.execute("SELECT cpu, pool FROM pcpu ORDER BY cpu").fetchall()
    now = known.replace(
        pools=tuple(text(pool["name"]) for pool in pools),
        pool_schedulers=tuple(pool["scheduler"] for pool in pools),
        pool_cpus=tuple(tuple(row["cpu"] for row in owners if row["pool"] == pool["number"]) for pool in pools),
        free_cpus=tuple(row["cpu"] for row in owners if row["pool"] is None),
    )
    return known if _same_pools(known, now) else now


def _same_pools(one: HostFacts, other: HostFacts) -> bool:
    return one.pools == other.pools and all(
        (one.cpus_of_pool(pool), one.scheduler_of_pool(pool))
        == (other.cpus_of_pool(pool), other.scheduler_of_pool(pool))
        for pool in one.pools
    )


def domain(db: sqlite3.Connection, domid: int) -> sqlite3.Row:
    """The row of a domain."""
    row = db.execute("SELECT * FROM domain WHERE domid = ?", (domid,)).fetchone()
    if row is None:
        raise UnknownDomain(str(domid))
    found: sqlite3.Row = row
    return found


def lookup(db: sqlite3.Connection, wanted: str) -> int | None:
    """The domid for a domid or a name; digits are a domid, as for libxl."""
    column, value = ("domid", int(wanted)) if wanted.isascii() and wanted.isdigit() else ("name", bind(wanted))
    if isinstance(value, int) and value >= _TOO_MANY:
        return None
    row = db.execute(f"SELECT domid FROM domain WHERE {column} = ?", (value,)).fetchone()
    return None if row is None else int(row[0])


def free_memory(db: sqlite3.Connection) -> int:
    """What no domain holds, in KiB."""
    total = "SELECT (SELECT sum(size_kib - xen_kib) FROM node) - (SELECT ifnull(sum(kib), 0) FROM held)"
    return int(db.execute(total).fetchone()[0])


def guest_time(row: sqlite3.Row, now: float) -> float:
    """How long the guest has run; paused, it does not."""
    ran, since = float(row["ran"]), row["since"]
    return ran if since is None else ran + max(0.0, now - since)


def never_ran(row: sqlite3.Row) -> bool:
    """Whether the guest is as it was built: its kernel, which starts all vCPUs but the first, has yet to run."""
    return row["since"] is None and row["ran"] == 0


def is_stirring(row: sqlite3.Row) -> bool:
    """Whether the guest boots or goes down; one that will stop by itself later does not yet."""
    return row["due"] is not None and row["stop_reason"] != DOOMED


def is_busy(row: sqlite3.Row) -> bool:
    """Whether the guest has something to do: booting, going down, or working."""
    return row["domid"] == 0 or is_stirring(row) or row["load"] >= BUSY


def domain_info(row: sqlite3.Row, now: float, used: float, on_cpu: bool) -> DomainInfo:
    """A domain as xl list sees it; USED in CPU seconds, ON_CPU says that one of its vCPUs has a pCPU just now."""
    alive = row["shutdown"] is None
    runs = alive and row["pauses"] == 0
    return DomainInfo(
        domid=row["domid"],
        name=NO_NAME if row["dying"] else text(row["name"]),
        uuid=row["uuid"][:UUID_LENGTH],
        type=row["type"],
        memory_kib=row["memory_kib"] - row["hole_kib"],
        max_memory_kib=row["max_memory_kib"],
        vcpus=1 if never_ran(row) else row["vcpus"],
        max_vcpus=row["max_vcpus"],
        running=runs and on_cpu,
        blocked=runs and not is_busy(row),
        paused=row["pauses"] > 0,
        shutdown=not alive,
        shutdown_reason=row["shutdown"] or 0,
        dying=bool(row["dying"]),
        cpu_time=used,
        uptime=now - row["created"],
        pool=text(row["pool"]),
        pool_number=row["pool_number"],
        label=text(row["label"]),
    )


def vcpu_infos(
    db: sqlite3.Connection,
    domid: int | None,
    used: dict[tuple[int, int], float],
    on_cpu: dict[tuple[int, int], int],
) -> dict[int, list[VcpuInfo]]:
    """The vCPUs of a domain, or of all, by domid; USED are their CPU seconds, ON_CPU has the pCPU of each that runs."""
    everywhere = tuple(range(facts(db).cpus))
    query = "SELECT vcpu.*, due, stop_reason, load, shutdown, since, ran FROM vcpu JOIN domain USING (domid)"
    where, values = ("", ()) if domid is None else (" WHERE domid = ?", (domid,))
    found: dict[int, list[VcpuInfo]] = {}
    for row in db.execute(f"{query}{where} ORDER BY domid, vcpu", values):
        here = row["domid"], row["vcpu"]
        found.setdefault(row["domid"], []).append(_vcpu_info(row, everywhere, used.get(here, 0.0), on_cpu.get(here)))
    return found


def _vcpu_info(row: sqlite3.Row, everywhere: tuple[int, ...], used: float, place: int | None) -> VcpuInfo:
    """A vCPU with its domain; PLACE is its pCPU if it runs just now."""
    first = row["vcpu"] == 0 and row["domid"] != 0
    waits = row["shutdown"] is None and (row["load"] >= BUSY or (first and is_stirring(row)))
    online = bool(row["online"]) and not (row["vcpu"] and never_ran(row))
    return VcpuInfo(
        vcpu=row["vcpu"],
        cpu=row["cpu"] if place is None else place,
        online=online,
        running=place is not None,
        blocked=online and place is None and not waits,
        cpu_time=used,
        hard_affinity=numbers(row["hard"]) or everywhere,
        soft_affinity=numbers(row["soft"]) or everywhere,
    )


def numbers(joined: str) -> tuple[int, ...]:
    """The numbers in `1,2,3`."""
    return tuple(int(number) for number in joined.split(",") if number)
