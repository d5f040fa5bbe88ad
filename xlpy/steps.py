"""The steps of building a domain: a short closed set, printable, comparable, saved as JSON."""

from __future__ import annotations

from typing import ClassVar

from xlpy.libxl import ActionOnShutdown, DeviceRecord, DomainType
from xlpy.record import Record


class Step(Record):
    """One step; `reason` says why it stands at its place (Xen: libxl_create.c unless another file is named)."""

    VERB: ClassVar[str] = ""
    """What is printed, in Xen's words."""

    reason: str = ""


class AllocateDomid(Step):
    """The hypervisor picks the next domid."""

    VERB: ClassVar[str] = "allocate domid"


class RunBootloader(Step):
    """A program finds kernel and ramdisk in the guest's first disk."""

    VERB: ClassVar[str] = "run bootloader"

    program: str
    args: tuple[str, ...] = ()
    disk: str = ""


class CreateDomain(Step):
    """XEN_DOMCTL_createdomain, and the name and uuid in xenstore."""

    VERB: ClassVar[str] = "create domain"

    name: str
    uuid: str
    type: DomainType
    max_vcpus: int
    pool: str = "Pool-0"
    flags: tuple[str, ...] = ()


class SetMemory(Step):
    """The limits of the domain, in KiB; `need_kib` is what the host must have free."""

    VERB: ClassVar[str] = "set memory"

    target_kib: int
    max_kib: int
    need_kib: int


class SetVcpus(Step):
    """Which vCPUs are online, and where they run."""

    VERB: ClassVar[str] = "set vcpus"

    online: int
    hard_affinity: tuple[tuple[int, ...], ...] = ()
    soft_affinity: tuple[tuple[int, ...], ...] = ()
    weight: int = 256
    cap: int = 0


class LoadKernel(Step):
    """Kernel or firmware, ramdisk and command line into the guest's memory."""

    VERB: ClassVar[str] = "load kernel"

    kernel: str
    ramdisk: str = ""
    cmdline: str = ""


class Attach(Step):
    """A device: xenstore nodes of both ends, hotplug script, backend."""

    VERB: ClassVar[str] = "attach"

    device: DeviceRecord
    devid: int
    backend: str = ""
    """Who serves it: phy, qdisk, tap for a disk; the backend domain for others."""


class StartDeviceModel(Step):
    """QEMU, for HVM guests and for devices that only it can serve."""

    VERB: ClassVar[str] = "start device model"

    program: str
    purpose: str = ""


class StoreConfig(Step):
    """The configuration as user data, and what to do when the domain stops."""

    VERB: ClassVar[str] = "store configuration"

    on_poweroff: ActionOnShutdown
    on_reboot: ActionOnShutdown
    on_crash: ActionOnShutdown


class Unpause(Step):
    """The vCPUs run."""

    VERB: ClassVar[str] = "unpause"


ANY_STEP = (
    AllocateDomid,
    RunBootloader,
    CreateDomain,
    SetMemory,
    SetVcpus,
    LoadKernel,
    Attach,
    StartDeviceModel,
    StoreConfig,
    Unpause,
)
