"""The facet `cpus`: which vCPUs are there, where they may run, and how the scheduler shares the CPUs."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Protocol

    from xlpy.executors import LibxlMessage
else:
    Protocol = object  # typing is slow to import


class DomainShare(Record):
    """What the scheduler of its cpupool knows of a domain."""

    scheduler: str
    """credit, credit2, rtds, arinc653 or null."""
    weight: int = 256
    """Of credit and credit2, relative to other domains."""
    cap: int = 0
    """Of credit and credit2: the most it may use, in percent of one pCPU; 0 for no limit."""


class Reservation(Record):
    """What RTDS keeps for a vCPU: so many microseconds (budget) in each period; times in µs."""

    vcpu: int
    period: int = 10_000
    budget: int = 4_000
    extratime: bool = True
    """It may use what others leave over, too."""


class PoolTuning(Record):
    """What holds for a cpupool's scheduler as a whole; credit2 has only the rate limit."""

    ratelimit_us: int = 1000
    """How long a vCPU runs at least before another may take its place; 0 for no such rule."""
    tslice_ms: int = 30
    """How long it runs at most while others wait."""
    migration_delay_us: int = 0
    """How long after it ran a vCPU's cache counts as warm."""


class CpuUse(Record):
    """A pCPU since the host's start, in seconds."""

    cpu: int
    busy: float
    idle: float


class Cpus(Protocol):
    """All raise LibxlError (or UnknownDomain) where libxl refuses."""

    def set_online(self, domid: int, vcpus: Collection[int]) -> None:
        """Plug in exactly these vCPUs (xl vcpu-set); a PV guest does it itself when it hears of it."""

    def set_affinity(
        self,
        domid: int,
        vcpu: int,
        *,
        hard: Collection[int] | None = None,
        soft: Collection[int] | None = None,
        force: bool = False,
    ) -> Sequence[LibxlMessage]:
        """Where a vCPU may run, and where it should; None leaves it as it is. Gives libxl's warnings.

        With `force` an override that the domain's own kernel made is undone.
        """

    def share(self, domid: int) -> DomainShare:
        """The domain's parameters in the scheduler of its pool."""

    def set_share(self, domid: int, *, weight: int | None = None, cap: int | None = None) -> None:
        """Change what is given; of credit and credit2."""

    def reservations(self, domid: int) -> Sequence[Reservation]:
        """Of all vCPUs of a domain in an RTDS pool."""

    def set_reservations(self, domid: int, changes: Mapping[int, Reservation]) -> None:
        """Change those of some vCPUs, by their number."""

    def tuning(self, pool: int) -> PoolTuning:
        """Of a cpupool, by its number, whose scheduler is credit or credit2."""

    def set_tuning(self, pool: int, tuning: PoolTuning) -> None:
        """Change it."""

    def usage(self) -> Sequence[CpuUse]:
        """All pCPUs, by number; empty where the host does not tell."""
