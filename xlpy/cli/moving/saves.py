"""What `xl save` does: the file, the state, and what becomes of the domain."""

from __future__ import annotations

import os
import sys

from xlpy.cli.call import Leave
from xlpy.cli.files.savefile import write_head
from xlpy.cli.moving.outgoing import config_of, tell, to_text
from xlpy.cli.moving.pipes import write_all
from xlpy.cli.say import say_refusal
from xlpy.cli.shared.domains import find_domid
from xlpy.executors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.executors.saving import Saving, Streams, Then


def save(call: Call, options: dict[str, str]) -> int:
    """Save the domain of the first word to the file of the second."""
    executor = call.executor()
    word, path, *other = call.words
    domid = find_domid(executor, word)
    saving, then = executor.saving, _then(options)
    if saving.own is not None:
        if other:
            raise Failure(advice="libvirt saves a domain with its own configuration: leave the file out")
        saving.own.save(domid, path, then=then)
        return 0
    config = to_text(call, config_of(call, executor, domid, other[0] if other else None, keep_domid="D" in options))
    assert saving.streams is not None
    try:
        _write(saving.streams, domid, path, config)
    except Failure as failure:
        say_refusal(failure, call.release)
        print("Failed to save domain, resuming domain", file=sys.stderr)
        saving.resume(domid)
        return 1
    _afterwards(executor, saving, domid, then)
    return 0


def _then(options: dict[str, str]) -> Then:
    if "p" in options:
        return "pause"
    return "resume" if "c" in options else "destroy"


def _write(streams: Streams, domid: int, path: str, config: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    except OSError:
        print(f"Failed to open temp file {path} for writing", file=sys.stderr)
        raise Leave(1) from None
    try:
        write_head(lambda data: write_all(descriptor, data), path, config)
        streams.send(domid, lambda data: write_all(descriptor, data), tell, live=False)
        os.fsync(descriptor)
    except OSError as error:
        raise Failure(advice=f"{path}: {error.strerror}") from None
    finally:
        os.close(descriptor)


def _afterwards(executor: Executor, saving: Saving, domid: int, then: Then) -> None:
    if then == "destroy":
        executor.destroy(domid)
        return
    if then == "pause":
        executor.pause(domid)
    saving.resume(domid)
