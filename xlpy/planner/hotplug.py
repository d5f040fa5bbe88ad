"""The hotplug scripts that libxl runs for a device, with their arguments and environment (Xen: libxl_linux.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.disk import Disk
from xlpy.devices.vif import Vif
from xlpy.record import Record
from xlpy.xenstore import script_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.libxl import DomainConfig
    from xlpy.planner.steps import Attach

_SERVED = {"phy": ("vbd", "block"), "tap": ("vbd3", "block-tap")}
"""Backend -> kind of the device, and script; others need none."""


class Script(Record):
    """One run of a script."""

    path: str
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]


def scripts(step: Attach, config: DomainConfig, domid: str) -> tuple[Script, ...]:
    """What libxl runs in Domain-0 when the device is attached; nothing for a driver domain, which does it itself."""
    if step.backend_domain != "Domain-0" or config.c_info.run_hotplug_scripts is False:
        return ()
    if isinstance(step.device, Disk):
        return tuple(_of_disk(step.device, step, domid))
    if isinstance(step.device, Vif):
        return tuple(_of_vif(step.device, step, config, domid))
    return ()


def _of_disk(disk: Disk, step: Attach, domid: str) -> Iterator[Script]:
    if step.backend in _SERVED:
        kind, script = _SERVED[step.backend]
        path = script_path(disk.script or script)
        yield Script(path=path, arguments=("add",), environment=_environment(path, kind, domid, step.devid))


def _of_vif(vif: Vif, step: Attach, config: DomainConfig, domid: str) -> Iterator[Script]:
    path = script_path(vif.script or "vif-bridge")
    name = vif.ifname or f"vif{domid}.{step.devid}"
    common = (*_environment(path, "vif", domid, step.devid), ("netdev", vif.gatewaydev or ""))
    emulated = vif.interface(config.c_info.type) == "vif_ioemu"
    named = (("INTERFACE", f"{name}-emu"), ("vif", name)) if emulated else (("vif", name),)
    yield Script(path=path, arguments=("online", "type_if=vif"), environment=(*common, *named))
    if emulated:
        yield Script(path=path, arguments=("add", "type_if=tap"), environment=(*common, *named))


def _environment(path: str, kind: str, domid: str, devid: int) -> tuple[tuple[str, str], ...]:
    return (
        ("script", path),
        ("XENBUS_TYPE", kind),
        ("XENBUS_PATH", f"backend/{kind}/{domid}/{devid}"),
        ("XENBUS_BASE_PATH", "backend"),
    )
