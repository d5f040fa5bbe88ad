"""The steps of building a domain: a short closed set, printable, comparable, saved as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from xlpy.record import Record

if TYPE_CHECKING:
    from xlpy.libxl import ActionOnShutdown, DeviceRecord, DomainType

PRINTABLE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
"""For str.translate: control characters of the user's text as a terminal may see them."""


BY_XL_CONF = "xl.conf says so"
"""The reason of a step that xl.conf has changed."""


class Step(Record):
    """One step; `reason` says why it stands at its place (Xen: libxl_create.c unless another file is named)."""

    VERB: ClassVar[str] = ""
    """What is printed, in Xen's words."""

    reason: str = ""

    def argument(self) -> str:
        """What the step is done with, in a few words; text of the user's, not escaped."""
        return ""


class FreeMemory(Step):
    """Room for the domain; `need_kib` is what the host must have free (Xen: freemem in xl_vmcontrol.c)."""

    VERB: ClassVar[str] = "free memory"

    need_kib: int
    ballooning: bool = False
    """Domain-0 gives up what is not free."""

    def argument(self) -> str:
        """How much, in MiB."""
        return f"{self.need_kib // 1024} MiB{', of Domain-0 if need be' * self.ballooning}"


class AllocateDomid(Step):
    """The hypervisor picks the next domid, or libxl a random one."""

    VERB: ClassVar[str] = "allocate domid"

    random: bool = False


class CreateDomain(Step):
    """XEN_DOMCTL_createdomain, and the name and uuid in xenstore."""

    VERB: ClassVar[str] = "create domain"

    name: str
    uuid: str
    type: DomainType
    max_vcpus: int
    pool: str = "Pool-0"
    flags: tuple[str, ...] = ()

    def argument(self) -> str:
        """Name, type and flags, without the one that the type says already."""
        flags = (flag for flag in self.flags if flag != "hvm")
        return ", ".join((self.name, self.type, f"max_vcpus={self.max_vcpus}", self.pool, *flags))


class RunBootloader(Step):
    """A program finds kernel and ramdisk in the guest's first disk (Xen: libxl_bootloader.c)."""

    VERB: ClassVar[str] = "run bootloader"

    program: str
    args: tuple[str, ...] = ()
    disk: str = ""

    def argument(self) -> str:
        """The command line."""
        return " ".join((self.program, *self.args, self.disk))


class PlaceOnNodes(Step):
    """The NUMA nodes that libxl finds: its node affinity and the soft affinity of its vCPUs (Xen: libxl_numa.c)."""

    VERB: ClassVar[str] = "place on nodes"

    nodes: tuple[int, ...]
    cpus: int
    """PCPUs of these nodes."""
    free_kib: int
    """What the nodes have free together, before the guest takes its part."""

    def argument(self) -> str:
        """`node 0 (4 pCPUs, 29440 MiB free)`."""
        names = ", ".join(map(str, self.nodes))
        return f"node{'s' * (len(self.nodes) > 1)} {names} ({self.cpus} pCPUs, {self.free_kib // 1024} MiB free)"


class SetVcpus(Step):
    """Which vCPUs are online, and where they run; an empty affinity is all pCPUs (Xen: libxl_dom.c)."""

    VERB: ClassVar[str] = "set vcpus"

    maximum: int
    online: tuple[int, ...]
    hard_affinity: tuple[tuple[int, ...], ...] = ()
    soft_affinity: tuple[tuple[int, ...], ...] = ()

    def argument(self) -> str:
        """`2 of 4 online, pinned`."""
        pinned = ", pinned" * any(self.hard_affinity) + ", soft affinity" * any(self.soft_affinity)
        return f"{len(self.online)} of {self.maximum} online{pinned}"


class SetMemory(Step):
    """The limits of the domain, in KiB (Xen: libxl_dom.c)."""

    VERB: ClassVar[str] = "set memory"

    target_kib: int
    max_kib: int
    video_kib: int = 0
    """Part of the target that the guest sees as video memory."""
    shadow_kib: int = 0
    """For page tables that Xen keeps, beside the target."""

    def argument(self) -> str:
        """Target and maximum, in MiB."""
        video = f", video {self.video_kib // 1024}" * bool(self.video_kib)
        return f"target {self.target_kib // 1024}, max {self.max_kib // 1024}{video} MiB"


class LoadKernel(Step):
    """Kernel or firmware, ramdisk and command line into the guest's memory (Xen: libxl_dom.c)."""

    VERB: ClassVar[str] = "load kernel"

    kernel: str
    """What Xen loads; for HVM guests that is hvmloader. Empty when the bootloader finds it."""
    ramdisk: str = ""
    cmdline: str = ""
    firmware: str = ""
    """What hvmloader starts: seabios, ovmf, or a file."""

    def argument(self) -> str:
        """What is loaded."""
        kernel = self.kernel or "as the bootloader says"
        rest = (self.firmware, self.ramdisk, self.cmdline and f'"{self.cmdline}"')
        return ", ".join((kernel, *filter(None, rest)))


class PopulateMemory(Step):
    """Pages for the guest; on demand a guest gets some of them when it touches them (Xen: libxenguest)."""

    VERB: ClassVar[str] = "populate memory"

    now_kib: int
    max_kib: int
    on_demand: bool = False
    """The guest sees `max_kib`, and must balloon down to `now_kib` before it has touched more (PoD)."""

    def argument(self) -> str:
        """How much."""
        on_demand = f" of {self.max_kib // 1024} on demand" * self.on_demand
        return f"{self.now_kib // 1024}{on_demand} MiB"


class IntroduceDomain(Step):
    """Its own nodes in xenstore, and xenstored is told of its ring (Xen: libxl_dom.c)."""

    VERB: ClassVar[str] = "introduce domain"


class PermitHardware(Step):
    """I/O ports (first, number), interrupts and page frames (first, number) that the guest may use itself."""

    VERB: ClassVar[str] = "permit hardware"

    ioports: tuple[tuple[int, int], ...] = ()
    irqs: tuple[int, ...] = ()
    iomem: tuple[tuple[int, int], ...] = ()

    def argument(self) -> str:
        """All of it; ports and frames in hexadecimal."""
        ports = [f"{first:x}-{first + number - 1:x}" for first, number in self.ioports]
        frames = [f"{first:x}-{first + number - 1:x}" for first, number in self.iomem]
        named = {"ports": ports, "IRQs": [str(irq) for irq in self.irqs], "frames": frames}
        return ", ".join(f"{name} {' '.join(items)}" for name, items in named.items() if items)


class SetScheduler(Step):
    """The domain's share of the CPUs; -1 leaves the scheduler's default (Xen: libxl_sched.c)."""

    VERB: ClassVar[str] = "set scheduler"

    weight: int = -1
    cap: int = -1

    def argument(self) -> str:
        """What is set."""
        given = {"weight": self.weight, "cap": self.cap}
        return ", ".join(f"{name} {value}" for name, value in given.items() if value >= 0)


class Attach(Step):
    """A device: xenstore nodes of both ends, hotplug script, backend (Xen: libxl_device.c)."""

    VERB: ClassVar[str] = "attach"

    device: DeviceRecord
    devid: int
    backend: str = ""
    """The kind of backend where there is a choice: phy, qdisk, tap."""
    backend_domain: str = "Domain-0"

    def argument(self) -> str:
        """The device, its number, who serves it."""
        by = f" by {self.backend}" if self.backend else ""
        where = "" if self.backend_domain == "Domain-0" else f" in {self.backend_domain}"
        return f"{self.device.KIND} {self.devid}: {self.device.title()}{by}{where}"


class AddConsole(Step):
    """The primary console, which Domain-0's xenconsoled serves (Xen: libxl_console.c)."""

    VERB: ClassVar[str] = "add console"


class StartDeviceModel(Step):
    """QEMU, for HVM guests and for devices that only it can serve (Xen: libxl_dm.c)."""

    VERB: ClassVar[str] = "start device model"

    program: str
    purpose: str = ""

    def argument(self) -> str:
        """The program and what it is for."""
        return f"{self.program} ({self.purpose})"


class StoreConfig(Step):
    """The configuration as user data, and what to do when the domain stops."""

    VERB: ClassVar[str] = "store configuration"

    on_poweroff: ActionOnShutdown
    on_reboot: ActionOnShutdown
    on_crash: ActionOnShutdown
    on_watchdog: ActionOnShutdown
    on_soft_reset: ActionOnShutdown

    def argument(self) -> str:
        """The actions that are most asked for."""
        return f"poweroff: {self.on_poweroff}, reboot: {self.on_reboot}, crash: {self.on_crash}"


class Unpause(Step):
    """The vCPUs run (Xen: libxl_domain.c)."""

    VERB: ClassVar[str] = "unpause"


AnyStep = (
    FreeMemory
    | AllocateDomid
    | CreateDomain
    | RunBootloader
    | PlaceOnNodes
    | SetVcpus
    | SetMemory
    | LoadKernel
    | PopulateMemory
    | SetScheduler
    | IntroduceDomain
    | PermitHardware
    | Attach
    | AddConsole
    | StartDeviceModel
    | StoreConfig
    | Unpause
)
"""The closed set."""
