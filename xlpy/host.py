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
    """The field of libxl_domain_config that asks for it, as `b_info.kernel` or `disk[0].pdev_path`."""
    fatal: bool = True
    """The guest cannot be built; else xl builds it, but not as the file asks for."""


def missing_script(script: str, facts: HostFacts, setting: str) -> Problem:
    """The problem of a hotplug script that is not there."""
    path = script if "/" in script else f"{facts.script_dir}/{script}"
    return Problem(
        code="no-such-script",
        line=f"libxl: cannot execute {path}: No such file or directory",
        advice=f"{facts.name} has {', '.join(facts.scripts) or 'none'} in {facts.script_dir}: choose one with script=",
        setting=setting,
    )


class Claim(Record):
    """Something of the host that domains cannot all have at once."""

    kind: str
    """What it is: disk, pci."""
    what: str
    shared: bool = False
    """Other domains may hold it too, when they share it as well."""
    advice: str = ""
    """The way out when another domain holds it."""


class PciDevice(Record):
    """A PCI function of a host."""

    bdf: str
    """Its address, as 0000:03:00.0."""
    what: str = ""
    """Vendor, device and class in words or numbers."""
    driver: str = ""
    """The driver of Domain-0 that holds it; pciback when guests may have it."""
    node: int = -1
    """The NUMA node to which it is wired; -1 when that is not known."""
    reset: bool = True
    """The kernel can reset it, which is done whenever a domain gets or loses it."""


class UsbDevice(Record):
    """A USB device of a host, by the bus and address that usbdev= names."""

    bus: int
    address: int
    vendor: int = 0
    product: int = 0
    what: str = ""


class VolumeGroup(Record):
    """An LVM volume group; its volumes are block devices below /dev/NAME."""

    name: str
    size_kib: int = 0
    free_kib: int = 0
    volumes: tuple[str, ...] = ()


class Directory(Record):
    """A directory with images, and the room of its file system."""

    path: str
    size_kib: int = 0
    free_kib: int = 0


class HostFacts(Record):
    """A host; docs/host-facts.md has each field. Memory is in KiB; `nodes` has for each pCPU its NUMA node."""

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
    dom0_nodes: tuple[int, ...] = ()
    """The NUMA nodes of which Domain-0 has its memory; all when it is empty."""
    node_memory_kib: tuple[int, ...] = ()
    """For each NUMA node in ascending order its memory; empty: all have the same."""
    node_free_kib: tuple[int, ...] = ()
    """For each NUMA node what was free when this was recorded; empty: what Xen and Domain-0 leave."""
    node_distances: tuple[tuple[int, ...], ...] = ()
    """For each NUMA node how far it is to each; empty: 10 to itself, 20 to the others."""
    xen_memory_kib: int = 512 * 1024
    hvm: bool = True
    hap: bool = True
    shadow: bool = True
    """Xen can run guests by shadow page tables where there is no HAP."""
    iommu: bool = True
    iommu_shares_tables: bool = True
    """The IOMMU can use the page tables of HAP."""
    commandline: str = ""
    """Of Xen; empty: dom0_mem and dom0_max_vcpus of the Domain-0 that is described."""
    xsm: str = ""
    """The security module that enforces labels: flask; empty for none."""
    bridges: tuple[str, ...] = ("xenbr0",)
    nics: tuple[str, ...] = ()
    """The physical network interfaces."""
    bridge_nics: tuple[tuple[str, ...], ...] = ()
    """For each bridge the physical interfaces that are its ports; empty when that is not known."""
    pools: tuple[str, ...] = ("Pool-0",)
    pool_cpus: tuple[tuple[int, ...], ...] = ()
    """For each cpupool its pCPUs; empty: the first has all that are in some pool."""
    pool_schedulers: tuple[str, ...] = ()
    """For each cpupool its scheduler; empty: that of the host."""
    free_cpus: tuple[int, ...] = ()
    """The pCPUs that are in no cpupool."""
    scheduler: str = "credit2"
    """Of the host, and of the cpupools that ask for none."""
    schedulers: tuple[str, ...] = ("credit", "credit2", "rtds", "arinc653", "null")
    """Those that Xen was built with, for further cpupools."""
    info: tuple[str, ...] = ()
    """Fields of xl info that nothing here determines, as `NAME: VALUE`."""
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
    local_files: bool = True
    """The files of the machine that xlpy runs on count, too: what is described is that machine, or simulated on it."""
    volume_groups: tuple[VolumeGroup, ...] = ()
    directories: tuple[Directory, ...] = ()
    lib_dir: str = "/usr/lib/xen-4.20"
    """Where Xen keeps its firmware (boot/) and private programs (bin/)."""
    device_model: str = "/usr/libexec/xen-qemu-system-i386"
    seabios: str = ""
    """The file that bios="seabios" loads; empty when that is not known."""
    ovmf: str = ""
    """The file that bios="ovmf" loads; empty when that is not known."""
    script_dir: str = "/etc/xen/scripts"
    scripts: tuple[str, ...] = (
        "block",
        "block-common.sh",
        "block-drbd-probe",
        "block-dummy",
        "block-iscsi",
        "block-nbd",
        "block-tap",
        "vif-bridge",
        "vif-nat",
        "vif-openvswitch",
        "vif-route",
        "vif-setup",
        "vif2",
    )
    """The hotplug scripts in `script_dir`."""
    pci_devices: tuple[PciDevice, ...] = ()
    """Its PCI functions; empty when they are not known."""
    usb_devices: tuple[UsbDevice, ...] = ()
    ports: tuple[int, ...] = ()
    """The TCP ports that are taken, among them those of VNC from 5900 on."""
    domains: tuple[str, ...] = ()
    """The names of the guests that ran there when this was recorded."""
    pci_assignable: tuple[str, ...] = ("0000:02:00.0", "0000:03:00.0", "0000:03:00.1", "0000:05:00.0")
    unchecked: tuple[str, ...] = ()
    """The problems, by code, that only the host itself can find."""

    @property
    def cpus(self) -> int:
        """How many pCPUs there are."""
        return len(self.nodes)

    @property
    def node_ids(self) -> tuple[int, ...]:
        """The NUMA nodes, ascending."""
        return tuple(sorted(set(self.nodes)))

    def node_size(self, node: int) -> int:
        """The memory of a NUMA node, in KiB."""
        ids = self.node_ids
        return self.node_memory_kib[ids.index(node)] if self.node_memory_kib else self.memory_kib // len(ids)

    def node_free(self, node: int) -> int:
        """What a NUMA node has for guests while none runs, or what was free in it when that was recorded, in KiB."""
        ids = self.node_ids
        if self.node_free_kib:
            return self.node_free_kib[ids.index(node)]
        holding = self.dom0_nodes or ids
        dom0 = self.dom0_memory_kib // len(holding) if node in holding else 0
        return max(0, self.node_size(node) - self.xen_memory_kib // len(ids) - dom0)

    def distance(self, one: int, other: int) -> int:
        """How far it is from one NUMA node to another, as the firmware says it."""
        if not self.node_distances:
            return 10 if one == other else 20
        ids = self.node_ids
        return self.node_distances[ids.index(one)][ids.index(other)]

    def cpus_of_pool(self, pool: str) -> tuple[int, ...]:
        """The pCPUs of a cpupool; none when there is no such pool."""
        if pool not in self.pools:
            return ()
        at = self.pools.index(pool)
        if self.pool_cpus:
            return self.pool_cpus[at]
        return () if at else tuple(cpu for cpu in range(self.cpus) if cpu not in self.free_cpus)

    def scheduler_of_pool(self, pool: str) -> str:
        """The scheduler of a cpupool."""
        known = self.pool_schedulers and pool in self.pools
        return self.pool_schedulers[self.pools.index(pool)] if known else self.scheduler

    @property
    def xen_commandline(self) -> str:
        """The command line of Xen; where none is described, what says how large Domain-0 is."""
        return self.commandline or f"dom0_mem={self.dom0_memory_kib // 1024}M dom0_max_vcpus={self.dom0_vcpus}"

    def node_cpus(self, node: int) -> tuple[int, ...]:
        """The pCPUs of a NUMA node; none when there is no such node."""
        return tuple(cpu for cpu, of in enumerate(self.nodes) if of == node)

    @property
    def guest_memory_kib(self) -> int:
        """What Xen and Domain-0 leave for guests."""
        return self.memory_kib - self.xen_memory_kib - self.dom0_memory_kib

    def has(self, path: str) -> bool:
        """Whether a file (not a directory) or block device is there: by a pattern of `paths`, or on this machine.

        A relative path is also looked for in /dev, as Xen's block script does.
        """
        from fnmatch import fnmatchcase
        from posixpath import normpath

        if any(fnmatchcase(normpath(path), pattern) for pattern in self.paths) or self._has_volume(path):
            return True
        return self.local_files and (_exists(path) or (not path.startswith("/") and _exists(f"/dev/{path}")))

    def has_script(self, script: str) -> bool:
        """Whether a hotplug script is there; a name without a slash is one of `script_dir`."""
        folder, _, name = script.rpartition("/")
        return (folder in ("", self.script_dir) and name in self.scripts) or self.has(
            script if folder else f"{self.script_dir}/{name}"
        )

    def _has_volume(self, path: str) -> bool:
        return any(path == f"/dev/{group.name}/{volume}" for group in self.volume_groups for volume in group.volumes)


def _exists(path: str) -> bool:
    from pathlib import Path

    try:
        return Path(path).exists() and not Path(path).is_dir()
    except OSError:  # a directory on the way may not be read, or the name is too long
        return False


BUILT_IN = HostFacts(name="xlpy-sim")
"""The simulated host as it is on the first day: 8 pCPUs in 2 NUMA nodes, 64 GiB."""
