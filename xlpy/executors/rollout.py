"""Making changes on a host: one guest as a whole or not at all, several at once where they are independent."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from xlpy.executors import Failure, NoPvDrivers, UnknownDomain
from xlpy.fleet.edits import (
    AttachDevice,
    ChangeMedium,
    DetachDevice,
    MoveToPool,
    SetAffinity,
    SetOnline,
    SetShare,
    SetTarget,
)
from xlpy.planner.plan import make_plan
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from xlpy.executors import Executor
    from xlpy.fleet.change import Change
    from xlpy.fleet.edits import AnyEdit
    from xlpy.libxl import DomainConfig

    Opener = Callable[[], AbstractContextManager[Executor]]
    """Gives a connection to the host for one change; changes that run at once have one each."""

_LOOK_AGAIN = 0.05


class Outcome(Record):
    """What became of one change."""

    change: Change
    state: str
    """Made, failed, or left (not begun, as another one failed before)."""
    domid: int | None = None
    failure: Failure | None = None
    undone: bool = True
    """After a failure the guest is as it was."""
    seconds: float = 0.0


def carry_out(change: Change, host: Executor, *, patience: float = 60.0) -> int | None:
    """Make one change; gives the domid of a guest that runs then. After a Failure the guest is as it was.

    A guest that is to end is asked to shut down, and destroyed after so many seconds of PATIENCE.
    """
    if change.action == "create":
        return _create_again(host, change)
    if change.action == "destroy" and change.running is not None:
        end(host, change.running.domid, patience)
        return None
    if change.action == "update" and change.running is not None:
        _update(host, change)
        return change.running.domid
    if change.action == "replace" and change.running is not None:
        return _replace(host, change, patience)
    return change.running.domid if change.running is not None else None


def _create(host: Executor, config: DomainConfig | None) -> int:
    assert config is not None
    return host.create(make_plan(config, host.info().facts))


def _replace(host: Executor, change: Change, patience: float) -> int:
    """The old guest ends first."""
    assert change.running is not None
    end(host, change.running.domid, patience)
    return _create_again(host, change)


def _create_again(host: Executor, change: Change) -> int:
    """A guest in the place of an old one, if there was one; that comes back after a failure."""
    try:
        return _create(host, change.config)
    except Failure as failure:
        if change.running is not None and change.running.config is not None:
            try:
                _create(host, change.running.config)
            except Failure as again:
                raise _not_undone(failure, again) from again
        raise


class NotUndone(Failure):
    """A change failed, and so did taking it back."""


def _not_undone(failure: Failure, again: Failure) -> NotUndone:
    words = f"{failure.advice}; and it could not be brought back: {again or again.advice}".lstrip("; ")
    return NotUndone(*failure.lines, status=failure.status, advice=words)


def _update(host: Executor, change: Change) -> None:
    assert change.running is not None
    assert change.config is not None
    domid = change.running.domid
    edits = sorted((edit for one in change.differences for edit in one.edits), key=lambda edit: edit.ORDER)
    undo = {id(edit): one.undo for one in change.differences for edit in one.edits}
    done: list[tuple[AnyEdit, ...]] = []
    try:
        for edit in edits:
            _edit(host, domid, edit)
            if undo[id(edit)] not in done:
                done.append(undo[id(edit)])
        host.update_config(domid, change.config)
    except Failure as failure:
        _undo(host, domid, done, failure)
        raise


def _undo(host: Executor, domid: int, done: Iterable[tuple[AnyEdit, ...]], failure: Failure) -> None:
    """Take back what was done, the last first; a device that never came need not go."""
    for edits in reversed([*done]):
        for edit in edits:
            try:
                _edit(host, domid, edit)
            except Failure as again:
                if not isinstance(edit, DetachDevice):
                    raise NotUndone(
                        *failure.lines, status=failure.status, advice=f"{failure.advice}; {again}"
                    ) from again


def _edit(host: Executor, domid: int, edit: AnyEdit) -> None:
    """One of the closed set."""
    if isinstance(edit, SetTarget):
        host.memory.set_target(domid, edit.kib)
    elif isinstance(edit, SetOnline):
        host.cpus.set_online(domid, edit.vcpus)
    elif isinstance(edit, SetAffinity):
        host.cpus.set_affinity(domid, edit.vcpu, hard=edit.hard, soft=edit.soft)
    elif isinstance(edit, SetShare):
        host.cpus.set_share(domid, edit.scheduler, weight=edit.weight, cap=edit.cap)
    elif isinstance(edit, MoveToPool):
        pools = host.pools.pools()
        number = next((pool.number for pool in pools if pool.name == edit.pool), None)
        if number is None:
            raise Failure(advice=f"there is no cpupool {edit.pool}")
        host.pools.move(domid, number)
    elif isinstance(edit, AttachDevice):
        host.devices.attach(domid, edit.device)
    elif isinstance(edit, DetachDevice):
        host.devices.detach(domid, edit.device.KIND, edit.devid)
    elif isinstance(edit, ChangeMedium):
        host.devices.change_medium(domid, edit.disk)


def end(host: Executor, domid: int, patience: float) -> None:
    """Let a guest end: it is asked, by its ACPI button if need be, and destroyed when it does not in time."""
    found = next((one for one in host.domains() if one.domid == domid), None)
    if found is None:
        return
    if patience > 0 and not (found.paused or found.shutdown):
        _ask(host, domid)
        until = time.monotonic() + patience
        while host.stopped(domid) is None and time.monotonic() < until:
            time.sleep(_LOOK_AGAIN)
    for one in host.domains():  # one that came back by itself has another domid
        if one.domid and one.name == found.name:
            host.destroy(one.domid)


def _ask(host: Executor, domid: int) -> None:
    try:
        host.shutdown(domid)
    except NoPvDrivers:
        host.shutdown(domid, force=True)
    except UnknownDomain:
        pass


def roll_out(
    changes: Iterable[Change],
    opener: Opener,
    *,
    jobs: int = 4,
    patience: float = 60.0,
    begun: Callable[[Change], None] = lambda _change: None,
    done: Callable[[Outcome], None] = lambda _outcome: None,
) -> list[Outcome]:
    """Make changes in their order, up to JOBS at once; after a failure no further one begins.

    BEGUN and DONE are told, in the caller's thread.
    """
    waiting = [change for change in changes if change.action != "keep"]
    busy: dict[Future[Outcome], Change] = {}
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        while waiting or busy:
            broken = any(outcome.state == "failed" for outcome in outcomes)
            unmade = {change.label for change in (*waiting, *busy.values())}
            for change in [one for one in waiting if not broken and not unmade.intersection(one.after)]:
                if len(busy) < max(1, jobs):
                    waiting.remove(change)
                    begun(change)
                    busy[pool.submit(_one, change, opener, patience)] = change
            if not busy:
                break
            finished, _ = wait(busy, return_when=FIRST_COMPLETED)
            for future in finished:
                del busy[future]
                outcomes.append(future.result())
                done(outcomes[-1])
    return [*outcomes, *(Outcome(change=change, state="left") for change in waiting)]


def _one(change: Change, opener: Opener, patience: float) -> Outcome:
    start = time.monotonic()
    try:
        with opener() as host:
            domid = carry_out(change, host, patience=patience)
    except Failure as failure:
        undone = not isinstance(failure, NotUndone)
        return Outcome(change=change, state="failed", failure=failure, undone=undone, seconds=time.monotonic() - start)
    return Outcome(change=change, state="made", domid=domid, seconds=time.monotonic() - start)
