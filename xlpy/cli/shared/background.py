"""The background process that xl leaves behind with each domain, on a simulated host: where it cannot have its log."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.cli.call import Call
    from xlpy.executors import Executor

FAILED = 3
"""The exit status for ERROR_FAIL."""
_OPENS = "logfile = open(fullname, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)"


def is_watched(executor: Executor, name: str, options: Mapping[str, str]) -> bool:
    """Whether somebody sees to the domain: its log is named as the domain, where a slash stands for a folder."""
    return "e" not in options and not is_lost(executor, name, options)


def is_lost(executor: Executor, name: str, options: Mapping[str, str]) -> bool:
    """Whether the process would be there and cannot be."""
    return "/" in name and executor.simulated and not options.keys() & {"e", "F"}


def say_lost(call: Call) -> int:
    """How it ends; the domain goes on, and nobody sees to it when it stops. Gives the exit status."""
    from xlpy.cli.say import say, say_whole
    from xlpy.cli.shared.domains import libxl_error

    say_whole(f"xl: fatal error: xl_utils.c:277: No such file or directory: {_OPENS}")
    text = f"domain monitoring daemonizing child [{os.getpid()}] exited with error status 1"
    libxl_error(call.release, "libxl_exec.c:libxl_report_child_exitstatus", (117, 117), text)
    say("the domain is there, but nobody restarts it: a name with a slash has no log; give it another one")
    return FAILED
