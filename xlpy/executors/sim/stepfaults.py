"""What xl says when a step of building a domain fails, in the words of libxl and libxc."""

from __future__ import annotations

from xlpy.executors import ERROR_FAIL, Failure, LibxlError, LibxlMessage, refusals
from xlpy.executors.sim.stream import XcMessage
from xlpy.planner import steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.planner.steps import AnyStep

_STATUS = 3
_DISKS = "disk"
_MEMORY = "panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for domain: Out of memory"
_NO_MEMORY = "Cannot allocate memory"
_REBUILT = (steps.RunBootloader, steps.PlaceOnNodes, steps.SetVcpus, steps.SetMemory, steps.LoadKernel)
_REBUILT_TOO = (steps.PopulateMemory, steps.IntroduceDomain, steps.SetScheduler)


def points_of(step: AnyStep) -> tuple[str, ...]:
    """The points at which faults may strike a step; the first names it."""
    name = step.VERB.replace(" ", "-")
    if isinstance(step, steps.Attach):
        device = f"{step.device.KIND}:{step.devid}"
        return (f"step:{name}:{device}", f"device:{device}")
    return (f"step:{name}", "memory") if isinstance(step, steps.FreeMemory) else (f"step:{name}",)


def failure_of(step: AnyStep, domid: int, advice: str) -> Failure:
    """What is said when this step of building domain DOMID has failed."""
    if isinstance(step, steps.FreeMemory):
        return Failure("failed to free memory for the domain", status=_STATUS, advice=advice)
    messages = [*_messages(step, domid)]
    if isinstance(step, _REBUILT + _REBUILT_TOO):
        text = f"Domain {domid}:cannot (re-)build domain: {ERROR_FAIL}"
        messages.append(_said("libxl_create.c:domcreate_rebuild_done", (1640, 1695), text))
    return LibxlError(*messages, *refusals.cleanup(domid), status=_STATUS, advice=advice)


def _messages(step: AnyStep, domid: int) -> Iterator[LibxlMessage]:
    """The lines about the step itself."""
    if isinstance(step, steps.AllocateDomid | steps.CreateDomain):
        text = f"domain creation fail: {_NO_MEMORY}"
        yield _said("libxl_create.c:libxl__domain_make", (711, 744), text)
        text = f"Domain {domid}:cannot make domain: {ERROR_FAIL}"
        yield _said("libxl_create.c:initiate_domain_create", (1296, 1351), text)
    elif isinstance(step, steps.RunBootloader):
        text = f"Domain {domid}:bootloader failed - consult logfile /var/log/xen/bootloader.{domid}.log"
        yield _said("libxl_bootloader.c:bootloader_finished", (767, 766), text)
    elif isinstance(step, steps.SetVcpus):
        yield _said("libxl_dom.c:libxl__build_pre", (253, 248), f"Couldn't set max vcpu count: {_NO_MEMORY}")
    elif isinstance(step, steps.SetMemory):
        yield _said("libxl_dom.c:libxl__build_pre", (364, 359), f"Couldn't set max memory: {_NO_MEMORY}")
    elif isinstance(step, steps.LoadKernel | steps.PopulateMemory):
        yield XcMessage(place="", lines=(0, 0), text=_MEMORY)
        text = f"xc_dom_boot_mem_init failed: {_NO_MEMORY}"
        yield _said("libxl_dom.c:libxl__build_dom", (586, 581), text)
    elif isinstance(step, steps.Attach):
        yield _device(step, domid)
    elif isinstance(step, steps.StartDeviceModel):
        text = f"Domain {domid}:device model did not start: {ERROR_FAIL}"
        yield _said("libxl_create.c:domcreate_devmodel_started", (1896, 1957), text)


def _device(step: steps.Attach, domid: int) -> LibxlMessage:
    if step.device.KIND == _DISKS:
        return _said("libxl_create.c:domcreate_launch_dm", (1672, 1727), f"Domain {domid}:unable to add disk devices")
    text = f"Domain {domid}:unable to add {step.device.KIND} devices"
    return _said("libxl_create.c:domcreate_attach_devices", (1921, 1982), text)


def _said(place: str, lines: tuple[int, int], text: str) -> LibxlMessage:
    return LibxlMessage(place=place, lines=lines, text=text)
