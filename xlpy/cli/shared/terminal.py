"""A domain's console on this terminal, as xenconsole does it.

On a terminal each key goes to the guest as it is typed, until the escape character (Ctrl-] unless another is asked
for). From a pipe or a file, all of it goes to the guest; at its end the output is followed until the guest has been
quiet for QUIET_SECONDS.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time

from xlpy.cli.call import Leave

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from xlpy.executors import ConsoleStream, Executor

DEFAULT_ESCAPE = "^]"
POLL_SECONDS = 0.03
QUIET_SECONDS = 1.0
CHUNK = 4096
_CONTROL = 0x1F
_SIGNALLED = 128


def attach(stream: ConsoleStream, escape: str = DEFAULT_ESCAPE) -> int:
    """Show a console and send what is typed, until the escape character or the end of the domain."""
    descriptor = _stdin()
    with _signals_leave(), _unbuffered(descriptor):
        _converse(stream, descriptor, _escape_byte(escape))
    return 0


def attach_beside(executor: Executor, domid: int) -> None:
    """The primary console of a domain that was just built; as with xl, it is there also where this fails."""
    from xlpy.cli.say import say_failure
    from xlpy.executors import Failure

    try:
        stream = executor.console(domid)
    except Failure as failure:
        say_failure(failure)
    else:
        attach(stream)


def _escape_byte(escape: str) -> bytes:
    """`^X` is Ctrl-X, anything else is its first character."""
    if len(escape) > 1 and escape[0] == "^":
        return bytes([ord(escape[1]) & _CONTROL])
    return os.fsencode(escape)[:1]


def _stdin() -> int | None:
    """The descriptor of standard input; none when it is closed or not a real file."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None


def _converse(stream: ConsoleStream, descriptor: int | None, escape: bytes) -> None:
    last_output = time.monotonic()
    while (text := stream.read()) is not None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()
            last_output = time.monotonic()
        elif descriptor is None and time.monotonic() - last_output > QUIET_SECONDS:
            return
        if descriptor is None:
            time.sleep(POLL_SECONDS)
        elif select.select([descriptor], [], [], POLL_SECONDS)[0]:
            typed = os.read(descriptor, CHUNK)
            sent, met, _ = typed.partition(escape) if escape else (typed, b"", b"")
            if sent:
                stream.write(sent.decode("utf-8", "surrogateescape"))
            if met:
                return
            if not typed:
                descriptor, last_output = None, time.monotonic()


@contextlib.contextmanager
def _unbuffered(descriptor: int | None) -> Iterator[None]:
    """Keys come one by one, unseen and without effect of their own; output stays as it is. Undone at the end."""
    if descriptor is None or not os.isatty(descriptor):
        yield
        return
    import termios

    before = termios.tcgetattr(descriptor)
    changed = termios.tcgetattr(descriptor)
    changed[0] &= ~(termios.IXON | termios.BRKINT | termios.INLCR | termios.IGNCR | termios.ISTRIP)
    changed[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    changed[6][termios.VMIN], changed[6][termios.VTIME] = 1, 0
    termios.tcsetattr(descriptor, termios.TCSADRAIN, changed)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _signals_leave() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run in good order, so that the terminal is put back."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise Leave(_SIGNALLED + number)

    try:
        before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    except ValueError:  # not in the main thread
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
