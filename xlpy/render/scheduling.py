"""What the schedulers know of domains, vCPUs and cpupools, as xl's sched-* commands print it, to the byte."""

from __future__ import annotations

from xlpy.render.listing import padded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors.cpus import DomainShare, PoolTuning, Reservation

SHARE_HEADER = f"{'Name':33} {'ID':>4} {'Weight':>6} {'Cap':>4}\n"
RTDS_HEADER = f"{'Name':33} {'ID':>4} {'Period':>9} {'Budget':>9} {'Extratime':>10}\n"
RESERVATION_HEADER = f"{'Name':33} {'ID':>4} {'VCPU':>4} {'Period':>9} {'Budget':>9} {'Extratime':>10}\n"
UNAVAILABLE = "[sched params unavailable]"


def tuning_text(tuning: PoolTuning | None, scheduler: str) -> str:
    """What holds for a pool; None where the host did not tell."""
    if tuning is None:
        return UNAVAILABLE
    if scheduler == "credit2":
        return f"ratelimit={tuning.ratelimit_us}us"
    return (
        f"tslice={tuning.tslice_ms}ms ratelimit={tuning.ratelimit_us}us migration-delay={tuning.migration_delay_us}us"
    )


def share_row(name: str, domid: int, share: DomainShare) -> str:
    """A domain in the schedulers credit and credit2."""
    return f"{padded(name, 33)} {domid:4} {share.weight:6} {share.cap:4}\n"


def rtds_row(name: str, domid: int, reservation: Reservation) -> str:
    """A domain in the scheduler RTDS, with what its vCPUs get by default."""
    return f"{padded(name, 33)} {domid:4} {_times(reservation)}\n"


def reservation_row(name: str, domid: int, reservation: Reservation) -> str:
    """A vCPU in the scheduler RTDS."""
    return f"{padded(name, 33)} {domid:4} {reservation.vcpu:4} {_times(reservation)}\n"


def _times(reservation: Reservation) -> str:
    extra = "yes" if reservation.extratime else "no"
    return f"{reservation.period:9} {reservation.budget:9} {extra:>10}"
