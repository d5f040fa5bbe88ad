"""What libxl itself says when it cannot build a domain, and how far it came: problems of a plan in its own words.

A problem that is not listed here is told in the one line that it has.
"""

from __future__ import annotations

import os
import re

from xlpy.executors import ERROR_FAIL, LibxlError, LibxlMessage
from xlpy.executors.absent import no_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlpy.host import HostFacts, Problem
    from xlpy.planner.plan import Plan

_CREATE, _DOM, _DEVICE = "libxl_create.c", "libxl_dom.c", "libxl_device.c"
_GONE = "No such file or directory"
_ERROR = "libxl: error: "
_BAD_DEVICE = re.compile(r"(\w+)\[(\d+)\]")


class Refusal(LibxlError):
    """A domain that cannot be built; `took_domid`: it was begun, so that its domid is spent."""

    def __init__(
        self, *messages: LibxlMessage, rc: int = ERROR_FAIL, status: int = 3, advice: str = "", took_domid: bool = True
    ) -> None:
        super().__init__(*messages, rc=rc, status=status, advice=advice)
        self.took_domid = took_domid


def refusal(problem: Problem, plan: Plan, facts: HostFacts, domid: int) -> Refusal:
    """How libxl fails over PROBLEM when it builds the domain DOMID of PLAN."""
    early = [*before_domid(problem.code, problem.line.removeprefix(_ERROR))]
    if early:
        return Refusal(*early, status=problem.status, advice=way_out(problem), took_domid=False)
    if problem.code == "not-enough-memory" and _makes_room(plan):
        return no_room(problem.advice)
    told = _LATE.get(problem.code, _as_it_is)(problem, plan, facts, domid)
    return Refusal(*told, *cleanup(domid), status=problem.status, advice=way_out(problem))


def way_out(problem: Problem) -> str:
    """The last line of a failure: the cause in short, and the way out."""
    cause = problem.line
    for start in (_ERROR, "xc: error: ", "script: "):
        cause = cause.removeprefix(start)
    if problem.code in ("not-enough-memory", "kernel-too-large", "no-kernel") or not cause:
        return problem.advice  # which says what is wrong as well
    return f"{cause.rstrip('.')}: {problem.advice}" if problem.advice else cause


def no_room(advice: str) -> Refusal:
    """What xl says where Domain-0 can give up no more memory."""
    return Refusal(_raw("failed to free memory for the domain"), advice=advice, took_domid=False)


def name_taken(name: str, domid: int) -> LibxlMessage:
    """Another domain has the name."""
    text = f'Domain {domid}:Domain with name "{name}" already exists.'
    return LibxlMessage(place="libxl_domain.c:libxl__domain_rename", lines=(81, 81), text=text)


def uuid_taken(uuid: str) -> LibxlMessage:
    """Another domain has the uuid."""
    return _raw(f"libxl: error: Domain with uuid {uuid} already exists.")


def not_made(cause: LibxlMessage, domid: int, advice: str, rc: int = -6) -> Refusal:
    """The domain itself could not be made."""
    end = _said(f"{_CREATE}:initiate_domain_create", (1296, 1351), f"Domain {domid}:cannot make domain: {rc}")
    words = cause.text.removeprefix(_ERROR).removeprefix(f"Domain {domid}:").rstrip(".")
    return Refusal(cause, end, *cleanup(domid), rc=rc, advice=f"{words}: {advice}")


def device_refused(kind: str, script: str, words: str, domid: int, advice: str) -> Refusal:
    """A hotplug script did not take a device."""
    return Refusal(*_hotplug(kind, script, words, domid), *cleanup(domid), advice=advice)


def device_twice(kind: str, library: str, domid: int) -> Refusal:
    """Two devices of a domain have the same number; LIBRARY is libxl's name of the class."""
    there = f"Domain {domid}:device already exists in xenstore"
    failed = f"Domain {domid}:unable to add {library} devices"
    if kind == "disk":
        told = [_said("libxl_disk.c:device_disk_add", (343, 377), there)]
        told.append(_said(f"{_CREATE}:domcreate_launch_dm", (1672, 1727), failed))
    else:
        told = [_said(f"{_DEVICE}:libxl__device_add_async", (1998, 2014), there)]
        told.append(_said(f"{_CREATE}:domcreate_attach_devices", (1921, 1982), failed))
    return Refusal(*told, *cleanup(domid), advice=f"give each {kind} another number")


def cleanup(domid: int) -> Iterator[LibxlMessage]:
    """Libxl destroys what it has begun twice, and says so."""
    yield no_info(domid)
    for function, lines, text in (
        ("libxl__destroy_domid", (1183, 1179), "Non-existant domain"),
        ("domain_destroy_callback", (1137, 1133), "Unable to destroy guest"),
        ("domain_destroy_cb", (1064, 1060), "Destruction of domain failed"),
    ):
        yield _said(f"libxl_domain.c:{function}", lines, f"Domain {domid}:{text}")


def out_of_memory(problem: Problem, plan: Plan, facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """Xen has not so much; xl lets it come to that where Domain-0 has a fixed size."""
    del problem
    if len(facts.node_ids) > 1:
        text = "NUMA placement failed, performance might be affected"
        yield _said("libxl_numa.c:libxl__get_numa_candidate", (518, 518), text, level="notice")
    if plan.config.c_info.type != "pv":
        claim = "Could not allocate memory for HVM guest as we cannot claim memory!"
        yield _raw(f"xc: error: {claim} (12 = Cannot allocate memory): Internal error")
    what = "xc_dom_boot_mem_init: can't allocate low memory for domain"
    yield _raw(f"xc: error: panic: xg_dom_boot.c:119: {what}: Out of memory")
    yield _said(f"{_DOM}:libxl__build_dom", (586, 581), "xc_dom_boot_mem_init failed: Cannot allocate memory")
    yield _not_rebuilt(domid, ERROR_FAIL)


def before_domid(wanted: str, words: str) -> Iterator[LibxlMessage]:
    """What libxl says, in these words, of a problem with the code WANTED that it finds before it asks for a domid."""
    for code, start, place, lines in _EARLY:
        if wanted == code and words.startswith(start):
            yield _said(f"{_CREATE}:{place}", lines, words)
            if place == _BUILD_INFO:
                yield _said(f"{_CREATE}:{_CONFIG}", (1241, 1287), "Unable to set domain build info defaults")
            return


_CONFIG, _BUILD_INFO = "libxl__domain_config_setdefault", "libxl__domain_build_info_setdefault"
_EARLY = (
    ("no-such-pool", "", _CONFIG, (1134, 1180)),
    ("passthrough", "passthrough disabled", _CONFIG, (1167, 1213)),
    ("passthrough", "passthrough not supported", _CONFIG, (1160, 1206)),
    ("passthrough", "passthrough not yet", "libxl__arch_passthrough_mode_setdefault", (831, 834)),
    ("passthrough", "IOMMU required", _CONFIG, (1195, 1241)),
    ("videoram-too-small", "videoram must be at least 16 MB", _BUILD_INFO, (351, 351)),
    ("videoram-too-small", "videoram must be at least 8 MB", _BUILD_INFO, (360, 360)),
)


def _kernel(problem: Problem, plan: Plan, facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """A kernel or ramdisk that cannot be opened, or a bootloader."""
    if problem.setting == "b_info.bootloader":
        yield from _bootloader(problem, plan, facts, domid)
        return
    path = problem.line.partition("'")[2].partition("'")[0]
    ramdisk = problem.setting == "b_info.ramdisk"
    what = f"xc_dom_{'ramdisk' if ramdisk else 'kernel'}_file failed: {_GONE}"
    yield _raw(f"xc: error: panic: xg_dom_core.c:205: failed to open file '{path}': {_GONE}: Internal error")
    if plan.config.c_info.type == "pv":
        yield _said(f"{_DOM}:libxl__build_pv", (659, 654) if ramdisk else (646, 641), what)
        yield _not_rebuilt(domid, ERROR_FAIL)
        return
    yield _said(f"{_DOM}:libxl__domain_firmware", (926, 954) if ramdisk else (909, 937), what)
    yield _said(f"{_DOM}:libxl__build_hvm", (1075, 1103), "initializing domain firmware failed")
    yield _not_rebuilt(domid, -1)


def _image(problem: Problem, _plan: Plan, _facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """What is no kernel or does not fit into the memory, or less memory than is set apart for the display."""
    yield _raw(problem.line)
    if problem.code == "no-kernel":
        text, lines = "xc_dom_parse_image failed", (571, 566)
    elif "xc_dom_boot_mem_init" in problem.line:
        text, lines = f"xc_dom_boot_mem_init failed: {_GONE}", (586, 581)
    else:
        text, lines = f"xc_dom_build_image failed: {_GONE}", (594, 589)
    yield _said(f"{_DOM}:libxl__build_dom", lines, text)
    yield _not_rebuilt(domid, ERROR_FAIL)


def _disk(problem: Problem, _plan: Plan, _facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """An image that is not there."""
    yield _said(f"{_DEVICE}:libxl__device_disk_set_backend", _DISK[problem.code], problem.line.removeprefix(_ERROR))
    text = f"Domain {domid}:Unable to set disk defaults for disk {_place(problem)[1]}"
    yield _said(f"{_CREATE}:initiate_domain_create", (1318, 1373), text)


_DISK = {"no-such-disk": (455, 468), "disk-empty": (443, 449), "no-disk-backend": (475, 488)}


def _vdev(problem: Problem, _plan: Plan, _facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """A vdev that is none."""
    text = f"Domain {domid}:{problem.line.removeprefix(_ERROR)}"
    yield _said("libxl_disk.c:libxl__device_from_disk", (214, 248), text)
    yield _said("libxl_disk.c:device_disk_add", (335, 369), text)
    yield _said(f"{_CREATE}:domcreate_launch_dm", (1672, 1727), f"Domain {domid}:unable to add disk devices")


def _bootloader(problem: Problem, _plan: Plan, _facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """A bootloader that has no disk to look at, or cannot be started."""
    if problem.code == "no-boot-disk":
        text = f"Domain {domid}:{problem.line.removeprefix(_ERROR)}"
        yield _said("libxl_bootloader.c:libxl__bootloader_run", (427, 426), text)
    else:
        log = f"/var/log/xen/bootloader.{domid}.log"
        text = f"Domain {domid}:bootloader failed - consult logfile {log}"
        yield _said("libxl_bootloader.c:bootloader_finished", (767, 766), text)
        ended = f"bootloader [{os.getpid()}] exited with error status 255"
        yield _said("libxl_exec.c:libxl_report_child_exitstatus", (117, 117), ended)
    yield _not_rebuilt(domid, ERROR_FAIL)


def _bridge(problem: Problem, plan: Plan, _facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """The script of a network interface found no bridge, neither to connect nor to disconnect."""
    script = next((getattr(one, "script", None) for one in plan.config.devices if one.KIND == "vif"), None)
    words = problem.line.removeprefix(f"{_ERROR}script: ")
    yield from _hotplug("vif", script or "vif-bridge", words, domid)
    yield from _script(script or "vif-bridge", "offline", words)


def _hotplug(kind: str, script: str, words: str, domid: int) -> Iterator[LibxlMessage]:
    yield from _script(script, "online" if kind == "vif" else "add", words)
    yield _said(f"{_CREATE}:domcreate_attach_devices", (1921, 1982), f"Domain {domid}:unable to add {kind} devices")


def _script(script: str, action: str, words: str) -> Iterator[LibxlMessage]:
    path = script if "/" in script else f"/etc/xen/scripts/{script}"
    ended = f"{path} {action} [{os.getpid()}] exited with error status 1"
    yield _said("libxl_exec.c:libxl_report_child_exitstatus", (117, 117), ended)
    yield _said(f"{_DEVICE}:device_hotplug_child_death_cb", (1337, 1351), f"script: {words}")


def _pci(problem: Problem, _plan: Plan, _facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """A PCI device that pciback does not hold."""
    words = problem.line.removeprefix(_ERROR)
    which = words.partition("PCI device ")[2].partition(" ")[0]
    failed = f"Domain {domid}:libxl__device_pci_add failed for PCI device {which} (rc -3)"
    yield _said("libxl_pci.c:libxl__device_pci_add", (1677, 1688), f"Domain {domid}:{words}")
    yield _said("libxl_pci.c:device_pci_add_done", (1809, 1820), failed)
    yield _said(f"{_CREATE}:domcreate_attach_devices", (1921, 1982), f"Domain {domid}:unable to add pci devices")


def _as_it_is(problem: Problem, _plan: Plan, _facts: HostFacts, domid: int) -> Iterator[LibxlMessage]:
    """The line of the problem, with the domain that it is about."""
    words = problem.line.removeprefix(_ERROR)
    yield _raw(problem.line if words == problem.line else f"{_ERROR}Domain {domid}:{words}")


_LATE: dict[str, Callable[[Problem, Plan, HostFacts, int], Iterator[LibxlMessage]]] = {
    "not-enough-memory": out_of_memory,
    "no-such-file": _kernel,
    "kernel-too-large": _image,
    "no-kernel": _image,
    "no-boot-disk": _bootloader,
    "bad-vdev": _vdev,
    "no-such-disk": _disk,
    "disk-empty": _disk,
    "no-disk-backend": _disk,
    "no-such-bridge": _bridge,
    "pci-not-assignable": _pci,
}


def _makes_room(plan: Plan) -> bool:
    """Whether xl tries to have Domain-0 give up memory."""
    return any(getattr(step, "ballooning", False) for step in plan.steps)


def _place(problem: Problem) -> Sequence[str]:
    """Kind and number of the device that a problem is about."""
    found = _BAD_DEVICE.match(problem.setting)
    return found.groups() if found else ("", "0")


def _said(place: str, lines: tuple[int, int], text: str, level: str = "error") -> LibxlMessage:
    return LibxlMessage(place=place, lines=lines, text=text, level=level)


def _raw(line: str) -> LibxlMessage:
    return LibxlMessage(place="", lines=(0, 0), text=line)


def _not_rebuilt(domid: int, rc: int) -> LibxlMessage:
    text = f"Domain {domid}:cannot (re-)build domain: {rc}"
    return _said(f"{_CREATE}:domcreate_rebuild_done", (1640, 1695), text)
