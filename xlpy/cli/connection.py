"""From a URI to a host."""

from __future__ import annotations

import os

from xlpy.cli.say import say
from xlpy.executors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Executor

SIMULATED = "sim://"
CAPABILITIES = "/proc/xen/capabilities"


def connect(uri: str | None, no_libvirt: str = "", *, best_effort: bool = False) -> Executor:
    """The host of a URI: `sim:///`, `sim:///NAME`, `sim:///PATH`, or one of libvirt's; without one this user's own.

    NO_LIBVIRT says why a host behind libvirt would not do; with BEST_EFFORT it builds guests without what it lacks.
    """
    if uri is None:
        return _default()
    if uri.startswith(f"{SIMULATED}/"):
        from xlpy.executors.sim import open_host

        return open_host(simulated_path(uri))
    from xlpy.executors import libvirt

    if uri.startswith(libvirt.SCHEMES):
        if no_libvirt:
            raise Failure(advice=no_libvirt)
        return libvirt.open_host(uri, say, best_effort=best_effort)
    raise Failure(
        advice=f"{uri} is not the URI of a host: use sim:/// (the simulated host of this user), sim:///NAME, "
        "sim:///PATH/TO/host.db, or one of libvirt's: xen:///system, xen+ssh://root@HOST/system"
    )


def simulated_path(uri: str | None) -> str | None:
    """The file of a simulated host, None for this user's own: sim:///, sim:///NAME, sim:///PATH/TO/host.db."""
    place = uri.removeprefix(SIMULATED) if uri else "/"
    if uri and not uri.startswith(f"{SIMULATED}/"):
        raise Failure(advice=f"{uri} is not a simulated host: use sim:///, sim:///NAME or sim:///PATH/TO/host.db")
    name = place[1:]
    if not name or "/" in name or "." in name:
        return place if name else None
    from xlpy.executors.sim import named_path

    return named_path(name)


def _default() -> Executor:
    """The simulated host of this user; the first time standard error says so. Never in the place of a real Xen."""
    if _on_xen():
        raise Failure(
            advice="this machine runs Xen: XLPY_CONNECT=xen:///system is its host, through libvirt, and "
            "XLPY_CONNECT=sim:/// the simulated one"
        )
    from xlpy.executors.sim import default_path, open_host

    path = default_path()
    new = not os.path.exists(path)  # noqa: PTH110 - pathlib is slow
    host = open_host()
    if new:
        say(f"this is a simulated host, kept in {path}; XLPY_CONNECT names another")
    return host


def _on_xen() -> bool:
    """Whether this machine is the control domain of a real Xen."""
    try:
        with open(CAPABILITIES, encoding="ascii", errors="replace") as file:  # noqa: PTH123 - pathlib is slow
            return "control_d" in file.read()
    except OSError:
        return False
