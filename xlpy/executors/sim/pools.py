"""The cpupools of a simulated host."""

from __future__ import annotations

from xlpy.executors import LibxlError, LibxlMessage
from xlpy.executors.pools import Pool
from xlpy.executors.sim import rows, shares

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.executors.sim.facets import Facets

_INVALID = -6


class SimPools:
    """See the Pools protocol."""

    def __init__(self, host: Facets) -> None:
        """The cpupools of HOST."""
        self._host = host
        self._db = host.db

    def pools(self) -> Sequence[Pool]:
        """All, by number."""
        with self._host.store.look():
            counts = dict(self._db.execute("SELECT pool_number, count(*) FROM domain GROUP BY pool_number").fetchall())
            return [
                Pool(
                    number=row["number"],
                    name=rows.text(row["name"]),
                    scheduler=row["scheduler"],
                    cpus=shares.cpus_of_pool(self._db, row["number"]),
                    domains=counts.get(row["number"], 0),
                )
                for row in self._db.execute("SELECT * FROM pool ORDER BY number").fetchall()
            ]

    def create(self, name: str, scheduler: str, cpus: Sequence[int]) -> int:
        """All of it or nothing; the number is the lowest that is free, as in Xen."""
        with self._host.store.change():
            if scheduler not in rows.facts(self._db).schedulers:
                raise _refused("libxl_cpupool_create", (157, 157), "Could not create cpupool")
            taken = {row[0] for row in self._db.execute("SELECT number FROM pool")}
            number = next(number for number in range(len(taken) + 1) if number not in taken)
            query = "INSERT INTO pool (number, name, scheduler) VALUES (?, ?, ?)"
            self._db.execute(query, (number, rows.bind(name), scheduler))
            for cpu in cpus:
                if not self._give(number, cpu):
                    raise _refused("libxl_cpupool_create", (167, 167), "Error moving cpu to cpupool")
            return number

    def destroy(self, pool: int) -> None:
        """Libxl does not say why it leaves a pool with domains."""
        with self._host.store.change():
            if self._db.execute("SELECT 1 FROM domain WHERE pool_number = ?", (pool,)).fetchone():
                raise LibxlError(rc=_INVALID)
            self._db.execute("UPDATE pcpu SET pool = NULL WHERE pool = ?", (pool,))
            self._db.execute("DELETE FROM pool WHERE number = ?", (pool,))

    def rename(self, pool: int, name: str) -> None:
        """Give it another name."""
        with self._host.store.change():
            self._db.execute("UPDATE pool SET name = ? WHERE number = ?", (rows.bind(name), pool))
            self._db.execute("UPDATE domain SET pool = ? WHERE pool_number = ?", (rows.bind(name), pool))

    def add_cpu(self, pool: int, cpu: int) -> None:
        """Give a free pCPU to a pool."""
        with self._host.store.change():
            if not self._give(pool, cpu):
                text = f"Error moving cpu {cpu} to cpupool: No such device"
                raise _refused("libxl_cpupool_cpuadd", (302, 302), text)

    def _give(self, pool: int, cpu: int) -> bool:
        query = "UPDATE pcpu SET pool = ? WHERE cpu = ? AND pool IS NULL"
        return bool(self._db.execute(query, (pool, cpu)).rowcount)

    def remove_cpu(self, pool: int, cpu: int) -> None:
        """vCPUs that were pinned to it alone may run everywhere then."""
        with self._host.store.change():
            cpus = shares.cpus_of_pool(self._db, pool)
            members = [row[0] for row in self._db.execute("SELECT domid FROM domain WHERE pool_number = ?", (pool,))]
            if cpu not in cpus or (len(cpus) == 1 and members):
                why = "Device or resource busy" if cpu in cpus else "Cannot assign requested address"
                text = f"Error removing cpu {cpu} from cpupool: {why}"
                raise _refused("libxl_cpupool_cpuremove", (365, 365), text)
            self._db.execute("UPDATE pcpu SET pool = NULL WHERE cpu = ?", (cpu,))
            for domid in members:
                _break_affinities(self._db, domid, set(cpus) - {cpu})

    def move(self, domid: int, pool: int) -> None:
        """In the new pool a domain may run everywhere."""
        with self._host.store.change():
            row = rows.domain(self._db, domid)
            if domid == 0 or not shares.cpus_of_pool(self._db, pool):
                text = f"Domain {domid}:Error moving domain to cpupool"
                raise _refused("libxl_cpupool_movedomain", (437, 437), text)
            if row["pool_number"] != pool:
                name = self._db.execute("SELECT name FROM pool WHERE number = ?", (pool,)).fetchone()[0]
                query = "UPDATE domain SET pool_number = ?, pool = ?, weight = 256, cap = 0 WHERE domid = ?"
                self._db.execute(query, (pool, name, domid))
                self._db.execute("UPDATE vcpu SET hard = '', soft = '' WHERE domid = ?", (domid,))


def _break_affinities(db: sqlite3.Connection, domid: int, cpus: set[int]) -> None:
    """vCPUs whose hard affinity has no pCPU of the pool left lose it."""
    for vcpu in db.execute("SELECT vcpu, hard FROM vcpu WHERE domid = ? AND hard <> ''", (domid,)).fetchall():
        if cpus.isdisjoint(rows.numbers(vcpu["hard"])):
            db.execute("UPDATE vcpu SET hard = '' WHERE domid = ? AND vcpu = ?", (domid, vcpu["vcpu"]))


def _refused(function: str, lines: tuple[int, int], text: str) -> LibxlError:
    return LibxlError(LibxlMessage(place=f"libxl_cpupool.c:{function}", lines=lines, text=text))
