"""What carries a migration: the command that runs `xl migrate-receive` on the other host, with a pipe each way."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time

from xlpy.cli.say import say_whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.release import Release

SIMULATED = "sim://"
_MOST_V = 5
_PATIENCE = 2.0
"""Seconds in which the other end is to end after us."""


def make_rune(call: Call, host: str, options: dict[str, str], flags: str) -> str:
    """The command line for a shell: by ssh, by another command, HOST itself, or another simulated host's xl."""
    command = options.get("s", "ssh")
    if not command:
        return host
    verbose = f" -{'v' * min(call.settings.verbosity, _MOST_V)}" if call.settings.verbosity else ""
    if "s" not in options and host.startswith(SIMULATED):
        return f"{_own_xl(call, host)}{verbose} migrate-receive{flags}"
    return f"exec {command} {host} xl{verbose} migrate-receive{flags}"


def _own_xl(call: Call, uri: str) -> str:
    """This program on another simulated host."""
    import shlex

    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))  # noqa: PTH100, PTH120 - slow
    paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    variables = {"PYTHONPATH": paths, "XLPY_CONNECT": uri, "XLPY_XEN": str(call.release)}
    given = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    return f"{given} exec {shlex.quote(sys.executable)} -c 'from xlpy.cli.main import xl; xl()'"


class Transport:
    """The running command."""

    def __init__(self, rune: str, release: Release) -> None:
        self.rune = rune
        self._release = release
        self._child = subprocess.Popen(["sh", "-c", rune], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self.to, self.from_ = self._child.stdin.fileno(), self._child.stdout.fileno()

    def hang_up(self) -> None:
        """Say nothing more, wait a moment for the other end, and tell how it ended."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        end = time.monotonic() + _PATIENCE
        while (status := self._child.poll()) is None and time.monotonic() < end:
            self._drain()
        if status is None:
            text = f"migration child [{self._child.pid}] not exiting, no longer waiting"
            say_whole(f"{text} (exit status will be unreported)")
        elif status:
            self._report(status)

    def _drain(self) -> None:
        """What it still says is of no use, but it must not wait for a reader."""
        if select.select([self.from_], [], [], 0.01)[0] and not os.read(self.from_, 4096):
            time.sleep(0.01)

    def _report(self, status: int) -> None:
        from xlpy.executors import LibxlMessage

        what, line = f"exited with error status {status}", 117
        if status < 0:
            what, line = f"died due to fatal signal {signal.strsignal(-status)}", 127
        text = f"migration transport process [{self._child.pid}] {what}"
        place = "libxl_exec.c:libxl_report_child_exitstatus"
        message = LibxlMessage(place=place, lines=(line, line), text=text, level="info")
        say_whole(message.line(self._release))
