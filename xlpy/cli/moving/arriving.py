"""The receiver's end of a migration, on standard input and output."""

from __future__ import annotations

import os

from xlpy.cli.files.savefile import Reader
from xlpy.cli.moving import pipes
from xlpy.cli.moving.restoring import build, read_in
from xlpy.cli.say import say_refusal, say_whole
from xlpy.executors import ERROR_FAIL, Failure, LibxlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor

INCOMING = "--incoming"
_IN, _OUT = 0, 1


def receive(call: Call, options: dict[str, str]) -> int:
    """Take a domain over, and start it when the sender gives permission."""
    executor = call.executor()
    _say("Ready to receive domain.")
    pipes.write_all(_OUT, pipes.BANNER)
    reader = Reader(lambda count: os.read(_IN, count), "<incoming migration stream>", call.release)
    config = read_in(call, executor, reader, None, debug="d" in options, suffix=INCOMING)
    if executor.saving.streams is None:
        raise Failure(advice="this host takes no streams: its own tools migrate to it")
    remus = "r" in options
    try:
        domid = build(call, executor, config, reader, watched="e" not in options, checkpointed=remus)
    except Failure as failure:
        rc = _told(call, failure)
        _say(f"Domain creation failed (code {rc}).")
        return 1
    name = config.name.removesuffix(INCOMING)
    if remus:
        return _fail_over(call, executor, domid, name)
    try:
        return _take_over(call, executor, domid, name, paused="p" in options)
    except pipes.Broken:
        return 1


def _fail_over(call: Call, executor: Executor, domid: int, name: str) -> int:
    """The sender is gone, so that this copy takes its place; it runs even if it cannot have the name."""
    _say(f"Remus Failover for domain {domid}")
    try:
        executor.rename(domid, name)
    except Failure as failure:
        rc = _told(call, failure)
        say_whole(f"migration target (Remus): Failed to rename domain from {name}{INCOMING} to {name}:{rc}")
    try:
        executor.unpause(domid)
    except Failure as failure:
        rc = _told(call, failure)
        say_whole(f"migration target (Remus): Failed to unpause domain {name} (id: {domid}):{rc}")
        return 1
    return 0


def _take_over(call: Call, executor: Executor, domid: int, name: str, *, paused: bool) -> int:
    _say("Transfer complete, requesting permission to start domain.")
    pipes.say_to(_OUT, pipes.READY)
    rc = _start(call, executor, domid, name, paused=paused)
    pipes.say_to(_OUT, pipes.REPORT)
    pipes.say_to(_OUT, bytes([-rc & 0xFF]))
    return _clean_up(call, executor, domid) if rc else 0


def _start(call: Call, executor: Executor, domid: int, name: str, *, paused: bool) -> int:
    """Give it its name and let it run; gives libxl's error, 0 for none."""
    try:
        pipes.expect(_IN, pipes.GO, "GO message", call.release, None)
        _say("Got permission, starting domain.")
        executor.rename(domid, name)
        if not paused:
            executor.unpause(domid)
    except pipes.Broken:
        return 1
    except Failure as failure:
        return _told(call, failure)
    _say("Domain started successsfully.")
    return 0


def _clean_up(call: Call, executor: Executor, domid: int) -> int:
    _say("Failure, destroying our copy.")
    try:
        executor.destroy(domid)
    except Failure as failure:
        _say(f"Failed to destroy our copy (code {_told(call, failure)}).")
        return 1
    _say("Cleanup OK, granting sender permission to resume.")
    pipes.say_to(_OUT, pipes.GO)
    return 0


def _told(call: Call, failure: Failure) -> int:
    """Show what a host says; gives libxl's error."""
    say_refusal(failure, call.release)
    return failure.rc if isinstance(failure, LibxlError) else ERROR_FAIL


def _say(text: str) -> None:
    say_whole(f"migration target: {text}")
