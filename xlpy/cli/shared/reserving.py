"""`xl sched-rtds`: which options go together, and what they show or change."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave
from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.executors.cpus import Reservation

SCHEDULER = "rtds"
ALL = "all"


class Wish(Record):
    """What the options say; each may be given again for another vCPU."""

    domain: str | None
    pool: str | None
    every: bool
    vcpus: tuple[int, ...]
    periods: tuple[int, ...]
    budgets: tuple[int, ...]
    extratimes: tuple[int, ...]


def schedule(call: Call) -> int:
    """Show the defaults of all domains or one, or show or change those of vCPUs."""
    from xlpy.cli.shared.domains import find_domid

    wish = _read(call)
    if problem := _misuse(wish):
        print(problem, file=sys.stderr)
        return 1
    executor = call.executor()
    if wish.domain is None:
        return _list(call, executor, wish)
    domid = find_domid(executor, wish.domain)
    if not (wish.vcpus or wish.every):
        return _show_defaults(call, executor, domid)
    if wish.periods or wish.budgets or wish.extratimes:
        return _change(call, executor, domid, wish)
    return _show_vcpus(call, executor, domid, wish)


def _read(call: Call) -> Wish:
    from xlpy.cstring import strtol

    given: dict[str, list[str]] = {letter: [] for letter in "dcCvpbe"}
    for letter, value in call.each_option():
        if letter == "e" and value not in ("0", "1"):
            print("Invalid extratime.", file=sys.stderr)
            raise Leave(1)
        given[letter].append(value)
    numbers = {letter: tuple(strtol(value) for value in given[letter] if value != ALL) for letter in "pbe"}
    return Wish(
        domain=given["d"][-1] if given["d"] else None,
        pool=given["C"][-1] if given["C"] else None,
        every=ALL in given["v"],
        vcpus=tuple(strtol(value) for value in given["v"] if value != ALL),
        periods=numbers["p"],
        budgets=numbers["b"],
        extratimes=numbers["e"],
    )


def _misuse(wish: Wish) -> str:
    """What is wrong with the options as a whole; empty for nothing."""
    changes = (wish.periods, wish.budgets, wish.extratimes)
    if wish.pool is not None and (wish.domain is not None or any(changes) or wish.vcpus or wish.every):
        return "Specifying a cpupool is not allowed with other options."
    if wish.domain is None and (any(changes) or wish.vcpus):
        return "Missing parameters."
    if wish.domain is not None and not (wish.vcpus or wish.every) and any(changes):
        return "Must specify VCPU."
    if wish.vcpus and wish.every:
        return "Incorrect VCPU IDs."
    too_few = any(given and len(wish.vcpus) > len(given) for given in changes)
    if too_few or not len(wish.periods) == len(wish.budgets) == len(wish.extratimes):
        return "Incorrect number of period, budget and extratime"
    return ""


def _list(call: Call, executor: Executor, wish: Wish) -> int:
    """All pools with RTDS; with -v all every vCPU."""
    from xlpy.cli.shared.scheduling import pools_with
    from xlpy.render.scheduling import RESERVATION_HEADER, RTDS_HEADER

    for pool, domains in pools_with(executor, wish.pool, SCHEDULER):
        sys.stdout.write(f"Cpupool {pool.name}: sched=RTDS\n{RESERVATION_HEADER if wish.every else RTDS_HEADER}")
        for domain in domains:
            show = _vcpu_rows if wish.every else _default_row
            sys.stdout.write(show(call, executor, domain.domid))
    return 0


def _show_defaults(call: Call, executor: Executor, domid: int) -> int:
    from xlpy.render.scheduling import RTDS_HEADER

    sys.stdout.write(RTDS_HEADER)
    sys.stdout.write(_default_row(call, executor, domid))
    return 0


def _default_row(call: Call, executor: Executor, domid: int) -> str:
    """RTDS tells the same of each domain; what it keeps is per vCPU."""
    from xlpy.cli.shared.scheduling import asked
    from xlpy.executors.cpus import Reservation
    from xlpy.render.scheduling import rtds_row

    share = asked(call, lambda: executor.cpus.share(domid), "libxl_domain_sched_params_get failed.")
    if share is not None and share.scheduler != SCHEDULER:
        print(f"libxl_domain_sched_params_get returned {share.scheduler} not {SCHEDULER}.", file=sys.stderr)
    if share is None or share.scheduler != SCHEDULER:
        raise Leave(1)
    return rtds_row(executor.find(str(domid)).name, domid, Reservation(vcpu=0))


def _show_vcpus(call: Call, executor: Executor, domid: int, wish: Wish) -> int:
    from xlpy.render.scheduling import RESERVATION_HEADER

    sys.stdout.write(RESERVATION_HEADER)
    sys.stdout.write(_vcpu_rows(call, executor, domid, wish.vcpus or None))
    return 0


def _vcpu_rows(call: Call, executor: Executor, domid: int, vcpus: Sequence[int] | None = None) -> str:
    from xlpy.render.scheduling import reservation_row

    function = "libxl_vcpu_sched_params_get" + ("_all" if vcpus is None else "")
    found = _or_leave(call, lambda: executor.cpus.reservations(domid, vcpus), function)
    name = executor.find(str(domid)).name
    return "".join(reservation_row(name, domid, reservation) for reservation in found)


def _or_leave(call: Call, ask: Callable[[], Sequence[Reservation]], function: str) -> Sequence[Reservation]:
    from xlpy.cli.shared.scheduling import asked

    found = asked(call, ask, f"{function} failed.")
    if found is None:
        raise Leave(1)
    return found


def _change(call: Call, executor: Executor, domid: int, wish: Wish) -> int:
    from xlpy.executors.cpus import Reservation

    rows = zip(wish.vcpus or (0,), wish.periods, wish.budgets, wish.extratimes, strict=False)
    changes = [
        Reservation(vcpu=vcpu, period=period, budget=budget, extratime=bool(extra))
        for vcpu, period, budget, extra in rows
    ]

    def change() -> Sequence[Reservation]:
        executor.cpus.set_reservations(domid, changes, every=wish.every)
        return changes

    _or_leave(call, change, "libxl_vcpu_sched_params_set" + ("_all" if wish.every else ""))
    return 0
