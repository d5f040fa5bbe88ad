"""What an executor is: the one thing that touches a host, real or simulated."""

from __future__ import annotations

from types import MappingProxyType

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import ClassVar, Protocol

    from xlpy.executors.counters import Counters
    from xlpy.executors.cpus import Cpus
    from xlpy.executors.devices import Devices
    from xlpy.executors.events import Events
    from xlpy.executors.hypervisor import Hypervisor
    from xlpy.executors.memory import Memory
    from xlpy.executors.pci import PassThrough
    from xlpy.executors.pools import Pools
    from xlpy.executors.saving import Saving
    from xlpy.executors.signals import Signals
    from xlpy.executors.xenstore import Xenstore
    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.planner.plan import Plan
else:
    Protocol = object  # typing is slow to import


class Failure(Exception):
    """A host would not do it: `lines` as xl prints them on standard error, then the way out; `status` is xl's."""

    def __init__(self, *lines: str, status: int = 1, advice: str = "") -> None:
        super().__init__(lines[0] if lines else "")
        self.lines = lines
        self.status = status
        self.advice = advice


class UnknownDomain(Failure):
    """No domain has this name or domid."""

    def __init__(self, wanted: str, *, advice: str = "") -> None:
        super().__init__(f"{wanted} is an invalid domain identifier (rc=-6)", advice=advice)
        self.wanted = wanted


class NoPvDrivers(Failure):
    """The guest does not hear a request to shut down or reboot; the ACPI button may reach it."""

    def __init__(self, *, reboot: bool) -> None:
        verb, button = ("reboot", "reset") if reboot else ("shutdown", "power")
        super().__init__(
            f"PV control interface not available: external graceful {verb} not possible.",
            f'Use "-F" to fallback to ACPI {button} event.',
            f"{verb} failed (rc=-10)",
        )


class LibxlMessage(Record):
    """What libxl itself says, with the place in its source that it names."""

    place: str
    """FILE:FUNCTION; empty for a line of another library, which is all text."""
    lines: tuple[int, int]
    """The line there in Xen 4.17 and in 4.20; -1 where that release says nothing."""
    text: str
    level: str = "error"
    """Or warning."""
    newer: str = ""
    """What newer releases than 4.17 say instead, if that is something else."""

    def line(self, release: tuple[int, int]) -> str:
        """As that release prints it; empty where it says nothing."""
        if not self.place:
            return self.text
        file, function = self.place.split(":")
        number, text = (self.lines[1], self.newer or self.text) if release >= (4, 18) else (self.lines[0], self.text)
        return "" if number < 0 else f"libxl: {self.level}: {file}:{number}:{function}: {text}"


ERROR_FAIL = -3
_NEWEST = (99, 0)


class LibxlError(Failure):
    """Libxl refused, with its own messages; `rc` is what its function returned."""

    def __init__(self, *messages: LibxlMessage, rc: int = ERROR_FAIL, status: int = 1, advice: str = "") -> None:
        super().__init__(*(message.line(_NEWEST) for message in messages), status=status, advice=advice)
        self.messages = messages
        self.rc = rc


class DomainInfo(Record):
    """A domain as xl list sees it. Memory in KiB, times in seconds."""

    UNITS: ClassVar[dict[str, str]] = {"cpu_time": "seconds", "uptime": "seconds"}

    domid: int
    name: str
    uuid: str
    type: str
    memory_kib: int
    max_memory_kib: int
    vcpus: int
    max_vcpus: int
    running: bool = False
    blocked: bool = False
    paused: bool = False
    shutdown: bool = False
    shutdown_reason: int = 0
    """0 poweroff, 1 reboot, 2 suspend, 3 crash, 4 watchdog, 5 soft reset (only when `shutdown`)."""
    dying: bool = False
    cpu_time: float = 0.0
    uptime: float | None = 0.0
    """None where the host does not know."""
    pool: str = "Pool-0"
    pool_number: int = 0
    """Of its cpupool; several may have the same name."""
    label: str = ""


class VcpuInfo(Record):
    """A vCPU as xl vcpu-list sees it; affinities are sets of pCPUs."""

    UNITS: ClassVar[dict[str, str]] = {"cpu_time": "seconds"}

    vcpu: int
    cpu: int
    online: bool
    running: bool
    blocked: bool
    cpu_time: float
    hard_affinity: tuple[int, ...]
    soft_affinity: tuple[int, ...] | None
    """None where the host does not know."""


class HostInfo(Record):
    """What changes about a host while domains come and go; memory in KiB."""

    facts: HostFacts
    free_memory_kib: int
    node_free_kib: tuple[int, ...] = ()
    """Of each NUMA node; empty where the host does not know."""
    claims_kib: int = 0
    """Claimed by domains and not yet populated."""
    sharing_freed_kib: int = 0
    """What the sharing of pages saves."""
    sharing_used_kib: int = 0
    """The pages that are shared."""
    said: Mapping[str, str] = MappingProxyType({})
    """Fields of xl info as the host itself says them, in place of what follows from the facts."""
    unknown: tuple[str, ...] = ()
    """The fields of xl info that the host does not know."""


class StopEvent(Record):
    """A domain has shut down (with a reason, see DomainInfo), or is gone (`reason` None)."""

    domid: int
    name: str
    reason: int | None
    action: str = ""
    """What was done about it: one of libxl's actions on shutdown."""
    successor: int | None = None
    """The domid of the domain that took its place, after a restart."""
    gone: bool = False
    """Nothing is left of it; a domain that was preserved is still there."""


class Display(Record):
    """Where the VNC server of a domain is, or would be."""

    address: str
    port: int
    password: str = ""
    drawn: bool = True
    """Whether a viewer would see something there."""


class ConsoleStream(Protocol):
    """The guest's side of a console. Lines of the guest end with a newline alone; a typed one with CR or newline."""

    def read(self) -> str | None:
        """What the guest has written since the last read ("" for nothing yet); None when the domain is gone."""

    def write(self, text: str) -> None:
        """Send typed text."""


class Executor(Protocol):
    """A host. Every method but `create` takes a domid; they raise UnknownDomain or another Failure."""

    simulated: ClassVar[bool]
    """It finds out itself, in libxl's words, what a plan lacks; and there is nothing to see or hear of its guests."""

    def info(self) -> HostInfo:
        """The host."""

    def domains(self) -> Sequence[DomainInfo]:
        """All domains by domid; Domain-0 is the first."""

    def find(self, wanted: str) -> DomainInfo:
        """A domain by name or domid, as libxl looks it up: digits are a domid."""

    def vcpus(self, domid: int) -> Sequence[VcpuInfo]:
        """The vCPUs of a domain."""

    def all_vcpus(self) -> Mapping[int, Sequence[VcpuInfo]]:
        """The vCPUs of all domains, by domid."""

    def config(self, domid: int) -> DomainConfig:
        """What a domain was built from, under its present name."""

    def update_config(self, domid: int, config: DomainConfig) -> None:
        """Store what the next restart of a domain builds instead; the running domain stays as it is."""

    def create(self, plan: Plan, *, paused: bool = False, watched: bool = True) -> int:
        """Carry out a plan; gives the domid. After a failure nothing of it is left.

        Nobody acts on the end of a domain that is not watched (xl create -e): it stays, shut down.
        """

    def destroy(self, domid: int) -> None:
        """End a domain at once."""

    def shutdown(self, domid: int, *, reboot: bool = False, force: bool = False) -> bool:
        """Ask the guest; without PV drivers it cannot hear that (NoPvDrivers), then `force` presses the ACPI button.

        Says whether the button was pressed.
        """

    def pause(self, domid: int) -> None:
        """Stop the vCPUs."""

    def unpause(self, domid: int) -> None:
        """Let them run."""

    def rename(self, domid: int, name: str) -> None:
        """Give a domain another name."""

    def console(self, domid: int, kind: str = "", number: int = 0) -> ConsoleStream:
        """A console with the output so far: pv, serial or vuart with its number, or the primary one."""

    def display(self, domid: int) -> Display | None:
        """Its VNC display; None where it has none."""

    def stopped(self, domid: int) -> StopEvent | None:
        """What became of a domain that runs no more; None while it runs."""

    @property
    def signals(self) -> Signals:
        """Triggers, sysrq, debug keys, Xen's console, QEMU's monitor."""

    @property
    def events(self) -> Events:
        """What happened."""

    @property
    def saving(self) -> Saving:
        """Saving, restoring, migrating, suspending, core dumps."""

    @property
    def memory(self) -> Memory:
        """Balloon targets, limits, claims and shared pages."""

    @property
    def cpus(self) -> Cpus:
        """The vCPUs at run time, and the schedulers."""

    @property
    def pools(self) -> Pools:
        """The cpupools."""

    @property
    def hypervisor(self) -> Hypervisor:
        """Xen itself."""

    @property
    def counters(self) -> Counters:
        """What the devices of domains have moved."""

    @property
    def devices(self) -> Devices:
        """Devices of running domains."""

    @property
    def pci(self) -> PassThrough:
        """PCI devices that are passed through."""

    @property
    def xenstore(self) -> Xenstore:
        """The tree in which domains tell each other things."""
