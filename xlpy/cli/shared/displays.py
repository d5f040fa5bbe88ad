"""What `xl vncviewer` does: start a viewer, or say where the display of a simulated domain would be."""

from __future__ import annotations

import os
import sys

from xlpy.cli.say import say
from xlpy.cli.shared.domains import find_domid, libxl_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Display, Executor

_FIRST_PORT = 5900
_VIEWER = "vncviewer"


def show_display(call: Call, *, autopass: bool) -> int:
    """Become the viewer of the domain of the first word; gives the status where that is not possible."""
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    display = executor.display(domid) if any(domain.domid == domid for domain in executor.domains()) else None
    if display is None:
        place, lines = "libxl_console.c:libxl_vncviewer_exec", (201, 215)
        libxl_error(call.release, place, lines, f"Domain {domid}:Cannot get vnc-port")
        return 1
    where = _where(display)
    if not display.drawn:
        say(f"the display of domain {domid} is {where} (port {display.port}); a simulated host draws nothing there")
        return 1
    return _become_viewer(display, where, autopass=autopass)


def open_viewer(executor: Executor, domid: int, *, autopass: bool) -> None:
    """Start a viewer beside us, or say why there is none (xl create -V)."""
    import subprocess

    display = executor.display(domid)
    if display is None or not display.drawn:
        say("no VNC viewer is started: this host has no displays to show")
        return
    where, typed = _where(display), subprocess.PIPE if autopass else None
    try:
        viewer = subprocess.Popen([_VIEWER, where, *["-autopass"] * autopass], stdin=typed, start_new_session=True)
    except OSError:
        say(f"there is no {_VIEWER} to start: the display is {where}")
        return
    if viewer.stdin is not None:
        viewer.stdin.write(display.password.encode("utf-8", "surrogateescape"))
        viewer.stdin.close()


def _where(display: Display) -> str:
    return f"{display.address}:{display.port - _FIRST_PORT}"


def _become_viewer(display: Display, where: str, *, autopass: bool) -> int:
    """The password goes by standard input, as vncviewer -autopass wants it."""
    sys.stdout.flush()
    if autopass:
        reading, writing = os.pipe()
        os.write(writing, display.password.encode("utf-8", "surrogateescape"))
        os.close(writing)
        os.dup2(reading, 0)
    try:
        os.execvp(_VIEWER, [_VIEWER, where, *["-autopass"] * autopass])
    except OSError:
        print("Unable to execute vncviewer", file=sys.stderr)
        say(f"the display is {where} (port {display.port})")
    return 1
