"""What `xl restore` does with a file: make its domain, and stay with it as asked."""

from __future__ import annotations

from xlpy.cli.moving.restoring import build, open_reader, read_in
from xlpy.cli.say import say_refusal
from xlpy.cli.shared.background import is_lost, is_watched, say_lost
from xlpy.executors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.libxl import DomainConfig


def restore(call: Call, options: dict[str, str]) -> int:
    """Restore from the last word, with the configuration of the word before it if there are two."""
    executor = call.executor()
    *other, path = call.words
    if executor.saving.own is not None:
        return _by_itself(call, executor, path, other, paused="p" in options)
    reader = open_reader(call, path)
    config = read_in(call, executor, reader, other[0] if other else None, debug="d" in options)
    try:
        domid = build(call, executor, config, reader, watched=is_watched(executor, config.name, options))
    except Failure as failure:
        say_refusal(failure, call.release)
        return 1
    if "p" not in options:
        executor.unpause(domid)
    status = _stay(executor, domid, config, options)
    return say_lost(call) if is_lost(executor, config.name, options) else status


def _by_itself(call: Call, executor: Executor, path: str, other: list[str], *, paused: bool) -> int:
    from xlpy.cli.files.configfile import read_config
    from xlpy.cli.shared.creation import accepted

    own, config = executor.saving.own, None
    if other:
        source = read_config(other[0], [], call.release)
        config = accepted(call, source, executor.info().facts, quiet=False, masked=True)
    assert own is not None
    own.restore(path, config=config, paused=paused)
    return 0


def _stay(executor: Executor, domid: int, config: DomainConfig, options: dict[str, str]) -> int:
    if "V" in options or "A" in options:
        from xlpy.cli.shared.displays import open_viewer

        open_viewer(executor, domid, autopass="A" in options)
    if "c" in options:
        from xlpy.cli.shared.terminal import attach_beside

        attach_beside(executor, domid)
    if "F" in options:
        from xlpy.cli.shared.watching import watch

        return watch(executor, domid, config.name)
    return 0
