"""Configuration + host -> Plan: the steps of building a domain in libxl's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.vkb import Vkb
from xlpy.libxl import DomainConfig, Hvm, Pvh, SchedParams
from xlpy.planner import decisions, placement, steps
from xlpy.planning import DEVICE_MODEL_PHASE
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts, Problem
    from xlpy.libxl import DeviceRecord
    from xlpy.planner.placement import Placement, Room
    from xlpy.planner.steps import AnyStep


class Plan(Record):
    """What building a domain would do."""

    name: str
    config: DomainConfig
    """As libxl takes it: on Arm the type of a PV guest is another one than in its file."""
    steps: tuple[AnyStep, ...]
    placement: Placement | None = None
    """The NUMA nodes that libxl finds for it; None where it does not look for any, or finds none."""


def make_plan(config: DomainConfig, facts: HostFacts, room: Room | None = None) -> Plan:
    """The steps of libxl for this guest on this host; whether they can succeed is for `check` to say.

    ROOM is what earlier guests leave of the NUMA nodes; without it the host is as it is described.
    """
    config = decisions.for_machine(config, facts)
    room = placement.empty_room(facts) if room is None else room
    placed = placement.place(config, decisions.need(config, facts), facts, room)
    return Plan(name=config.name, config=config, steps=tuple(_steps(config, facts, placed)), placement=placed)


def check(plan: Plan, facts: HostFacts) -> tuple[Problem, ...]:
    """What the host lacks for this plan, in the order in which libxl would stumble over it.

    Only what does not change while domains come and go; whether memory is free now is known to an executor.
    """
    from xlpy.planner.feasibility import problems

    return tuple(problem for problem in problems(plan, facts) if problem.fatal and problem.code not in facts.unchecked)


def _steps(config: DomainConfig, facts: HostFacts, placed: Placement | None) -> Iterator[AnyStep]:
    attached = list(_attachments(config))
    late = [step.device.PHASE >= DEVICE_MODEL_PHASE for step in attached].count(False)
    yield from _domain(config, facts)
    yield from _image(config, facts, placed)
    yield from attached[:late]
    yield from _hardware(config)
    yield steps.AddConsole(reason="before QEMU, which may serve more")
    yield from _device_model(config, attached, facts)
    yield from attached[late:]
    yield _store_config(config)
    yield steps.Unpause(reason="all is there; create -p stops here")


def _domain(config: DomainConfig, facts: HostFacts) -> Iterator[AnyStep]:
    """An empty domain."""
    yield steps.FreeMemory(
        need_kib=decisions.need(config, facts),
        ballooning=bool(decisions.balloonable(facts)),
        reason="xl makes room first",
    )
    yield steps.AllocateDomid(reason="ascending, none is reused soon")
    yield steps.CreateDomain(
        name=config.name,
        uuid=config.c_info.uuid or "",
        type=config.c_info.type,
        max_vcpus=config.max_vcpus,
        pool=config.c_info.pool_name or facts.pools[0],
        flags=tuple(_flags(config, facts)),
        reason="paused and empty; takes the name",
    )


def _flags(config: DomainConfig, facts: HostFacts) -> Iterator[str]:
    """XEN_DOMCTL_CDF_*, as libxl__domain_make sets them."""
    if config.c_info.type != "pv":
        yield "hvm"
        if decisions.hap(config, facts):
            yield "hap"
        elif config.c_info.oos is False:
            yield "oos_off"
    if config.b_info.nested_hvm:
        yield "nested_virt"
    if config.b_info.vpmu:
        yield "vpmu"
    mode = decisions.passthrough(config, facts)
    if mode != "disabled":
        yield "iommu"
    if mode == "sync_pt":
        yield "no_sharept"


def _image(config: DomainConfig, facts: HostFacts, placed: Placement | None) -> Iterator[AnyStep]:
    """CPUs, memory, and what the guest starts with."""
    info = config.b_info
    if config.c_info.type != "hvm" and info.bootloader:
        yield _run_bootloader(config, facts)
    if placed is not None:
        yield steps.PlaceOnNodes(
            nodes=placed.nodes,
            cpus=placed.cpus,
            free_kib=placed.free_kib,
            reason="fewest nodes, then fewest vCPUs",
        )
    yield steps.SetVcpus(
        maximum=config.max_vcpus,
        online=info.avail_vcpus or (0,),
        hard_affinity=info.vcpu_hard_affinity,
        soft_affinity=info.vcpu_soft_affinity,
        reason="their nodes give the memory",
    )
    yield steps.SetMemory(
        target_kib=config.memory_kib,
        max_kib=config.max_memory_kib,
        video_kib=decisions.video(config),
        shadow_kib=decisions.shadow(config, facts),
        reason="the limit, before pages are taken",
    )
    yield _load_kernel(config, facts)
    yield steps.PopulateMemory(
        now_kib=config.memory_kib,
        max_kib=config.max_memory_kib,
        on_demand=config.c_info.type != "pv" and config.memory_kib < config.max_memory_kib,
        reason="then the image goes into them",
    )
    if info.sched_params != SchedParams():
        params = info.sched_params
        yield steps.SetScheduler(weight=params.weight, cap=params.cap, reason="once the image is built")
    yield steps.IntroduceDomain(reason="xenstore serves it from here on")


def _hardware(config: DomainConfig) -> Iterator[AnyStep]:
    """Ports, interrupts and memory of devices that are given without their device."""
    info = config.b_info
    if info.ioports or info.irqs or info.iomem:
        yield steps.PermitHardware(
            ioports=tuple((one.first, one.number) for one in info.ioports),
            irqs=info.irqs,
            iomem=tuple((one.start, one.number) for one in info.iomem),
            reason="before QEMU, behind the disks",
        )


def _run_bootloader(config: DomainConfig, facts: HostFacts) -> steps.RunBootloader:
    info = config.b_info
    program = info.bootloader or ""
    given = {"kernel": info.kernel, "ramdisk": info.ramdisk, "args": info.cmdline}
    return steps.RunBootloader(
        program=program if "/" in program else f"{facts.lib_dir}/bin/{program}",
        args=(*(f"--{name}={value}" for name, value in given.items() if value), *info.bootloader_args),
        disk=next(filter(None, (device.boot_target() for device in config.devices)), ""),
        reason="the kernel is inside the disk",
    )


def _load_kernel(config: DomainConfig, facts: HostFacts) -> steps.LoadKernel:
    info = config.b_info
    if isinstance(info.u, Hvm):
        bios = "seabios" if info.u.bios == "unknown" else info.u.bios
        return steps.LoadKernel(
            kernel=info.u.firmware or f"{facts.lib_dir}/boot/hvmloader",
            firmware=info.u.system_firmware or bios,
            reason="the firmware; it finds the kernel",
        )
    if isinstance(info.u, Pvh) and info.u.pvshim:
        return steps.LoadKernel(
            kernel=info.u.pvshim_path or f"{facts.lib_dir}/boot/xen-shim",
            ramdisk="" if info.bootloader else info.kernel or "",
            cmdline=info.u.pvshim_cmdline or "",
            reason="the shim; it runs the PV kernel",
        )
    found = bool(info.bootloader)
    return steps.LoadKernel(
        kernel="" if found else info.kernel or "",
        ramdisk="" if found else info.ramdisk or "",
        cmdline=info.cmdline or "",
        reason="read and understood first",
    )


def _attachments(config: DomainConfig) -> Iterator[steps.Attach]:
    """Devices by phase, else in the order of the file."""
    counts: dict[str, int] = {}
    numbers: list[int] = []
    for device in config.devices:
        counts[device.KIND] = counts.get(device.KIND, -1) + 1
        numbers.append(device.number(counts[device.KIND]))
    pairs = [*zip(config.devices, numbers, strict=True), *_default_keyboard(config)]
    for device, number in sorted(pairs, key=lambda pair: pair[0].PHASE):
        yield steps.Attach(
            device=device,
            devid=number,
            backend=device.backend_kind(config.c_info.type),
            backend_domain=device.backend_domain(),
            reason=device.REASON,
        )


def _default_keyboard(config: DomainConfig) -> Iterator[tuple[DeviceRecord, int]]:
    """An HVM guest has a PV keyboard unless its file names some, or wants none."""
    hvm = config.b_info.u
    if isinstance(hvm, Hvm) and hvm.vkb_device is not False and not config.devices_of(Vkb):
        yield Vkb(), 0


def _device_model(config: DomainConfig, attached: list[steps.Attach], facts: HostFacts) -> Iterator[AnyStep]:
    program = config.b_info.device_model or facts.device_model
    if config.c_info.type == "hvm":
        kernel = config.b_info.kernel
        purpose = f"emulates the PC, boots {kernel}" if kernel else "emulates the PC"
        yield steps.StartDeviceModel(program=program, purpose=purpose, reason="after the disks, which it opens")
        return
    wanting = [step.device.KIND for step in attached if step.device.wants_device_model(step.backend)]
    if wanting:
        purpose = f"serves {', '.join(dict.fromkeys(wanting))}"
        yield steps.StartDeviceModel(program=program, purpose=purpose, reason="it serves devices that wait for it")


def _store_config(config: DomainConfig) -> steps.StoreConfig:
    return steps.StoreConfig(
        on_poweroff=config.on_poweroff,
        on_reboot=config.on_reboot,
        on_crash=config.on_crash,
        on_watchdog=config.on_watchdog,
        on_soft_reset=config.on_soft_reset,
        reason="complete; a restart builds from it",
    )
