"""Plan + host -> problems: what libxl would find out halfway, said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.host import Problem
from xlpy.libxl import Hvm
from xlpy.planner import decisions, steps
from xlpy.planner.decisions import MIB
from xlpy.planner.feasible_devices import device_problems, held_twice
from xlpy.planner.feasible_guest import INVALID, guest_problems
from xlpy.planner.images import image_problems
from xlpy.planning import DEVICE_MODEL_PHASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.planner.plan import Plan


def problems(plan: Plan, facts: HostFacts) -> Iterator[Problem]:
    """All of them, in the order in which libxl meets them."""
    yield from _memory(plan, facts)
    yield from guest_problems(plan.config, facts)
    yield from _passthrough(plan.config, facts)
    yield from _devices(plan, facts, late=False)
    for step in plan.steps:
        if isinstance(step, steps.RunBootloader):
            yield from _bootloader(step, facts)
        elif isinstance(step, steps.LoadKernel):
            yield from _kernel(step, plan.config, facts)
        elif isinstance(step, steps.StartDeviceModel):
            yield from _device_model(step, plan.config, facts)
    yield from _devices(plan, facts, late=True)


def missing_file(path: str, setting: str, line: str = "xc: error: failed to open file '{path}'") -> Problem:
    """The problem of a file that is not there; LINE is xl's up to the reason."""
    return Problem(
        code="no-such-file",
        line=f"{line.format(path=path)}: No such file or directory",
        advice="check the path, or put the file there",
        setting=setting,
    )


def _memory(plan: Plan, facts: HostFacts) -> Iterator[Problem]:
    freeing = [step for step in plan.steps if isinstance(step, steps.FreeMemory)]
    need = sum(step.need_kib for step in freeing)
    most_kib = facts.guest_memory_kib + decisions.spare(facts) * any(step.ballooning for step in freeing)
    if need > most_kib:
        most = most_kib // MIB
        yield Problem(
            code="not-enough-memory",
            line="failed to free memory for the domain",
            advice=f"it needs {need // MIB} MiB, and this host has {most} MiB for guests: lower memory=",
            setting="b_info.target_memkb",
        )


def _passthrough(config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    wanted = any(device.PASSTHROUGH for device in config.devices)
    mode = decisions.passthrough(config, facts)
    if mode == "disabled":
        if wanted:
            yield _refused("passthrough disabled but devices are specified", "remove passthrough=, or the devices")
    elif not facts.iommu:
        advice = "switch VT-d or AMD-Vi on in the firmware setup, and give Xen iommu=1"
        yield _refused("passthrough not supported on this platform", advice)
    elif config.c_info.type == "pvh" and facts.machine == "x86_64":
        yield _refused("passthrough not yet supported for x86 PVH guests", 'use type="hvm" or type="pv"')
    elif mode == "share_pt" and not decisions.hap(config, facts):
        yield _refused('passthrough="share_pt" only valid for HAP guests', 'use passthrough="sync_pt", or hap=1')
    elif config.c_info.type != "pv" and config.memory_kib < config.max_memory_kib:
        words = "IOMMU required for device passthrough but not supported together with PoD"
        yield _refused(words, "give maxmem= the value of memory=: the guest must have all its memory from the start")


def _refused(words: str, advice: str) -> Problem:
    line = f"libxl: error: {words}"
    return Problem(code="passthrough", line=line, advice=advice, status=INVALID, setting="c_info.passthrough")


def _bootloader(step: steps.RunBootloader, facts: HostFacts) -> Iterator[Problem]:
    if not step.disk:
        yield Problem(
            code="no-boot-disk",
            line="libxl: error: cannot run bootloader with no boot disk",
            advice="give the guest a disk, or a kernel= instead of the bootloader",
            setting="b_info.bootloader",
        )
    if not facts.has(step.program):
        yield missing_file(step.program, "b_info.bootloader", "libxl: error: bootloader '{path}'")


def _kernel(step: steps.LoadKernel, config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    hvm = config.b_info.u if isinstance(config.b_info.u, Hvm) else None
    named = {"b_info.u.hvm.firmware" if hvm else "b_info.kernel": step.kernel, "b_info.ramdisk": step.ramdisk}
    if "/" in step.firmware:
        named["b_info.u.hvm.system_firmware"] = step.firmware
    elif hvm:
        named["b_info.u.hvm.bios"] = facts.ovmf if step.firmware == "ovmf" else facts.seabios
    named["b_info.device_tree"] = config.b_info.device_tree or ""
    for setting, path in named.items():
        if path and not facts.has(path):
            yield missing_file(path, setting)
    tables = {"acpi": hvm and hvm.acpi_firmware, "smbios": hvm and hvm.smbios_firmware}
    for name, table in tables.items():
        if table and not facts.has(table):
            line = f"libxl: error: failed to read {name.upper()} firmware file {{path}}"
            yield missing_file(table, f"b_info.u.hvm.{name}_firmware", line)
    if facts.machine != "aarch64":
        yield from image_problems(step, config, facts)


def _device_model(step: steps.StartDeviceModel, config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    if config.b_info.device_model and not facts.has(step.program):
        yield missing_file(step.program, "b_info.device_model", "libxl: error: device model {path} is not executable")
    if config.c_info.type == "hvm":
        for name in ("kernel", "ramdisk"):
            path = getattr(config.b_info, name)
            if path and not facts.has(path):
                yield missing_file(path, f"b_info.{name}")


def _devices(plan: Plan, facts: HostFacts, *, late: bool) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for device in plan.config.devices:
        index = seen.get(device.KIND, 0)
        seen[device.KIND] = index + 1
        if (device.PHASE >= DEVICE_MODEL_PHASE) == late:
            for problem in device.problems(facts, f"{device.KIND}[{index}]"):
                emulated = plan.config.c_info.type == "hvm"  # QEMU opens all disks, and ends when it cannot
                yield problem.replace(fatal=problem.fatal or emulated)
            yield from device_problems(device, plan.config, facts, f"{device.KIND}[{index}]")
    if not late:
        yield from held_twice(plan.config)
