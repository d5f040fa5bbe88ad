"""What `xlpy plan --against` and `xlpy apply` share: the host, what runs there, and the changes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from xlpy.cli.connection import SIMULATED, connect
from xlpy.cli.files.planfile import SavedPlan, fingerprint
from xlpy.cli.findings import show
from xlpy.cli.plans.planning import Files, finding, read_files
from xlpy.cli.plans.recording import standing_of
from xlpy.executors.observing import observe
from xlpy.fleet.change import Changes, Wish, changes
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from xlpy.cli.call import Settings
    from xlpy.executors import Executor


class Compared(Record):
    """Files against a host."""

    changes: Changes
    wishes: tuple[Wish, ...]
    state: str
    """The fingerprint of the host."""
    statuses: tuple[int, ...] = ()
    """Of the files that xl would not accept."""


def compare_files(words: Sequence[str], settings: Settings, uri: str | None, *, prune: bool) -> Compared:
    """What should run by these files and what runs; what is in the way is shown at its place."""
    with opened(uri) as host:
        facts, running = host.info().facts, observe(host)
        standing = standing_of(host, facts)
    files = read_files(words, settings, facts)
    wishes = tuple(
        Wish(key=one.key, config=one.loaded.config, uuid_given="c_info.uuid" in one.loaded.where)
        for one in files.wanted
    )
    found = changes(wishes, running, facts, standing, prune=prune)
    _show_findings(found, files)
    return Compared(changes=found, wishes=wishes, state=fingerprint(running, facts), statuses=files.statuses)


def compare_saved(plan: SavedPlan, uri: str | None) -> tuple[Compared, bool]:
    """The changes of a saved plan, and whether the host is still as it was."""
    with opened(uri) as host:
        facts, running = host.info().facts, observe(host)
        standing = standing_of(host, facts)
    found = changes(plan.wishes, running, facts, standing, prune=plan.prune)
    state = fingerprint(running, facts)
    return Compared(changes=found, wishes=plan.wishes, state=state), state == plan.state


def _show_findings(found: Changes, files: Files) -> None:
    loaded = {one.key: one.loaded for one in files.wanted}
    for change in found.changes:
        if change.key in loaded:
            text = [one for one in loaded[change.key].diagnostics if change.action != "keep"]
            show([*text, *(finding(loaded[change.key], problem) for problem in change.problems)])


@contextmanager
def opened(uri: str | None) -> Iterator[Executor]:
    """The host, let go of at the end where that is something to do."""
    host = connect(uri)
    try:
        yield host
    finally:
        close = getattr(host, "close", None)
        if close is not None:
            close()


def opener(uri: str | None) -> Callable[[], AbstractContextManager[Executor]]:
    """For changes at once: simulated hosts have a connection for each; behind libvirt one serves all."""
    if uri is None or uri.startswith(SIMULATED):
        return lambda: opened(uri)
    host = connect(uri)

    @contextmanager
    def shared() -> Iterator[Executor]:
        yield host

    return shared
