"""The sender's end of `xl remus`: a copy on another host is brought up to date again and again."""

from __future__ import annotations

import os
import re
import sys

from xlpy.cli.call import Leave
from xlpy.cli.files.savefile import write_head
from xlpy.cli.moving import pipes
from xlpy.cli.moving.migrating import STREAM
from xlpy.cli.moving.outgoing import config_of, tell, to_text
from xlpy.cli.moving.transport import Transport, make_rune
from xlpy.cli.say import say, say_refusal, say_whole
from xlpy.cli.shared.domains import find_domid, say_no_info, say_no_type
from xlpy.executors import LibxlError, UnknownDomain
from xlpy.executors.saving import GUEST_TIMEDOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor

_DEFAULT_MS = 200
_BAD_USAGE = 255
_DIGITS = re.compile(r"\s*[+-]?[0-9]+")


def replicate(call: Call, options: dict[str, str]) -> int:
    """Send checkpoints of the domain of the first word to the host of the second until it is gone."""
    _check(options)
    executor = call.executor()
    word, host = call.words[:2]
    domid = find_domid(executor, word)
    digits = _DIGITS.match(options.get("i", ""))
    seconds = (int(digits[0]) if digits else _DEFAULT_MS) / 1000
    if "b" in options:
        with open(os.devnull, "wb", buffering=0) as hole:  # noqa: PTH123 - pathlib is slow
            return _send(call, executor, domid, hole.fileno(), seconds)
    config = to_text(call, config_of(call, executor, domid, None, keep_domid=False))
    flags = " -r" + " -e" * ("e" in options)
    transport = Transport(make_rune(call, host, options, flags), call.release)
    try:
        pipes.expect(transport.from_, pipes.BANNER, "banner", call.release, transport.rune)
        write_head(lambda data: pipes.say_to(transport.to, data), STREAM, config)
    except pipes.Broken:
        transport.hang_up()
        raise Leave(1) from None
    status = _send(call, executor, domid, transport.to, seconds)
    transport.hang_up()
    return status


def _check(options: dict[str, str]) -> None:
    if "p" in options and "c" not in options:
        sys.stderr.write("Option -p must be used in conjunction with -c")
        raise Leave(_BAD_USAGE)
    if "c" in options and options.keys() & set("idnb"):
        say_whole("option -c is conflict with -i, -d, -n or -b: No such file or directory")
        raise Leave(_BAD_USAGE)
    if "c" in options:
        say("COLO runs a guest on two machines in lockstep, which no simulated host does; without -c it is Remus")
        raise Leave(1)


def _send(call: Call, executor: Executor, domid: int, descriptor: int, seconds: float) -> int:
    streams = executor.saving.streams
    assert streams is not None
    try:
        streams.replicate(domid, lambda data: pipes.write_all(descriptor, data), tell, seconds)
    except UnknownDomain:
        say_no_type(call.release, domid)
    except LibxlError as error:
        say_refusal(error, call.release)
        if error.rc == GUEST_TIMEDOUT:
            say_whole("Failed to suspend domain at primary.")
        else:
            say_whole("Remus: Backup failed? resuming domain at primary.")
            executor.saving.resume(domid)
        return 1
    say_no_info(call.release, domid)
    say_whole("Remus: Primary domain has been destroyed.")
    return 0
