"""What `xl shutdown` and `xl reboot` share: asking guests to stop, and waiting until they have."""

from __future__ import annotations

import sys

from xlpy.cli.say import say_failure, say_libxl
from xlpy.cli.shared.domains import find_domid, say_no_type
from xlpy.executors import Failure, LibxlError, UnknownDomain
from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor, StopEvent

POLL_SECONDS = 0.05
ERROR_FAIL = -3


class Request(Record):
    """A way of asking a guest to stop, in xl's words."""

    name: str
    doing: str
    button: str
    """What goes to a guest without PV drivers."""
    reboot: bool


SHUTDOWN = Request(name="shutdown", doing="Shutting down", button="ACPI power button", reboot=False)
REBOOT = Request(name="reboot", doing="Rebooting", button="ACPI reset button", reboot=True)


def stop(call: Call, request: Request) -> int:
    """Carry out `xl shutdown` or `xl reboot`."""
    letters = [letter for letter, _ in call.each_option()]
    if "a" not in letters and not call.words:
        print("You must specify -a or a domain id.\n", file=sys.stderr)
        return 1
    executor = call.executor()
    if "a" in letters:
        domids = [domain.domid for domain in executor.domains() if domain.domid]
    else:
        domids = [find_domid(executor, call.words[0])]
    for domid in domids:
        if not _ask(call, executor, domid, request, fallback="F" in letters):
            return 1
    if "w" in letters:
        wait_for_all(executor, domids, until_gone=letters.count("w") > 1)
    return 0


def _ask(call: Call, executor: Executor, domid: int, request: Request, *, fallback: bool) -> bool:
    print(f"{request.doing} domain {domid}", file=sys.stderr)
    try:
        pressed = executor.shutdown(domid, reboot=request.reboot, force=fallback)
    except UnknownDomain:
        say_no_type(call.release, domid)
        print(f"{request.name} failed (rc={ERROR_FAIL})", file=sys.stderr)
        return False
    except LibxlError as error:
        say_libxl(error, call.release)
        print(f"{request.name} failed (rc={error.rc})", file=sys.stderr)
        return False
    except Failure as failure:
        say_failure(failure)
        return False
    if pressed:
        print(f"PV control interface not available: sending {request.button} event.", file=sys.stderr)
    return True


def wait_for_all(executor: Executor, domids: list[int], *, until_gone: bool) -> None:
    """Wait until domains have shut down, or are gone altogether; tells of each as it happens."""
    from time import sleep

    print(f"Waiting for {len(domids)} domains", file=sys.stderr)
    waiting, told = list(domids), set[int]()
    while waiting:
        for domid in list(waiting):
            event = executor.stopped(domid)
            if event is not None and _settled(event, told, until_gone=until_gone):
                waiting.remove(domid)
        if waiting:
            sleep(POLL_SECONDS)


def _settled(event: StopEvent, told: set[int], *, until_gone: bool) -> bool:
    """Tell what is new about a domain; says whether it need not be waited for any more."""
    if event.reason is not None and event.domid not in told:
        told.add(event.domid)
        print(f"Domain {event.domid} has been shut down, reason code {event.reason}", file=sys.stderr)
        if not until_gone:
            return True
        print(f"Domain {event.domid} continue waiting for death", file=sys.stderr)
    if event.reason is None or event.gone:
        print(f"Domain {event.domid} has been destroyed", file=sys.stderr)
        return True
    return False


def next_stop(executor: Executor, domid: int) -> StopEvent:
    """Wait until a domain stops."""
    from time import sleep

    while (event := executor.stopped(domid)) is None:
        sleep(POLL_SECONDS)
    return event
