"""The watcher of `xl create -F`: tells what becomes of a domain, through its restarts, until it ends."""

from __future__ import annotations

import os
import sys

from xlpy.cli.shared.stopping import next_stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Executor, StopEvent


SUSPENDED = 2
_POLL_SECONDS = 0.1


def watch(executor: Executor, domid: int, name: str) -> int:
    """Follow a domain until it ends; one that is restarted under its new domid, one that sleeps until it wakes."""
    while True:
        _say(f"Waiting for domain {name} (domid {domid}) to die [pid {os.getpid()}]")
        event = next_stop(executor, domid)
        if event.reason is None:
            _say(f"Domain {domid} has been destroyed.")
            return 0
        if event.reason == SUSPENDED and not event.gone:
            _sleep_with(executor, event)
            continue
        _tell(event)
        if event.successor is None:
            _say("Done. Exiting now")
            return 0
        _say("Done. Rebooting now")
        domid = event.successor


def _sleep_with(executor: Executor, event: StopEvent) -> None:
    """Until it is something else than suspended."""
    from time import sleep

    _say(f"Domain {event.domid} has shut down, reason code {event.reason} 0x{event.reason:x}")
    _say("Domain has suspended.")
    _say(f"Continue waiting for domain {event.domid}")
    while (now := executor.stopped(event.domid)) is not None and now.reason == SUSPENDED and not now.gone:
        sleep(_POLL_SECONDS)


def _tell(event: StopEvent) -> None:
    _say(f"Domain {event.domid} has shut down, reason code {event.reason} 0x{event.reason:x}")
    action = event.action.replace("_", "-")
    _say(f"Action for shutdown reason code {event.reason} is {action}")
    if action not in ("preserve", "rename-restart", "soft-reset"):
        _say(f"Domain {event.domid} needs to be cleaned up: destroying the domain")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
