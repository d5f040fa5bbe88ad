"""What Xen's own Python modules know beside libvirt: of the host, its domains, their vCPUs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from xlpy.executors.libvirt.modules import SCHEDULERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.executors import DomainInfo, HostInfo, VcpuInfo
    from xlpy.executors.libvirt.modules import Modules

_MIB = 1024
_NANO = 1e-9
_AS_TOLD = (
    "xen_extra",
    "xen_caps",
    "platform_params",
    "xen_changeset",
    "xen_commandline",
    "cc_compiler",
    "cc_compile_by",
    "cc_compile_domain",
    "cc_compile_date",
)
"""Fields of xl info that the module calls so, too."""


def completed(info: HostInfo, modules: Modules) -> HostInfo:
    """The same host with all that can be known on its own machine; without the module as it is."""
    if modules.control is None:
        return info
    xen, machine, numa = (modules.xen("info", method) for method in ("xeninfo", "physinfo", "numainfo"))
    nodes = [index for index, distances in enumerate(numa["node_to_node_dist"]) if distances]
    facts = info.facts.replace(
        xen_version=f"{xen['xen_major']}.{xen['xen_minor']}{xen['xen_extra']}",
        commandline=xen["xen_commandline"],
        iommu="hvm_directio" in machine["virt_caps"] or "pv_directio" in machine["virt_caps"],
        node_memory_kib=tuple(numa["node_memsize"][node] * _MIB for node in nodes),
        node_distances=tuple(tuple(numa["node_to_node_dist"][node]) for node in nodes),
        **_pools(modules),
        free_cpus=tuple(modules.xen("info", "cpupool_freeinfo")),
    )
    said = {name: xen[name] for name in _AS_TOLD} | {
        "version": os.uname().version,
        "cpu_mhz": f"{machine['cpu_khz'] // 1000}.{machine['cpu_khz'] % 1000:03}",
        "hw_caps": machine["hw_caps"],
        "virt_caps": " ".join(_virt_caps(machine["virt_caps"].split(), hap=facts.hap)),
        "build_id": modules.xen("info", "buildid"),
    }
    return info.replace(
        facts=facts,
        free_memory_kib=machine["free_memory"],
        node_free_kib=tuple(numa["node_memfree"][node] * _MIB for node in nodes),
        said=said,
        unknown=(),
    )


def _pools(modules: Modules) -> dict[str, tuple[Any, ...]]:
    """Names, pCPUs and schedulers of the cpupools, by number."""
    found = sorted(modules.xen("info", "cpupool_getinfo"), key=lambda pool: int(pool["cpupool"]))
    return {
        "pools": tuple(modules.read(f"/local/pool/{p['cpupool']}/name") or f"Pool-{p['cpupool']}" for p in found),
        "pool_cpus": tuple(tuple(pool["cpulist"]) for pool in found),
        "pool_schedulers": tuple(SCHEDULERS.get(pool["sched"], "") for pool in found),
    }


def _virt_caps(told: list[str], *, hap: bool) -> Iterator[str]:
    """In xl's order; of shadow paging and shared page tables nobody tells, every Xen of today has grant tables."""
    yield from (cap for cap in ("pv", "hvm", "hvm_directio", "pv_directio") if cap in told)
    yield from ("hap",) * hap
    yield from ("gnttab-v1", "gnttab-v2")


def domain_completed(info: DomainInfo, modules: Modules) -> DomainInfo:
    """A domain as Xen itself sees it: its pool, and what Xen's own xl did to it behind libvirt's back."""
    found = modules.xen("info", "domain_getinfo", info.domid, 1) if modules.control is not None else []
    if not found or found[0]["domid"] != info.domid:
        return info
    seen, pool = found[0], found[0]["cpupool"]
    stopped = bool(seen["shutdown"] or seen["crashed"])  # libxc takes a crash for no shutdown
    return info.replace(
        memory_kib=seen["mem_kb"],
        vcpus=seen["online_vcpus"],
        **{flag: bool(seen[flag]) for flag in ("running", "blocked", "paused", "dying")},
        shutdown=stopped,
        shutdown_reason=seen["shutdown_reason"] if stopped else 0,
        cpu_time=seen["cpu_time"] * _NANO,
        pool_number=pool,
        pool=modules.read(f"/local/pool/{pool}/name") or f"Pool-{pool}",
    )


def vcpus_completed(vcpus: Sequence[VcpuInfo], domid: int, modules: Modules) -> Sequence[VcpuInfo]:
    """The vCPUs as Xen itself sees them; it does not tell this module of soft affinities."""
    if modules.control is None:
        return vcpus
    return [_vcpu(vcpu, modules.xen("info", "vcpu_getinfo", domid, vcpu.vcpu)) for vcpu in vcpus]


def _vcpu(vcpu: VcpuInfo, seen: dict[str, Any]) -> VcpuInfo:
    return vcpu.replace(
        cpu=seen["cpu"],
        online=bool(seen["online"]),
        running=bool(seen["running"]),
        blocked=bool(seen["blocked"]),
        cpu_time=seen["cpu_time"] * _NANO,
        hard_affinity=tuple(seen["cpumap"]),
    )
