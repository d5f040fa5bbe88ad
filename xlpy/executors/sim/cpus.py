"""vCPUs of simulated domains at run time, and the parameters of the schedulers with libxl's and Xen's limits."""

from __future__ import annotations

from xlpy.executors import LibxlError, LibxlMessage
from xlpy.executors.absent import no_vcpus
from xlpy.executors.cpus import CpuLoad
from xlpy.executors.sim import plugging, rows, schedulers, shares

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from xlpy.executors.cpus import DomainShare, PoolTuning, Reservation
    from xlpy.executors.sim.facets import Facets

NOT_FOUND = -21
"""Libxl's ERROR_DOMAIN_NOTFOUND."""
_UNREACHABLE = (
    "All cpus in soft affinity of vcpu {} are unreachable. Only hard affinity will be considered for scheduling"
)


class SimCpus:
    """See the Cpus protocol."""

    def __init__(self, host: Facets) -> None:
        """The CPUs of HOST."""
        self._host = host
        self._db = host.db

    def set_online(self, domid: int, vcpus: Collection[int]) -> None:
        """A guest follows at once, or when it runs and has booted; without PV drivers QEMU can only add vCPUs."""
        with self._host.store.change() as now:
            row = self._db.execute("SELECT * FROM domain WHERE domid = ?", (domid,)).fetchone()
            if row is None:
                raise LibxlError(*no_vcpus(domid), rc=NOT_FOUND)
            place = "libxl_domain.c:libxl_set_vcpuonline"
            if not vcpus:
                text = f"Domain {domid}:Requested 0 VCPUs!: Function not implemented"
                raise LibxlError(LibxlMessage(place=place, lines=(1863, 1865), text=text))
            if len(vcpus) > row["max_vcpus"]:
                many = f"Requested {len(vcpus)} VCPUs, however maxcpus is {row['max_vcpus']}!"
                text = f"Domain {domid}:{many}: Function not implemented"
                raise LibxlError(LibxlMessage(place=place, lines=(1869, 1871), text=text))
            if plugging.hears(row, now) or not row["pv_drivers"]:
                plugging.set_online(self._db, row, vcpus)
            else:
                self._db.execute("UPDATE domain SET plugged = ? WHERE domid = ?", (len(vcpus), domid))

    def set_affinity(
        self,
        domid: int,
        vcpu: int,
        *,
        hard: Collection[int] | None = None,
        soft: Collection[int] | None = None,
        force: bool = False,  # noqa: ARG002 - a simulated kernel pins nothing that could be undone
    ) -> Sequence[LibxlMessage]:
        """Xen wants a pCPU of the pool in a hard affinity; a soft one may be out of reach."""
        with self._host.store.change():
            found = self._vcpu(domid, vcpu)
            if found is None:
                runs = self._db.execute("SELECT 1 FROM domain WHERE domid = ?", (domid,)).fetchone()
                raise self._no_affinity(domid, "Invalid argument" if runs else "No such process")
            every = range(rows.facts(self._db).cpus)
            now_hard = set(every) if hard is None else set(hard)
            if hard is not None:
                pool = shares.cpus_of_pool(self._db, found["pool_number"])
                if now_hard.isdisjoint(pool):
                    raise self._no_affinity(domid, "Invalid argument")
                self._set(domid, vcpu, "hard", hard)
            elif found["hard"]:
                now_hard = set(rows.numbers(found["hard"]))
            if soft is None:
                return ()
            if not soft:
                raise self._no_affinity(domid, "Invalid argument")
            self._set(domid, vcpu, "soft", soft)
            return () if now_hard.intersection(soft) else (_unreachable(domid, vcpu),)

    def _vcpu(self, domid: int, vcpu: int) -> sqlite3.Row | None:
        query = "SELECT * FROM vcpu JOIN domain USING (domid) WHERE domid = ? AND vcpu = ?"
        row: sqlite3.Row | None = self._db.execute(query, (domid, vcpu)).fetchone()
        return row

    def _set(self, domid: int, vcpu: int, column: str, cpus: Collection[int]) -> None:
        count = rows.facts(self._db).cpus
        text = "" if len(cpus) == count else ",".join(map(str, sorted(cpus)))
        self._db.execute(f"UPDATE vcpu SET {column} = ? WHERE domid = ? AND vcpu = ?", (text, domid, vcpu))

    def _no_affinity(self, domid: int, why: str) -> LibxlError:
        text = f"Domain {domid}:Setting vcpu affinity: {why}"
        return LibxlError(LibxlMessage(place="libxl_sched.c:libxl__set_vcpuaffinity", lines=(62, 62), text=text))

    # ---- schedulers

    def share(self, domid: int) -> DomainShare:
        """The domain's parameters in the scheduler of its pool."""
        with self._host.store.look():
            return schedulers.share(self._db, domid)

    def set_share(self, domid: int, scheduler: str, *, weight: int | None = None, cap: int | None = None) -> None:
        """Change what is given."""
        with self._host.store.change():
            schedulers.set_share(self._db, domid, scheduler, weight, cap)

    def reservations(self, domid: int, vcpus: Sequence[int] | None = None) -> Sequence[Reservation]:
        """Of these vCPUs, or all, of a domain in an RTDS pool."""
        with self._host.store.look():
            return schedulers.reservations(self._db, domid, vcpus)

    def set_reservations(self, domid: int, changes: Sequence[Reservation], *, every: bool = False) -> None:
        """Change those of some vCPUs, or of all."""
        with self._host.store.change():
            schedulers.set_reservations(self._db, domid, changes, every=every)

    def tuning(self, pool: int, scheduler: str) -> PoolTuning:
        """Of a cpupool with this scheduler."""
        with self._host.store.look():
            return schedulers.tuning(self._db, pool, scheduler)

    def set_tuning(self, pool: int, scheduler: str, tuning: PoolTuning) -> None:
        """Change it, within the limits of the scheduler."""
        with self._host.store.change():
            schedulers.set_tuning(self._db, pool, scheduler, tuning)

    def loads(self) -> Sequence[CpuLoad]:
        """All pCPUs, by number."""
        from xlpy.executors.sim.fairness import loads

        with self._host.store.look():
            found = self._db.execute("SELECT * FROM share WHERE count ORDER BY id").fetchall()
            busy = loads([shares.group(share) for share in found], [share["rate"] for share in found])
            return [CpuLoad(cpu=cpu, load=busy.get(cpu, 0.0)) for cpu in range(rows.facts(self._db).cpus)]


def _unreachable(domid: int, vcpu: int) -> LibxlMessage:
    text = f"Domain {domid}:{_UNREACHABLE.format(vcpu)}"
    return LibxlMessage(place="libxl_sched.c:libxl__set_vcpuaffinity", lines=(84, 84), text=text, level="warning")
