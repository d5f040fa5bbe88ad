"""A step in full: its arithmetic, what it writes into xenstore, which programs it runs. Not needed to carry it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy import xenstore
from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.libxl import UNSET64, Hvm
from xlpy.planner import decisions, hotplug, qemu, steps
from xlpy.planner.feasible_guest import ranges
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainType
    from xlpy.planner.hotplug import Script
    from xlpy.planner.plan import Plan
    from xlpy.planner.steps import AnyStep
    from xlpy.xenstore import Node

DOMID = "DOMID"
"""Stands for the number that the domain will get."""
_UNSEEN = ("tty", "ring-ref", "port", "start_time", "device-model-pid")
"""The last parts of nodes whose values are known only once the domain is there."""
_LATER = "(later)"


class Detail(Record):
    """What there is to say about a step beyond its line."""

    facts: tuple[tuple[str, str], ...] = ()
    """What and how much, in words."""
    nodes: tuple[Node, ...] = ()
    """What it writes into xenstore."""
    scripts: tuple[Script, ...] = ()
    """The hotplug scripts that it runs."""
    command: tuple[str, ...] = ()
    """The program that it runs, with its arguments."""
    environment: tuple[tuple[str, str], ...] = ()
    """What the program finds in its environment beside the rest."""


def detail(step: AnyStep, plan: Plan, facts: HostFacts) -> Detail:
    """All of it; the domain's number is the word DOMID."""
    maker = getattr(_Details(plan, facts), f"of_{step.VERB.replace(' ', '_')}", None)
    found: Detail = maker(step) if maker else Detail()
    return found


class _Details:
    """One method for each step that has more to say."""

    def __init__(self, plan: Plan, facts: HostFacts) -> None:
        self.plan = plan
        self.config = plan.config
        self.info = plan.config.b_info
        self.facts = facts

    def of_free_memory(self, step: steps.FreeMemory) -> Detail:
        return Detail(facts=(*_need(self.plan, self.facts), *_ballooning(step, self.facts)))

    def of_create_domain(self, step: steps.CreateDomain) -> Detail:
        flags = [f"XEN_DOMCTL_CDF_{flag}" for flag in step.flags]
        limits = [
            ("flags", " ".join(flags) or "none"),
            ("handle", step.uuid),
            ("event channels", str(self.info.event_channels or 1023)),
        ]
        return Detail(facts=tuple(limits), nodes=self._nodes("create"))

    def of_run_bootloader(self, step: steps.RunBootloader) -> Detail:
        disk = step.disk
        output = f"/var/lib/xen/bootloader.{DOMID}"
        ends = (f"--output={output}.out", "--output-format=simple0", f"--output-directory={output}.d")
        given = len(step.args) - len(self.info.bootloader_args)
        command = (step.program, *step.args[:given], *ends, *step.args[given:], disk)
        first = self.config.devices_of(Disk)[:1]
        direct = all(one.backend_kind(self.config.c_info.type) == "phy" and not one.script for one in first)
        way = "opened as it is" if direct else f"attached in Domain-0 as {self.info.blkdev_start or 'xvda'}"
        log = ("log", f"/var/log/xen/bootloader.{DOMID}.log")
        return Detail(facts=(("disk", way), log), command=command, environment=(("TERM", "vt100"),))

    def of_place_on_nodes(self, step: steps.PlaceOnNodes) -> Detail:
        placed = self.plan.placement
        cpus = [cpu for node in step.nodes for cpu in self.facts.node_cpus(node)]
        ranked = ("vCPUs that may run there", str(placed.vcpus if placed else 0))
        return Detail(facts=(("soft affinity", f"pCPUs {ranges(cpus)}"), ranked))

    def of_set_vcpus(self, step: steps.SetVcpus) -> Detail:
        pinned = _affinities("hard affinity", step.hard_affinity), _affinities("soft affinity", step.soft_affinity)
        return Detail(facts=(("online", ranges(step.online)), *(line for lines in pinned for line in lines)))

    def of_set_memory(self, step: steps.SetMemory) -> Detail:
        extra = 1024 if self.facts.machine == "x86_64" else 0
        limit = f"{step.target_kib} KiB + {extra} KiB = {step.target_kib + extra} KiB"
        lines = [("setmaxmem", limit), ("paging pool", f"{step.shadow_kib} KiB")]
        iommu = decisions.iommu(self.config, self.facts)
        if iommu:
            lines.append(("IOMMU page tables", f"{iommu} KiB"))
        return Detail(facts=tuple(lines))

    def of_load_kernel(self, step: steps.LoadKernel) -> Detail:
        lines = [("kernel", step.kernel or "the one that the bootloader finds")]
        lines += [("ramdisk", step.ramdisk)] * bool(step.ramdisk)
        lines += [("command line", step.cmdline)] * bool(step.cmdline)
        if isinstance(self.info.u, Hvm):
            files = {"seabios": self.facts.seabios, "ovmf": self.facts.ovmf}
            lines.append(("firmware", files.get(step.firmware) or step.firmware))
            lines.append(("ACPI tables", self.info.u.acpi_firmware or "made by hvmloader"))
        elif self.config.c_info.type == "pvh":
            off = self.info.acpi is False
            lines.append(("ACPI tables", "none" if off else "made by the toolstack (RSDP, FADT, DSDT, MADT)"))
        return Detail(facts=tuple(lines))

    def of_populate_memory(self, step: steps.PopulateMemory) -> Detail:
        pv = self._type == "pv"
        count = (step.now_kib if pv else step.max_kib) // 4
        lines = [("pages", f"{count} of 4 KiB" + ", in 2 MiB and 1 GiB where they fit" * (not pv))]
        if step.on_demand:
            lines.append(("on demand", f"{step.now_kib} KiB serve {step.max_kib} KiB until the guest has ballooned"))
        return Detail(facts=tuple(lines))

    def of_introduce_domain(self, _step: steps.IntroduceDomain) -> Detail:
        return Detail(nodes=self._nodes("introduce"))

    def of_attach(self, step: steps.Attach) -> Detail:
        served = step.backend_domain
        ends = xenstore.link(
            step.device,
            DOMID,
            step.devid,
            self._type,
            name=self.plan.name,
            backend_domid=0 if served == "Domain-0" else served,
            index=self._index(step),
        )
        why = [*_assignment(step, self._type)]
        why += [("backend", f"{step.backend}: {backend_reason(step, self._type)}")] * bool(step.backend)
        return Detail(
            facts=tuple(why),
            nodes=xenstore.device_nodes(step.device, ends),
            scripts=hotplug.scripts(step, self.config, DOMID),
        )

    def of_add_console(self, _step: steps.AddConsole) -> Detail:
        return Detail(nodes=self._nodes("console"))

    def of_start_device_model(self, step: steps.StartDeviceModel) -> Detail:
        command = qemu.arguments(self.config, step.program, DOMID)
        log = ("log", f"/var/log/xen/qemu-dm-{self.plan.name}.log")
        ready = ("ready when", f"/local/domain/0/device-model/{DOMID}/state is running (60 s)")
        return Detail(
            facts=(log, ready),
            nodes=self._nodes("device model"),
            command=command,
            environment=qemu.environment(self.config, DOMID),
        )

    def of_store_configuration(self, step: steps.StoreConfig) -> Detail:
        rest = (("watchdog", step.on_watchdog), ("soft reset", step.on_soft_reset))
        return Detail(facts=(("file", f"/var/lib/xen/userdata-d.{DOMID}.UUID.libxl-json"), *rest))

    @property
    def _type(self) -> DomainType:
        return self.config.c_info.type

    def _index(self, step: steps.Attach) -> int:
        of_kind = [device for device in self.config.devices if device.KIND == step.device.KIND]
        return next((index for index, device in enumerate(of_kind) if device is step.device), 0)

    def _nodes(self, of: str) -> tuple[Node, ...]:
        """The domain's own nodes that this step writes."""
        return tuple(node for node in domain_nodes(self.plan) if step_of(node.path) == of)


def domain_nodes(plan: Plan) -> tuple[Node, ...]:
    """The nodes of the domain itself, with (later) where only the running domain has a value."""
    config, info = plan.config, plan.config.b_info
    video = decisions.video(config)
    hvm = info.u if isinstance(info.u, Hvm) else None
    found = bool(info.bootloader)
    serials = ((hvm.serial,) if hvm.serial else hvm.serial_list) if hvm else ()
    guest = xenstore.Guest(
        domid=DOMID,
        name=plan.name,
        uuid=config.c_info.uuid or "UUID",
        type=config.c_info.type,
        online=info.avail_vcpus or (0,),
        max_vcpus=config.max_vcpus,
        target_kib=config.memory_kib,
        max_kib=config.max_memory_kib,
        video_kib=video,
        slack_kib=1024 if hvm and config.max_memory_kib > config.memory_kib else 0,
        kernel=_LATER if found else info.kernel or "",
        ramdisk=_LATER if found else info.ramdisk or "",
        cmdline=_LATER if found else info.cmdline or "",
        serials=tuple(_LATER for serial in serials if serial == "pty"),
        firmware="" if hvm is None else "seabios" if hvm.bios == "unknown" else hvm.bios,
        device_model=int(any(isinstance(step, steps.StartDeviceModel) for step in plan.steps)),
        acpi=decisions.acpi(config),
    )
    return tuple(
        node._replace(value=_LATER) if node.path.rpartition("/")[2] in _UNSEEN else node
        for node in xenstore.domain_nodes(guest)
    )


def step_of(path: str) -> str:
    """Which step writes a node of the domain itself."""
    rest = path.partition(f"/{DOMID}")[2]
    if path.startswith("/vm/"):
        _, _, rest = path.removeprefix("/vm/").partition("/")
        return "create" if rest in ("", "uuid", "name") else "introduce"
    if "/console" in path:
        return "console"
    if "/device-model/" in path or rest.startswith(("/platform", "/hvmloader/", "/serial", "/image")):
        return "device model"
    return "introduce" if rest.startswith(("/memory/", "/cpu/", "/domid", "/store")) else "create"


def _assignment(step: steps.Attach, guest: str) -> Iterator[tuple[str, str]]:
    """How a PCI function comes to the guest."""
    device = step.device
    if isinstance(device, Pci):
        way = "taken from its driver" if device.seize else "as it is"
        yield "bound to pciback", f"{way}; it must be there"
        yield "reset", f"/sys/bus/pci/devices/{device.bdf}/reset, or pciback's do_flr"
        yield "granted", "its memory ranges, ports and interrupt; then XEN_DOMCTL_assign_device"
        if guest == "hvm":
            yield "QEMU", f"device_add xen-pci-passthrough,hostaddr={device.bdf}, by QMP"


def backend_reason(step: steps.Attach, guest: str) -> str:
    """Why libxl takes this backend for a disk."""
    disk = step.device
    if not isinstance(disk, Disk):
        return "the one that there is"
    if disk.backend != "unknown":
        return "as backendtype= says"
    if step.backend == "standalone":
        return "specification=virtio has no other"
    if disk.is_cdrom and guest == "hvm":
        return "QEMU emulates the CD drive"
    if step.backend == "qdisk":
        return f"format {disk.format} is read by QEMU"
    return "a script brings the device" if disk.script else "raw, so the kernel's backend can"


def _need(plan: Plan, facts: HostFacts) -> Iterator[tuple[str, str]]:
    """The arithmetic of what the host must have free."""
    config, kib = plan.config, 1024
    given = config.b_info.shadow_memkb != UNSET64
    shadow = decisions.shadow(config, facts)
    per_mib = (config.c_info.type != "pv") + (not decisions.hap(config, facts))
    formula = f"4 KiB * (256 * {config.max_vcpus} vCPUs + {per_mib} * {config.max_memory_kib // kib} MiB)"
    yield "memory", f"{config.memory_kib} KiB"
    yield "page tables", f"{shadow} KiB ({'shadow_memory=' if given else formula})"
    iommu = decisions.iommu(config, facts)
    if iommu:
        yield "IOMMU page tables", f"{iommu} KiB (4 levels)"
    extra = 1024 if config.c_info.type == "pv" else 2048
    yield "reserve", f"{extra} KiB ({config.c_info.type})"
    if config.b_info.device_model_stubdomain:
        rest = decisions.need(config, facts) - config.memory_kib - shadow - iommu - extra
        yield "stub domain", f"about {rest} KiB, with video memory"
    need = decisions.need(config, facts)
    yield "need", f"{need} KiB = {need // kib} MiB, rounded up to 2 MiB"


def _ballooning(step: steps.FreeMemory, facts: HostFacts) -> Iterator[tuple[str, str]]:
    if step.ballooning:
        least = (facts.dom0_memory_kib - decisions.balloonable(facts)) // 1024
        yield "Domain-0", f"gives up what is not free, down to {least} MiB; xl waits for it 30 s at most"
    else:
        yield "Domain-0", "keeps its memory: Xen was started with dom0_mem="


def _affinities(what: str, maps: tuple[tuple[int, ...], ...]) -> list[tuple[str, str]]:
    return [(f"{what} of vCPU {vcpu}", ranges(cpus) or "all") for vcpu, cpus in enumerate(maps)]
