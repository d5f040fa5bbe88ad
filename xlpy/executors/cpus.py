"""The facet `cpus`: which vCPUs are there, where they may run, and how the scheduler shares the CPUs."""

from __future__ import annotations

from xlpy.executors import LibxlError, LibxlMessage
from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import ClassVar, Protocol
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

    UNITS: ClassVar[dict[str, str]] = {"period": "us", "budget": "us"}

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


class CpuLoad(Record):
    """How busy a pCPU is just now: 0 idle, 1 all the time."""

    cpu: int
    load: float


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

    def set_share(self, domid: int, scheduler: str, *, weight: int | None = None, cap: int | None = None) -> None:
        """Change what is given; refused unless the domain's pool has this scheduler, credit or credit2."""

    def reservations(self, domid: int, vcpus: Sequence[int] | None = None) -> Sequence[Reservation]:
        """Of these vCPUs, or all, of a domain in an RTDS pool."""

    def set_reservations(self, domid: int, changes: Sequence[Reservation], *, every: bool = False) -> None:
        """Change those of some vCPUs; with `every` there is one change, for all vCPUs."""

    def tuning(self, pool: int, scheduler: str) -> PoolTuning:
        """Of a cpupool, by its number; refused unless it has this scheduler, credit or credit2."""

    def set_tuning(self, pool: int, scheduler: str, tuning: PoolTuning) -> None:
        """Change it; the same holds."""

    def loads(self) -> Sequence[CpuLoad]:
        """All pCPUs, by number; empty where the host does not tell."""


_GETTING = {"credit": (232, 230), "credit2": (439, 435)}


def other_scheduler(domid: int, scheduler: str) -> LibxlError:
    """What libxl says where the pool of the domain does not have this scheduler, credit or credit2."""
    text = f"Domain {domid}:Getting domain sched {scheduler}: Invalid argument"
    place = f"libxl_sched.c:sched_{scheduler}_domain_set"
    return LibxlError(LibxlMessage(place=place, lines=_GETTING[scheduler], text=text))
