"""What xl info says: facts of a host -> text, to the byte."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import HostInfo
    from xlpy.host import HostFacts

NAME_WIDTH = 23
NUMA = "numa_info"
"""The field for which the tables stand that xl info -n adds."""
_MIB = 1024


def info_fields(host: HostInfo) -> list[tuple[str, str]]:
    """The fields of xl info in its order."""
    return [*_known(host, _hardware(host)), *_known(host, _software(host.facts))]


def _known(host: HostInfo, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, host.said.get(name, value)) for name, value in fields if name not in host.unknown]


def _hardware(host: HostInfo) -> list[tuple[str, str]]:
    facts = host.facts
    return [
        ("host", facts.name),
        ("release", facts.kernel),
        ("version", "#1 SMP PREEMPT_DYNAMIC"),
        ("machine", facts.machine),
        ("nr_cpus", str(facts.cpus)),
        ("max_cpu_id", str(facts.cpus - 1)),
        ("nr_nodes", str(len(set(facts.nodes)))),
        ("cores_per_socket", str(_cores_per_socket(facts))),
        ("threads_per_core", str(facts.threads_per_core)),
        ("cpu_mhz", f"{facts.cpu_mhz}.000"),
        ("hw_caps", ":".join(["00000000"] * 8)),
        ("virt_caps", " ".join(_virt_caps(facts))),
        ("total_memory", str(facts.memory_kib // _MIB)),
        ("free_memory", str(host.free_memory_kib // _MIB)),
        ("sharing_freed_memory", str(host.sharing_freed_kib // _MIB)),
        ("sharing_used_memory", str(host.sharing_used_kib // _MIB)),
        ("outstanding_claims", str(host.claims_kib // _MIB)),
        ("free_cpus", str(len(facts.free_cpus))),
    ]


def _software(facts: HostFacts) -> list[tuple[str, str]]:
    major, minor, extra = [*facts.xen_version.split(".", 2), ""][:3]
    caps = [f"xen-3.0-{facts.machine}"]
    if facts.hvm:
        caps += ["hvm-3.0-x86_32", "hvm-3.0-x86_32p", "hvm-3.0-x86_64"]
    return [
        ("xen_major", major),
        ("xen_minor", minor),
        ("xen_extra", f".{extra}" if extra else ""),
        ("xen_version", facts.xen_version),
        ("xen_caps", "".join(f"{cap} " for cap in caps)),
        ("xen_scheduler", facts.scheduler),
        ("xen_pagesize", "4096"),
        ("platform_params", "virt_start=0xffff800000000000"),
        ("xen_changeset", ""),
        ("xen_commandline", facts.xen_commandline),
        ("cc_compiler", ""),
        ("cc_compile_by", ""),
        ("cc_compile_domain", ""),
        ("cc_compile_date", ""),
        ("build_id", ""),
        ("xend_config_format", "4"),
    ]


def _virt_caps(facts: HostFacts) -> list[str]:
    caps = ["pv"]
    if facts.hvm:
        caps.append("hvm")
    if facts.iommu:
        caps += ["hvm_directio", "pv_directio"] if facts.hvm else ["pv_directio"]
    if facts.hap:
        caps.append("hap")
    if facts.shadow:
        caps.append("shadow")
    if facts.hap and facts.iommu and facts.iommu_shares_tables:
        caps.append("iommu_hap_pt_share")
    return [*caps, "gnttab-v1", "gnttab-v2"]


def _cores_per_socket(facts: HostFacts) -> int:
    return max(1, facts.cpus // (facts.sockets * facts.threads_per_core))


def info_line(name: str, value: str) -> str:
    """One line of xl info."""
    return f"{name:{NAME_WIDTH}}: {value}\n"


def info_text(host: HostInfo, *, numa: bool = False) -> str:
    """All of xl info; the tables of NUMA stand between hardware and software."""
    tables = _topology(host.facts) + _numa(host) if numa and NUMA not in host.unknown else ""
    hardware, software = (
        "".join(info_line(name, value) for name, value in _known(host, fields))
        for fields in (_hardware(host), _software(host.facts))
    )
    return hardware + tables + software


def _topology(facts: HostFacts) -> str:
    cores, threads = _cores_per_socket(facts), facts.threads_per_core
    rows = [
        f"{cpu:3}:    {cpu // threads % cores:4}     {cpu // (threads * cores):4}     {node:4}\n"
        for cpu, node in enumerate(facts.nodes)
    ]
    return (
        f"{'cpu_topology':{NAME_WIDTH}}:\ncpu:    core    socket     node\n{''.join(rows)}"
        f"{'device topology':{NAME_WIDTH}}:\ndevice           node\nNo device topology data available\n"
    )


def _numa(host: HostInfo) -> str:
    nodes = sorted(set(host.facts.nodes))
    even = [host.free_memory_kib // len(nodes)] * len(nodes)
    sizes = [f"{host.facts.node_size(node) // _MIB:6}" for node in nodes]
    rows = [
        f"{node:4}:    {size}     {free // _MIB:6}      {_distances(host.facts, node)}\n"
        for node, size, free in zip(nodes, sizes, host.node_free_kib or even, strict=True)
    ]
    return f"{'numa_info':{NAME_WIDTH}}:\nnode:    memsize    memfree    distances\n{''.join(rows)}"


def _distances(facts: HostFacts, node: int) -> str:
    return ",".join(str(facts.distance(node, other)) for other in facts.node_ids)
