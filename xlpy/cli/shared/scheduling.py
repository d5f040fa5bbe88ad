"""What sched-credit and sched-credit2 have in common."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from xlpy.cli.call import Call
    from xlpy.executors import DomainInfo, Executor
    from xlpy.executors.cpus import DomainShare, PoolTuning
    from xlpy.executors.pools import Pool

    T = TypeVar("T")

TUNING = {"t": "tslice_ms", "r": "ratelimit_us", "m": "migration_delay_us"}
"""The options for what holds for a whole pool."""


def misuse(message: str) -> int:
    """Options that do not go together; the exit status."""
    print(message, file=sys.stderr)
    return 1


def number(options: dict[str, str], letter: str) -> int | None:
    """The number behind an option, as C reads it; None where the option is not given."""
    from xlpy.cstring import strtol

    return strtol(options[letter]) if letter in options else None


def tune(call: Call, options: dict[str, str], scheduler: str) -> int:
    """-s: show or change what holds for a pool."""
    from xlpy.cli.shared.pooling import find_pool

    executor = call.executor()
    pool = find_pool(executor, options["p"]) if "p" in options else executor.pools.pools()[0]
    changes = {name: value for letter, name in TUNING.items() if (value := number(options, letter)) is not None}
    if not changes:
        sys.stdout.write(pool_line(call, executor, pool, scheduler))
        return 0
    return _retune(call, executor, pool, scheduler, changes)


def _retune(call: Call, executor: Executor, pool: Pool, scheduler: str, changes: dict[str, int]) -> int:
    """credit2 has one parameter only, so xl does not ask for the others first."""
    from xlpy.executors.cpus import PoolTuning

    cpus = executor.cpus
    old: PoolTuning | None = PoolTuning()
    if scheduler == "credit":
        old = asked(call, lambda: cpus.tuning(pool.number, scheduler), f"libxl_sched_{scheduler}_params_get failed.")
    if old is None:
        return 1
    new = old.replace(**changes)
    said = f"libxl_sched_{scheduler}_params_set failed."

    def change() -> PoolTuning:
        cpus.set_tuning(pool.number, scheduler, new)
        return new

    return 1 if asked(call, change, said) is None else 0


def pool_line(call: Call, executor: Executor, pool: Pool, scheduler: str) -> str:
    """`Cpupool NAME: ...`."""
    from xlpy.render.scheduling import tuning_text

    failed = f"libxl_sched_{scheduler}_params_get failed."
    tuning = asked(call, lambda: executor.cpus.tuning(pool.number, scheduler), failed)
    return f"Cpupool {pool.name}: {tuning_text(tuning, scheduler)}\n"


def list_shares(call: Call, pool: str | None, scheduler: str) -> int:
    """Every pool that has this scheduler, or the one that is named, with its domains."""
    from xlpy.render.scheduling import SHARE_HEADER

    executor = call.executor()
    for one, domains in pools_with(executor, pool, scheduler):
        sys.stdout.write(pool_line(call, executor, one, scheduler) + SHARE_HEADER)
        for domain in domains:
            if _show_share(call, executor, domain.domid, domain.name, scheduler):
                return 0
    return 0


def pools_with(executor: Executor, word: str | None, scheduler: str) -> Iterator[tuple[Pool, Sequence[DomainInfo]]]:
    """The pools with a scheduler, or the one of them that is named, with their domains."""
    from xlpy.cli.shared.pooling import find_pool

    wanted = None if word is None else find_pool(executor, word).number
    domains = executor.domains()
    for pool in executor.pools.pools():
        if pool.scheduler == scheduler and wanted in (None, pool.number):
            yield pool, [domain for domain in domains if domain.pool_number == pool.number]


def domain_share(call: Call, options: dict[str, str], scheduler: str) -> int:
    """-d: show or change the parameters of a domain."""
    from xlpy.cli.shared.domains import find_domid
    from xlpy.render.scheduling import SHARE_HEADER

    executor = call.executor()
    domid = find_domid(executor, options["d"])
    weight, cap = number(options, "w"), number(options, "c")
    if weight is None and cap is None:
        sys.stdout.write(SHARE_HEADER)
        return _show_share(call, executor, domid, None, scheduler)
    weight, cap = (None if value == -1 else value for value in (weight, cap))

    def change() -> bool:
        executor.cpus.set_share(domid, scheduler, weight=weight, cap=cap)
        return True

    return 0 if asked(call, change, "libxl_domain_sched_params_set failed.") else 1


def _show_share(call: Call, executor: Executor, domid: int, name: str | None, scheduler: str) -> int:
    from xlpy.render.scheduling import share_row

    share = _share(call, executor, domid, scheduler)
    if share is None:
        return 1
    sys.stdout.write(share_row(executor.find(str(domid)).name if name is None else name, domid, share))
    return 0


def _share(call: Call, executor: Executor, domid: int, scheduler: str) -> DomainShare | None:
    """None where the domain is in a pool with another scheduler, which is told."""
    share = asked(call, lambda: executor.cpus.share(domid), "libxl_domain_sched_params_get failed.")
    if share is not None and share.scheduler != scheduler:
        print(f"libxl_domain_sched_params_get returned {share.scheduler} not {scheduler}.", file=sys.stderr)
        return None
    return share


def asked(call: Call, ask: Callable[[], T], failed: str) -> T | None:
    """What the host answers; None where it refuses, which is told with xl's line for that."""
    from xlpy.cli.say import say_libxl
    from xlpy.executors import LibxlError

    try:
        return ask()
    except LibxlError as error:
        say_libxl(error, call.release)
        print(failed, file=sys.stderr)
        return None
