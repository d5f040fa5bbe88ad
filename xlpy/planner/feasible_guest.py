"""What keeps a host from building a guest, of the guest itself: its type, pool, CPUs, labels; not files or devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.host import Problem
from xlpy.libxl import Hvm
from xlpy.planner import decisions
from xlpy.planner.decisions import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig

INVALID = 6
"""The exit status for ERROR_INVAL."""
_FAILED = 3
_MOST_VCPUS = 128
"""Of an HVM or PVH guest (Xen: HVM_MAX_VCPUS)."""
_VGA = {"unknown": "CIRRUS", "cirrus": "CIRRUS", "std": "STDVGA", "qxl": "QXL", "none": "NONE"}


def guest_problems(config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    """All of them, as libxl__domain_config_setdefault and the hypervisor find them."""
    yield from _labels(config, facts)
    yield from _pool(config, facts)
    yield from _type(config, facts)
    yield from _memory_kinds(config)
    yield from _video(config)
    yield from _vcpus(config, facts)
    yield from _affinity(config, facts)


def _labels(config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    """Without XSM libxl only warns, and the guest has no label."""
    named = {"c_info.ssid_label": config.c_info.ssid_label, "b_info.exec_ssid_label": config.b_info.exec_ssid_label}
    for setting, label in named.items():
        if label and not facts.xsm:
            yield Problem(
                code="no-xsm",
                line=f"XSM Disabled: {'init_' * (setting[0] == 'c')}seclabel not supported",
                advice=f"remove the label {label}, or start Xen with flask=enforcing and a policy",
                setting=setting,
                fatal=False,
            )


def _pool(config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    pool = config.c_info.pool_name
    if pool is not None and pool not in facts.pools:
        yield Problem(
            code="no-such-pool",
            line=f"libxl: error: Illegal pool specified: {pool}",
            advice=f"pools of this host: {', '.join(facts.pools)}",
            status=INVALID,
            setting="c_info.pool_name",
        )


def _type(config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    kind, arm = config.c_info.type, facts.machine == "aarch64"
    if kind == "hvm" and arm:
        yield _invalid("no-hvm", "Arm has no HVM guests", 'use type="pvh"', "c_info.type")
    elif kind != "pv" and not facts.hvm:
        words = f"this host cannot run {kind.upper()} guests"
        yield _invalid(
            "no-hvm", words, 'switch VT-x or AMD-V on in the firmware setup, or use type="pv"', "c_info.type"
        )
    elif kind != "pv" and config.c_info.hap and not facts.hap:
        words = "hap is enabled, but this host has no hardware assisted paging"
        yield _invalid("no-hap", words, "remove hap=1", "c_info.hap")
    elif kind != "pv" and not (facts.shadow or decisions.hap(config, facts)):
        words = "neither hap nor shadow paging available"
        yield _invalid("no-paging", words, "remove hap=0, or use another host", "c_info.hap")


def _memory_kinds(config: DomainConfig) -> Iterator[Problem]:
    """Populate on demand excludes some of the rest."""
    info, on_demand = config.b_info, config.memory_kib < config.max_memory_kib
    if config.c_info.type == "pv":
        if info.vnuma_nodes:
            words = "PV vNUMA is not yet supported"
            yield _invalid("vnuma-for-pv", words, 'remove vnuma=, or use type="pvh"', "b_info.vnuma_nodes")
        return
    equal = "give maxmem= the value of memory="
    if on_demand and info.vnuma_nodes:
        yield _invalid("pod-vnuma", "Cannot enable PoD and vNUMA at the same time", equal, "b_info.vnuma_nodes")
    if on_demand and info.altp2m != "disabled":
        yield _invalid("pod-altp2m", "Cannot enable PoD and ALTP2M at the same time", equal, "b_info.altp2m")
    if info.nested_hvm and info.altp2m != "disabled":
        words = "nestedhvm and altp2mhvm cannot be used together"
        yield _invalid("nested-altp2m", words, "remove one of the two", "b_info.altp2m")
    if isinstance(info.u, Hvm) and info.u.bios == "rombios":
        words = "qemu-xen does not support bios=rombios."
        yield _invalid("rombios", words, 'use bios="seabios"', "b_info.u.hvm.bios")


def _video(config: DomainConfig) -> Iterator[Problem]:
    if isinstance(config.b_info.u, Hvm):
        kind = config.b_info.u.vga.kind
        least = decisions.VIDEO[kind]
        if decisions.video(config) < least:
            words = f"videoram must be at least {least // MIB} MB for {_VGA[kind]} on QEMU_XEN"
            advice = f"videoram={least // MIB}, or leave it out"
            yield _invalid("videoram-too-small", words, advice, "b_info.video_memkb")


def _vcpus(config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    if config.c_info.type != "pv" and facts.machine == "x86_64" and config.max_vcpus > _MOST_VCPUS:
        yield Problem(
            code="too-many-vcpus",
            line="libxl: error: domain creation fail: Invalid argument",
            advice=f"{config.c_info.type.upper()} guests have at most {_MOST_VCPUS} vCPUs",
            status=_FAILED,
            setting="b_info.max_vcpus",
        )
    pool = config.c_info.pool_name or facts.pools[0]
    cpus = len(facts.cpus_of_pool(pool))
    if 0 < cpus < config.max_vcpus:
        yield Problem(
            code="vcpus-beyond-pcpus",
            line=f"{config.max_vcpus} vCPUs on the {cpus} pCPUs of {pool}: they wait for each other",
            advice=f"vcpus={cpus} or fewer, or another pool",
            setting="b_info.max_vcpus",
            fatal=False,
        )


def _affinity(config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    """A vCPU must have a pCPU of its pool; pCPUs that the host lacks are none, and all of them none is no pinning."""
    pool = config.c_info.pool_name or facts.pools[0]
    cpus = facts.cpus_of_pool(pool)
    for vcpu, hard in enumerate(config.b_info.vcpu_hard_affinity):
        there = [cpu for cpu in hard if cpu < facts.cpus]
        if there and cpus and not set(there) & set(cpus):
            yield Problem(
                code="pinned-outside-pool",
                line=f"libxl: error: setting affinity failed on vcpu `{vcpu}'",
                advice=f"{pool} has the pCPUs {ranges(cpus)}, and cpus= names {ranges(there)}",
                status=_FAILED,
                setting="b_info.vcpu_hard_affinity",
            )
            return


def _invalid(code: str, words: str, advice: str, setting: str) -> Problem:
    return Problem(code=code, line=f"libxl: error: {words}", advice=advice, status=INVALID, setting=setting)


def ranges(cpus: tuple[int, ...] | list[int]) -> str:
    """`0-3,8`."""
    found: list[list[int]] = []
    for cpu in sorted(set(cpus)):
        if found and cpu == found[-1][-1] + 1:
            found[-1].append(cpu)
        else:
            found.append([cpu])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in found)
