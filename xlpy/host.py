"""HostFacts: what a plan, an affinity or a simulated host must know about a machine."""

from __future__ import annotations

from xlpy.record import Record


class Problem(Record):
    """Why a host cannot do what a configuration asks: a line in xl's words, the way out, and xl's exit status."""

    code: str
    line: str
    advice: str
    status: int = 3
    setting: str = ""
    """The field of libxl_domain_config that asks for it, as `b_info.kernel` or `disks[0]`."""


class Claim(Record):
    """Something of the host that domains cannot all have at once."""

    kind: str
    """What it is: disk, pci."""
    what: str
    shared: bool = False
    """Other domains may hold it too, when they share it as well."""
    advice: str = ""
    """The way out when another domain holds it."""


class HostFacts(Record):
    """A host. Memory is in KiB; `nodes` says for each pCPU in which NUMA node it is."""

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
    free_cpus: tuple[int, ...] = ()
    """The pCPUs that are in no cpupool."""
    scheduler: str = "credit2"
    """Of the host, and of the cpupools that ask for none."""
    paths: tuple[str, ...] = (
        "/boot/*",
        "/dev/vg0/*",
        "/usr/lib/xen*/*",
        "/usr/local/lib/xen/*",
        "/var/lib/xen/boot/*",
        "/var/lib/xen/images/*",
        "/var/lib/xen/iso/*",
    )
    """Patterns of the files and block devices that a host which is only described has."""
    lib_dir: str = "/usr/lib/xen-4.20"
    """Where Xen keeps its firmware (boot/) and private programs (bin/)."""
    device_model: str = "/usr/libexec/xen-qemu-system-i386"
    pci_assignable: tuple[str, ...] = ("0000:02:00.0", "0000:03:00.0", "0000:03:00.1", "0000:05:00.0")
    unchecked: tuple[str, ...] = ()
    """The problems, by code, that only the host itself can find."""

    @property
    def cpus(self) -> int:
        """How many pCPUs there are."""
        return len(self.nodes)

    def node_cpus(self, node: int) -> tuple[int, ...]:
        """The pCPUs of a NUMA node; none when there is no such node."""
        return tuple(cpu for cpu, of in enumerate(self.nodes) if of == node)

    @property
    def guest_memory_kib(self) -> int:
        """What Xen and Domain-0 leave for guests."""
        return self.memory_kib - self.xen_memory_kib - self.dom0_memory_kib

    def has(self, path: str) -> bool:
        """Whether a file (not a directory) or block device is there: on this machine, or by a pattern of `paths`.

        A relative path is also looked for in /dev, as Xen's block script does.
        """
        from fnmatch import fnmatchcase
        from posixpath import normpath

        if any(fnmatchcase(normpath(path), pattern) for pattern in self.paths):
            return True
        return _exists(path) or (not path.startswith("/") and _exists(f"/dev/{path}"))


def _exists(path: str) -> bool:
    from pathlib import Path

    try:
        return Path(path).exists() and not Path(path).is_dir()
    except OSError:  # a directory on the way may not be read, or the name is too long
        return False


BUILT_IN = HostFacts(name="xlpy-sim")
"""The simulated host as it is on the first day: 8 pCPUs in 2 NUMA nodes, 64 GiB."""
