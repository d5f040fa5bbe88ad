"""Rows <-> values, and the questions that several modules ask of the tables."""

from __future__ import annotations

from xlpy.executors import DomainInfo, UnknownDomain, VcpuInfo

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.host import HostFacts

BOOT_LOAD = 0.8
"""CPU seconds for each second of booting."""
IDLE_LOAD = 0.004
"""CPU seconds for each second of a guest's time."""
DOM0_LOAD = 0.03
TWIN = "+"
"""Behind the uuid of a domain that comes to the host on which its original still is."""
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
    """What the host is like."""
    from xlpy.executors.sim.saved import facts_from_text

    return facts_from_text(db.execute("SELECT facts FROM host").fetchone()[0])


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
    total = db.execute("SELECT memory_kib - (SELECT sum(need_kib) FROM domain) FROM host").fetchone()[0]
    return int(total)


def guest_time(row: sqlite3.Row, now: float) -> float:
    """How long the guest has run; paused, it does not."""
    ran, since = float(row["ran"]), row["since"]
    return ran if since is None else ran + max(0.0, now - since)


def boot_time(row: sqlite3.Row, now: float) -> float:
    """CPU seconds that went into booting."""
    booting = max(0.0, min(guest_time(row, now), float(row["booted"])) - float(row["booting"]))
    return float(row["spent"]) + BOOT_LOAD * booting


def _cpu_time(row: sqlite3.Row, now: float) -> float:
    ran = guest_time(row, now)
    if row["domid"] == 0:
        return ran * DOM0_LOAD * int(row["vcpus"])
    return boot_time(row, now) + IDLE_LOAD * ran


def is_busy(row: sqlite3.Row) -> bool:
    """Whether the guest has something to do: booting, or going down."""
    return row["domid"] == 0 or row["due"] is not None


def domain_info(row: sqlite3.Row, now: float) -> DomainInfo:
    """A domain as xl list sees it."""
    alive = row["shutdown"] is None
    runs = alive and row["pauses"] == 0
    busy = is_busy(row)
    return DomainInfo(
        domid=row["domid"],
        name=text(row["name"]),
        uuid=row["uuid"].rstrip(TWIN),
        type=row["type"],
        memory_kib=row["memory_kib"],
        max_memory_kib=row["max_memory_kib"],
        vcpus=row["vcpus"],
        max_vcpus=row["max_vcpus"],
        running=runs and busy,
        blocked=runs and not busy,
        paused=row["pauses"] > 0,
        shutdown=not alive,
        shutdown_reason=row["shutdown"] or 0,
        cpu_time=_cpu_time(row, now),
        uptime=now - row["created"],
        pool=row["pool"],
        label=text(row["label"]),
    )


def vcpu_infos(db: sqlite3.Connection, domid: int, pcpus: int, now: float) -> Sequence[VcpuInfo]:
    """The vCPUs of a domain; the first one does most of the work, as in a guest that boots."""
    row = domain(db, domid)
    total, runs = _cpu_time(row, now), row["shutdown"] is None and row["pauses"] == 0
    everywhere = tuple(range(pcpus))
    found = []
    for vcpu in db.execute("SELECT * FROM vcpu WHERE domid = ? ORDER BY vcpu", (domid,)):
        first, online = vcpu["vcpu"] == 0, bool(vcpu["online"])
        busy = is_busy(row) and first
        found.append(
            VcpuInfo(
                vcpu=vcpu["vcpu"],
                cpu=vcpu["cpu"],
                online=online,
                running=runs and online and busy,
                blocked=online and not (runs and busy),
                cpu_time=_share(total, first=first, online=online, vcpus=row["vcpus"]),
                hard_affinity=numbers(vcpu["hard"]) or everywhere,
                soft_affinity=numbers(vcpu["soft"]) or everywhere,
            )
        )
    return found


def _share(total: float, *, first: bool, online: bool, vcpus: int) -> float:
    """Of the domain's CPU time: all to a lone vCPU, else half to the first."""
    if vcpus == 1:
        return total if first else 0.0
    if first:
        return total / 2
    return total / 2 / (vcpus - 1) if online else 0.0


def numbers(joined: str) -> tuple[int, ...]:
    """The numbers in `1,2,3`."""
    return tuple(int(number) for number in joined.split(",") if number)
