"""Domains of libvirt -> DomainInfo and VcpuInfo, as far as libvirt knows.

Libvirt does not know: what Xen's own xl did to a domain (pause, rename), its cpupool, since when it runs, and soft
affinities. Whether it runs or waits is told by its vCPUs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree.ElementTree import Element, fromstring

from xlpy.executors import DomainInfo, VcpuInfo
from xlpy.executors.libvirt import vcpus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlpy.executors.libvirt.vcpus import Vcpu

PAUSED, SHUTOFF, CRASHED, SUSPENDED = 3, 5, 6, 7
"""States of domains (VIR_DOMAIN_*); in all others they run."""
SHUTOFF_CRASHED = 3
"""A reason of SHUTOFF."""
NAMESPACE = "https://xen.project/xlpy/1"
STARTED, KEPT = "started", "kept"
"""Elements of the metadata: as which domid a domain was built, and when; that only config-update has it kept."""
UNKNOWN_POOL = "?"
_POWEROFF, _SUSPEND, _CRASH = 0, 2, 3
_TYPES = {"xenpvh": "pvh", "hvm": "hvm"}
_NANO = 1e-9


class Look(NamedTuple):
    """What libvirt says of one domain at one time."""

    domid: int
    numbers: Sequence[int]
    """State, maximal memory and memory (KiB), vCPUs, CPU time (ns)."""
    reason: int
    """Of the state."""
    xml: str
    vcpus: Sequence[Vcpu]


def look(domain: Any, read_vcpus: Callable[[Any, int], Sequence[Vcpu]]) -> Look:
    """Ask, in the thread of the link; READ_VCPUS gets the domain and how many vCPUs it can have."""
    numbers = domain.info()
    xml = domain.XMLDesc(0)
    stopped = numbers[0] in (SHUTOFF, CRASHED)
    most = int(fromstring(xml).findtext("vcpu") or numbers[3])
    return Look(
        domid=domain.ID(),
        numbers=numbers,
        reason=domain.state()[1] if stopped else 0,
        xml=xml,
        vcpus=() if stopped else read_vcpus(domain, most),
    )


def domain_info(seen: Look, now: float, dom0_uptime: float | None) -> DomainInfo:
    """As xl list sees it; NOW in seconds since 1970."""
    state, maximum, memory, count, time = seen.numbers
    root = fromstring(seen.xml)
    runs = state not in (PAUSED, SHUTOFF, CRASHED, SUSPENDED)
    states = [vcpu.state for vcpu in seen.vcpus if _is_online(vcpu, count)]
    running = runs and vcpus.RUNNING in states
    return DomainInfo(
        domid=seen.domid,
        name=root.findtext("name") or "",
        uuid=root.findtext("uuid") or "",
        type=_TYPES.get(root.findtext("./os/type") or "", "pv"),
        memory_kib=memory,
        max_memory_kib=maximum,
        vcpus=len(states) or count,
        max_vcpus=int(root.findtext("vcpu") or count),
        running=running,
        blocked=runs and not running and set(states) == {vcpus.BLOCKED},
        paused=state == PAUSED,
        shutdown=state in (SHUTOFF, CRASHED, SUSPENDED),
        shutdown_reason=shutdown_reason(state, seen.reason),
        cpu_time=time * _NANO,
        uptime=_uptime(root, seen.domid, now) if seen.domid else dom0_uptime,
        pool=UNKNOWN_POOL,
        label=root.findtext("./seclabel/label") or "",
    )


def vcpu_infos(seen: Look, cpus: int) -> list[VcpuInfo]:
    """As xl vcpu-list sees them, on a host with so many CPUS."""
    everywhere = tuple(range(cpus))
    return [
        VcpuInfo(
            vcpu=vcpu.number,
            cpu=vcpu.cpu,
            online=_is_online(vcpu, seen.numbers[3]),
            running=vcpu.state == vcpus.RUNNING,
            blocked=vcpu.state == vcpus.BLOCKED,
            cpu_time=vcpu.time * _NANO,
            hard_affinity=vcpu.affinity or everywhere,
            soft_affinity=None,
        )
        for vcpu in seen.vcpus
    ]


def _is_online(vcpu: Vcpu, count: int) -> bool:
    """Libvirt tells only what it has asked for; a vCPU that has never run was not started by the guest."""
    never_ran = vcpu.number > 0 and vcpu.state == vcpus.OFFLINE and vcpu.time == 0
    return vcpu.number < count and not never_ran


def shutdown_reason(state: int, reason: int) -> int:
    """Why it shut down, as Xen numbers it; libvirt takes a reboot for a poweroff."""
    if state == SUSPENDED:
        return _SUSPEND
    return _CRASH if state == CRASHED or reason == SHUTOFF_CRASHED else _POWEROFF


def started_element(domid: int, now: float) -> str:
    """The element that tells the uptime later."""
    return f'<{STARTED} domid="{domid}" at="{now:.0f}"/>'


def marked_kept(xml: str) -> str:
    """The XML of a domain with the mark that libvirt keeps it only because of config-update."""
    mark = f'<metadata>\n    <xlpy:{KEPT} xmlns:xlpy="{NAMESPACE}"/>\n  </metadata>'
    end = "</domain>\n"
    return f"{xml.removesuffix(end)}  {mark}\n{end}"


def is_marked_kept(xml: str) -> bool:
    """Whether the mark is there."""
    return fromstring(xml).find(f"./metadata/{{{NAMESPACE}}}{KEPT}") is not None


def _uptime(root: Element, domid: int, now: float) -> float | None:
    """Only of domains that xlpy built; one that rebooted has another domid."""
    element = root.find(f"./metadata/{{{NAMESPACE}}}{STARTED}")
    if element is None or element.get("domid") != str(domid):
        return None
    at = element.get("at", "")
    return max(0.0, now - int(at)) if at.isdecimal() else None
