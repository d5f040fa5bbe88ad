"""xl's tables of domains and vCPUs: values -> text, to the byte."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from xlpy.executors import DomainInfo, VcpuInfo
    from xlpy.executors.pools import Pool

UNKNOWN = "?"
"""What the host does not know."""
REASON_LETTERS = "-rscwS"
"""What stands in the fifth place of a state: poweroff, reboot, suspend, crash, watchdog, soft reset."""

LIST_HEADER = "Name                                        ID   Mem VCPUs\tState\tTime(s)"
VM_LIST_HEADER = "UUID                                  ID    name\n"
VCPU_HEADER = f"{'Name':32} {'ID':>5} {'VCPU':>5} {'CPU':>5} {'State':>5} {'Time(s)':>9} Affinity (Hard / Soft)\n"
SHARING_HEADER = "Name                                        ID   Mem Shared\n"
POOL_HEADER = f"{'Name':19}CPUs   Sched     Active   Domain count\n"
POOL_CPUS_HEADER = f"{'Name':19}CPU list\n"
UPTIME_HEADER = f"{'Name':33} {'ID':>4} Uptime\n"

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def padded(text: str, width: int) -> str:
    """Left-justified as C does it, by bytes."""
    return text + " " * (width - len(os.fsencode(text)))


def number_set(numbers: Collection[int], count: int) -> str:
    """A set of the numbers below COUNT: all, none or ranges like 0-3,5."""
    members = sorted(number for number in set(numbers) if number < count)
    if len(members) == count:
        return "all"
    ranges: list[list[int]] = []
    for number in members:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges) or "none"


def state(domain: DomainInfo) -> str:
    """The six letters of xl list."""
    reason = domain.shutdown_reason if domain.shutdown else 0
    return "".join(
        (
            "r" if domain.running else "-",
            "b" if domain.blocked else "-",
            "p" if domain.paused else "-",
            "s" if domain.shutdown else "-",
            REASON_LETTERS[reason] if 0 <= reason < len(REASON_LETTERS) else "?",
            "d" if domain.dying else "-",
        )
    )


def list_header(
    *, verbose: bool = False, context: bool = False, claims: bool = False, pool: bool = False, numa: bool = False
) -> str:
    """The first line of xl list and xl claims."""
    parts = [LIST_HEADER]
    if verbose:
        parts.append("   UUID                            Reason-Code\tSecurity Label")
    elif context:
        parts.append("   Security Label")
    if claims:
        parts.append("  Claimed")
    if pool:
        parts.append("         Cpupool")
    if numa:
        parts.append(" NODE Affinity")
    return "".join(parts) + "\n"


def list_row(
    domain: DomainInfo, *, verbose: bool = False, context: bool = False, pool: bool = False, nodes: str | None = None
) -> str:
    """One line of xl list; NODES is the affinity to NUMA nodes where it is wanted."""
    numbers = f"{domain.domid:5} {domain.memory_kib // 1024:5} {domain.vcpus:5}"
    parts = [f"{padded(domain.name, 40)} {numbers}     {state(domain)}  {domain.cpu_time:8.1f}"]
    if verbose:
        parts.append(f" {domain.uuid} {f'{domain.shutdown_reason:x}' if domain.shutdown else '-':>8}")
    if verbose or context:
        parts.append(f" {domain.label or '-':>16}")
    if pool:
        parts.append(f"{domain.pool:>16}")
    if nodes is not None:
        parts.append(f" {nodes}")
    return "".join(parts) + "\n"


def claim_row(domain: DomainInfo, outstanding_kib: int) -> str:
    """One line of xl claims; what is claimed counts as memory, too."""
    shown = domain.replace(memory_kib=domain.memory_kib + outstanding_kib)
    return f"{list_row(shown).removesuffix(chr(10))} {outstanding_kib // 1024:5}\n"


def sharing_row(domain: DomainInfo, shared_kib: int) -> str:
    """One line of xl sharing."""
    return f"{padded(domain.name, 40)} {domain.domid:5} {domain.memory_kib // 1024:5}  {shared_kib // 1024:5}\n"


def pool_row(pool: Pool, *, cpus: bool = False) -> str:
    """One line of xl cpupool-list, or of xl cpupool-list -c."""
    name = padded(pool.name, 19)
    if cpus:
        return f"{name}{','.join(map(str, pool.cpus))}\n"
    return f"{name}{len(pool.cpus):3} {pool.scheduler:>9}       y       {pool.domains:4}\n"


def vm_list_row(domain: DomainInfo) -> str:
    """One line of xl vm-list."""
    return f"{domain.uuid}  {domain.domid}    {padded(domain.name, 30)}\n"


def vcpu_row(domain: DomainInfo, vcpu: VcpuInfo, cpus: int) -> str:
    """One line of xl vcpu-list, on a host with so many pCPUs."""
    if vcpu.online:
        where = f"{vcpu.cpu:5}   {'r' if vcpu.running else '-'}{'b' if vcpu.blocked else '-'}- "
    else:
        where = "    -   --p "
    soft = UNKNOWN if vcpu.soft_affinity is None else number_set(vcpu.soft_affinity, cpus)
    affinity = f"{number_set(vcpu.hard_affinity, cpus)} / {soft}"
    return f"{padded(domain.name, 32)} {domain.domid:5} {vcpu.vcpu:5}{where}{vcpu.cpu_time:9.1f}  {affinity}\n"


def node_affinity(vcpus: Iterable[VcpuInfo], nodes: Sequence[int]) -> str:
    """The NUMA nodes of a domain, as Xen derives them from its vCPUs. NODES has the node of each pCPU."""
    known = list(vcpus)
    cpus = {
        cpu
        for vcpu in known
        for cpu in (set(vcpu.hard_affinity).intersection(vcpu.soft_affinity or ()) or vcpu.hard_affinity)
        if cpu < len(nodes)
    }
    found = {nodes[cpu] for cpu in cpus}
    is_open = len(found) > 1 and any(vcpu.soft_affinity is None for vcpu in known)
    return UNKNOWN if is_open else number_set(found, len(set(nodes)))


def duration(seconds: float, *, short: bool = False) -> str:
    """A time as xl uptime writes it; the short form has no seconds."""
    whole = int(seconds)
    days = whole // _DAY
    text = f"{whole % _DAY // _HOUR:2}:{whole % _HOUR // _MINUTE:02}"
    if not short:
        text += f":{whole % _MINUTE:02}"
    return f"{days} day{'s' if days > 1 else ''}, {text}" if days else text


def uptime_row(domain: DomainInfo) -> str:
    """One line of xl uptime."""
    return f"{padded(domain.name, 33)} {domain.domid:4} {_uptime(domain)}\n"


def short_uptime_row(domain: DomainInfo, clock: str) -> str:
    """One line of xl uptime -s; CLOCK is the time of day as HH:MM:SS."""
    return f" {clock} up {_uptime(domain, short=True)}, {domain.name} ({domain.domid})\n"


def _uptime(domain: DomainInfo, *, short: bool = False) -> str:
    return UNKNOWN if domain.uptime is None else duration(domain.uptime, short=short)
