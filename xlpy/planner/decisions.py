"""What libxl decides where a configuration leaves it open, and the memory that follows from it.

Memory is in KiB (Xen: libxl_create.c, libxl_mem.c, libxl_x86.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.libxl import LEAST_VIDEORAM, UNSET64, DomainConfig, Hvm, Pvh

if TYPE_CHECKING:
    from xlpy.host import HostFacts

MIB = 1024
_NEED_STEP = 2 * MIB
_STUBDOM = 128 * MIB
_LEAST_DOM0 = 128 * MIB
_ARM_PAGES = 128
"""Pages that Arm keeps for a guest beside those that follow from its memory."""
VIDEO = {kind: size * MIB for kind, size in LEAST_VIDEORAM.items()}
"""The least video memory of each kind of VGA, which is also the default."""


def hap(config: DomainConfig, facts: HostFacts) -> bool:
    """Whether the guest's memory is mapped by hardware assisted paging."""
    given = config.c_info.hap
    return config.c_info.type != "pv" and (facts.hap if given is None else given)


def passthrough(config: DomainConfig, facts: HostFacts) -> str:
    """Disabled, sync_pt (the IOMMU has page tables of its own) or share_pt (those of HAP)."""
    mode = config.c_info.passthrough
    if mode == "default":
        mode = "enabled" if any(device.PASSTHROUGH for device in config.devices) else "disabled"
    if mode == "enabled":
        mode = "share_pt" if hap(config, facts) else "sync_pt"
    return mode


def balloonable(facts: HostFacts) -> int:
    """What Domain-0 gives up for guests: all but 128 MiB, unless Xen's command line fixes its size."""
    return 0 if "dom0_mem=" in facts.xen_commandline else spare(facts)


def spare(facts: HostFacts) -> int:
    """What Domain-0 has above the least that libxl leaves it."""
    return max(0, facts.dom0_memory_kib - _LEAST_DOM0)


def for_machine(config: DomainConfig, facts: HostFacts) -> DomainConfig:
    """The configuration as libxl takes it: on Arm PV guests are PVH guests."""
    if facts.machine != "aarch64" or config.c_info.type != "pv":
        return config
    return config.replace(c_info=config.c_info.replace(type="pvh"), b_info=config.b_info.replace(u=Pvh()))


def need(config: DomainConfig, facts: HostFacts) -> int:
    """What the host must have free: target, page tables, and what libxl keeps in reserve, in steps of 2 MiB."""
    total = config.memory_kib + shadow(config, facts) + iommu(config, facts)
    if config.c_info.type == "pv":
        total += MIB
    else:
        total += 2 * MIB
        if config.b_info.device_model_stubdomain:
            stubdom = config.b_info.stubdomain_memkb
            total += (_STUBDOM if stubdom == UNSET64 else stubdom) + video(config)
    return -(-total // _NEED_STEP) * _NEED_STEP


def shadow(config: DomainConfig, facts: HostFacts) -> int:
    """Page tables that Xen keeps for the guest."""
    given = config.b_info.shadow_memkb
    if given != UNSET64:
        return given
    per_mib = (config.c_info.type != "pv") + (not hap(config, facts))
    arch = _ARM_PAGES if facts.machine == "aarch64" else 0
    return 4 * (256 * config.max_vcpus + per_mib * (config.max_memory_kib // MIB) + arch)


def iommu(config: DomainConfig, facts: HostFacts) -> int:
    """Four levels of page tables for the IOMMU, when it has its own."""
    given = config.b_info.iommu_memkb
    if given != UNSET64:
        return given
    if passthrough(config, facts) != "sync_pt":
        return 0
    entries, tables = config.max_memory_kib // 4, 0
    for _ in range(4):
        entries = -(-entries // 512)
        tables += entries
    return tables * 4


def video(config: DomainConfig) -> int:
    """Video memory, a part of the target; only HVM guests have any."""
    if not isinstance(config.b_info.u, Hvm):
        return 0
    given = config.b_info.video_memkb
    return VIDEO[config.b_info.u.vga.kind] if given == UNSET64 else given


def acpi(config: DomainConfig) -> bool:
    """Whether the guest gets ACPI tables, where it has a choice."""
    hvm = config.b_info.u.acpi if isinstance(config.b_info.u, Hvm) else None
    given = hvm if config.b_info.acpi is None else config.b_info.acpi
    return given is not False
