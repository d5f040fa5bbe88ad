"""Where the VNC display of a simulated domain would be: nobody draws it, so that no viewer is started."""

from __future__ import annotations

from xlpy.cli.domains import find_domid, libxl_error
from xlpy.cli.say import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.libxl import DomainConfig, VncInfo

_FIRST_PORT = 5900
_LOCAL = "127.0.0.1"


def show_display(call: Call) -> int:
    """Say it for the domain of the first word; status 1, since no viewer was started."""
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    vnc = _vnc(executor.config(domid)) if any(domain.domid == domid for domain in executor.domains()) else None
    if vnc is None:
        place, lines = "libxl_console.c:libxl_vncviewer_exec", (201, 215)
        libxl_error(call.release, place, lines, f"Domain {domid}:Cannot get vnc-port")
        return 1
    port = _port(executor, domid, vnc)
    listen = vnc.listen or _LOCAL
    where = f"{listen}:{port - _FIRST_PORT} (port {port})"
    say(f"the display of domain {domid} is {where}; a simulated host draws nothing there")
    return 1


def _vnc(config: DomainConfig) -> VncInfo | None:
    """The settings of the display, where it has one by VNC."""
    from xlpy.devices.vfb import Vfb
    from xlpy.libxl import Hvm

    union = config.b_info.u
    found = [union.vnc] if isinstance(union, Hvm) else [vfb.vnc for vfb in config.devices_of(Vfb)]
    return next((vnc for vnc in found if vnc.enable is not False), None)


def _port(executor: Executor, domid: int, vnc: VncInfo) -> int:
    """The port that was asked for, or the first that no earlier domain has."""
    if vnc.findunused is False:
        return _FIRST_PORT + vnc.display
    earlier = [domain.domid for domain in executor.domains() if 0 < domain.domid < domid]
    taken = sum(_vnc(executor.config(other)) is not None for other in earlier)
    return _FIRST_PORT + max(vnc.display, taken)
