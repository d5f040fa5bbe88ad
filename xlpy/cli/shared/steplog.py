"""What `xl -v` and `xl -vvv` tell while a domain is built: the steps of its plan as libxl logs them.

Where libxl shows addresses of its own memory, and how it waits for xenstore, there is nothing to tell.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from xlpy.executors import LibxlMessage
from xlpy.planner import steps
from xlpy.planner.details import DOMID, detail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.devices.disk import Disk
    from xlpy.host import HostFacts
    from xlpy.planner.hotplug import Script
    from xlpy.planner.plan import Plan
    from xlpy.release import Release

LEVELS = {"detail": 1, "debug": 3}
"""How many -v it takes."""
_PAGES_PER_MIB = 256
_DM, _DEVICE, _DOM = "libxl_dm.c:libxl__spawn_local_dm", "libxl_device.c", "libxl_dom.c"


def tell(plan: Plan, facts: HostFacts, domid: int, release: Release, verbosity: int) -> None:
    """Show the steps of a plan that were carried out, as far as VERBOSITY goes."""
    show(Log(plan, facts, domid).messages(), domid, release, verbosity)


def show(messages: Iterable[LibxlMessage], domid: int, release: Release, verbosity: int) -> None:
    """Show those that VERBOSITY asks for."""
    for message in messages:
        if verbosity >= LEVELS[message.level]:
            print(message.line(release).replace(DOMID, str(domid)), file=sys.stderr)


class Log:
    """One method for each step that libxl has something to say about."""

    def __init__(self, plan: Plan, facts: HostFacts, domid: int) -> None:
        self.plan = plan
        self.facts = facts
        self.domid = domid

    def messages(self) -> Iterator[LibxlMessage]:
        """Those of all steps, in order."""
        for step in self.plan.steps:
            made = getattr(self, f"of_{step.VERB.replace(' ', '_')}", None)
            if made:
                yield from made(step)

    def of_create_domain(self, _step: steps.CreateDomain) -> Iterator[LibxlMessage]:
        """Passthrough, the backends of disks, and how the kernel is found."""
        from xlpy.planner.decisions import passthrough

        mode = passthrough(self.plan.config, self.facts)
        yield said("libxl_create.c:libxl__domain_make", (662, 673), f"passthrough: {mode}", "detail")
        for step in self.plan.steps:
            if isinstance(step, steps.Attach) and step.device.KIND == "disk":
                yield from self._backend(step, step.device)  # type: ignore[arg-type]  # the kind says so
        yield from self.boots()

    def boots(self) -> Iterator[LibxlMessage]:
        """How the kernel is found."""
        yield self.about("libxl_create.c:initiate_domain_create", (1342, 1397), "running bootloader")
        if self.plan.config.c_info.type == "hvm":
            text = "not a PV/PVH domain, skipping bootloader"
            yield self.about("libxl_bootloader.c:libxl__bootloader_run", (411, 410), text)
        elif not self.plan.config.b_info.bootloader:
            text = "no bootloader configured, using user supplied kernel"
            yield self.about("libxl_bootloader.c:libxl__bootloader_run", (417, 416), text)

    def _backend(self, step: steps.Attach, disk: Disk) -> Iterator[LibxlMessage]:
        place = f"{_DEVICE}:libxl__device_disk_set_backend"
        specification = "xen" if disk.specification == "unknown" else disk.specification
        text = f"Disk vdev={disk.vdev} spec.backend={disk.backend} specification={specification}"
        yield said(place, (433, 443), text)
        yield said(place, (470, 483), f"Disk vdev={disk.vdev}, using backend {step.backend}")

    def of_place_on_nodes(self, step: steps.PlaceOnNodes) -> Iterator[LibxlMessage]:
        """Where NUMA placement puts it."""
        found = f"{len(step.nodes)} nodes, {step.cpus} cpus and {step.free_kib // 1024} KB free"
        yield said(f"{_DOM}:numa_place_domain", (231, 226), f"NUMA placement candidate with {found} selected", "detail")

    def of_load_kernel(self, step: steps.LoadKernel) -> Iterator[LibxlMessage]:
        """The files."""
        yield _built(f'xc_dom_allocate: cmdline="{step.cmdline}", features=""')
        if self.plan.config.c_info.type == "pv":
            yield said(f"{_DOM}:libxl__build_pv", (633, 628), f"pv kernel mapped 0 path {step.kernel}")
        for what, path in (("kernel", step.kernel), ("module", step.ramdisk)):
            if path:
                yield _built(f'xc_dom_{what}_file: filename="{path}"')

    def of_populate_memory(self, step: steps.PopulateMemory) -> Iterator[LibxlMessage]:
        """How much memory."""
        mib = step.now_kib // 1024
        yield _built(f"xc_dom_mem_init: mem {mib} MB, pages {mib * _PAGES_PER_MIB:#x} pages, 4k each")

    def of_attach(self, step: steps.Attach) -> Iterator[LibxlMessage]:
        """Its hotplug scripts."""
        scripts = detail(step, self.plan, self.facts).scripts
        if not scripts:
            return
        yield self.about(f"{_DEVICE}:device_backend_callback", (1168, 1181), "calling device_backend_cleanup")
        if step.device.KIND == "disk":
            yield self.about("libxl_linux.c:libxl__hotplug_disk", (194, 194), "Args and environment ready")
        for script in scripts:
            yield from self._hotplug(script)
        if step.device.KIND == "disk":
            text = "num_exec 1, not running hotplug scripts"
            yield self.about("libxl_linux.c:libxl__get_hotplug_script_info", (211, 212), text)
        yield self.about(f"{_DEVICE}:device_hotplug", (1254, 1268), "No hotplug script to execute")

    def _hotplug(self, script: Script) -> Iterator[LibxlMessage]:
        place = f"{_DEVICE}:device_hotplug"
        command = f"{script.path} {script.arguments[0]}"
        yield self.about(place, (1269, 1283), f"calling hotplug script: {command}")
        yield self.about(place, (1270, 1284), "extra args:")
        for argument in script.arguments[1:]:
            yield self.about(place, (1276, 1290), f"\t{argument}")
        yield self.about(place, (1278, 1292), "env:")
        for name, value in script.environment:
            yield self.about(place, (1285, 1299), f"\t{name}: {value}")
        yield said("libxl_aoutils.c:libxl__async_exec_start", (593, 593), f"forking to execute: {command} ")

    def of_start_device_model(self, step: steps.StartDeviceModel) -> Iterator[LibxlMessage]:
        """The command line of QEMU, and what is added to its environment."""
        found = detail(step, self.plan, self.facts)
        start = f"Spawning device-model {step.program} with "
        yield self.about(_DM, (3005, 3231), f"{start}arguments:")
        for argument in found.command:
            yield self.about(_DM, (3007, 3233), f"  {argument}")
        if found.environment:
            yield self.about(_DM, (3009, 3235), f"{start}additional environment:")
        for name, value in found.environment:
            yield self.about(_DM, (3011, 3237), f"  {name}={value}")

    def about(self, place: str, lines: tuple[int, int], text: str) -> LibxlMessage:
        """One about the domain."""
        return said(place, lines, f"Domain {self.domid}:{text}")


def said(place: str, lines: tuple[int, int], text: str, level: str = "debug") -> LibxlMessage:
    """A message of libxl."""
    return LibxlMessage(place=place, lines=lines, text=text, level=level)


def _built(text: str) -> LibxlMessage:
    return LibxlMessage(place="", lines=(0, 0), text=f"domainbuilder: detail: {text}", level="detail")
