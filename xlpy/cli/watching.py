"""The watcher of `xl create -F`: tells what becomes of a domain, through its restarts, until it ends."""

from __future__ import annotations

import os
import sys

from xlpy.cli.stopping import next_stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Executor, StopEvent


def watch(executor: Executor, domid: int, name: str) -> int:
    """Follow a domain until it ends; a restarted one is followed under its new domid."""
    while True:
        _say(f"Waiting for domain {name} (domid {domid}) to die [pid {os.getpid()}]")
        event = next_stop(executor, domid)
        if event.reason is None:
            _say(f"Domain {domid} has been destroyed.")
            return 0
        _tell(event)
        if event.successor is None:
            _say("Done. Exiting now")
            return 0
        _say("Done. Rebooting now")
        domid = event.successor


def _tell(event: StopEvent) -> None:
    _say(f"Domain {event.domid} has shut down, reason code {event.reason} 0x{event.reason:x}")
    action = event.action.replace("_", "-")
    _say(f"Action for shutdown reason code {event.reason} is {action}")
    if action not in ("preserve", "rename-restart", "soft-reset"):
        _say(f"Domain {event.domid} needs to be cleaned up: destroying the domain")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
