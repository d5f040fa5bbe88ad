"""HostFacts: what a plan, an affinity or a simulated host must know about a machine."""

from __future__ import annotations

from xlpy.record import Record


class HostFacts(Record):
    """A host. Memory is in KiB; `cores` and `nodes` say for each pCPU in which core and NUMA node it is."""

    name: str
    xen_version: str = "4.20.0"
    machine: str = "x86_64"
    kernel: str = "6.12.0-xlpy"
    cpu_mhz: int = 3000
    sockets: int = 2
    threads_per_core: int = 1
    nodes: tuple[int, ...] = (0, 0, 0, 0, 1, 1, 1, 1)
    memory_kib: int = 64 * 1024 * 1024
    dom0_memory_kib: int = 4 * 1024 * 1024
    dom0_vcpus: int = 4
    xen_memory_kib: int = 512 * 1024
    hvm: bool = True
    hap: bool = True
    iommu: bool = True
    bridges: tuple[str, ...] = ("xenbr0",)
    pools: tuple[str, ...] = ("Pool-0",)
    paths: tuple[str, ...] = (
        "/boot/*",
        "/dev/vg0/*",
        "/usr/lib/xen*/*",
        "/var/lib/xen/boot/*",
        "/var/lib/xen/images/*",
    )
    """Patterns of the files and block devices that a host which is only described has."""
    pci_assignable: tuple[str, ...] = ("0000:03:00.0", "0000:03:00.1", "0000:05:00.0")

    @property
    def cpus(self) -> int:
        """How many pCPUs there are."""
        return len(self.nodes)

    def node_cpus(self, node: int) -> tuple[int, ...]:
        """The pCPUs of a NUMA node; none when there is no such node."""
        return tuple(cpu for cpu, of in enumerate(self.nodes) if of == node)


BUILT_IN = HostFacts(name="xlpy-sim")
"""The simulated host as it is on the first day: 8 pCPUs in 2 NUMA nodes, 64 GiB."""
