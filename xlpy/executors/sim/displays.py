"""Where the VNC displays of simulated domains would be; nobody draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.vfb import Vfb
from xlpy.executors import Display
from xlpy.libxl import Hvm

if TYPE_CHECKING:
    from xlpy.executors import Executor
    from xlpy.libxl import DomainConfig, VncInfo

_FIRST_PORT = 5900
_LOCAL = "127.0.0.1"


def display(host: Executor, domid: int) -> Display | None:
    """The display of a domain that is there."""
    vnc = _vnc(host.config(domid))
    if vnc is None:
        return None
    return Display(address=vnc.listen or _LOCAL, port=_port(host, domid, vnc), drawn=False)


def _vnc(config: DomainConfig) -> VncInfo | None:
    """The settings of the display, where it has one by VNC."""
    union = config.b_info.u
    found = [union.vnc] if isinstance(union, Hvm) else [vfb.vnc for vfb in config.devices_of(Vfb)]
    return next((vnc for vnc in found if vnc.enable is not False), None)


def _port(host: Executor, domid: int, vnc: VncInfo) -> int:
    """The port that was asked for, or the first that no earlier domain has."""
    if vnc.findunused is False:
        return _FIRST_PORT + vnc.display
    earlier = [domain.domid for domain in host.domains() if 0 < domain.domid < domid]
    taken = sum(_vnc(host.config(other)) is not None for other in earlier)
    return _FIRST_PORT + max(vnc.display, taken)
