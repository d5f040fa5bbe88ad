"""The machine that xlpy runs on -> HostFacts, from what Linux tells in /sys, /proc and /dev.

On a Domain-0 Linux sees only Domain-0's own CPUs and memory: there `completed` adds to what libvirt tells of the host.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from xlpy.host import BUILT_IN, Directory, HostFacts, PciDevice, UsbDevice, VolumeGroup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

IMAGES = ("/var/lib/xen/images", "/var/lib/xen/iso", "/var/lib/xen/boot", "/var/lib/libvirt/images", "/srv")
"""Where images and kernels are looked for, beside /boot and Xen's own directory."""
_MOST_FILES = 5000
_MODELS = ("/usr/libexec/xen-qemu-system-i386", "/usr/lib/xen/bin/qemu-system-i386", "/usr/bin/qemu-system-i386")
_SEABIOS = ("/usr/share/seabios/bios-256k.bin", "/usr/share/seabios/bios.bin", "/usr/share/qemu/bios-256k.bin")
_OVMF = ("/usr/share/ovmf/OVMF.fd", "/usr/share/qemu/OVMF.fd", "/usr/share/OVMF/OVMF_CODE.fd")
_LISTENS = "0A"
"""The state of a listening socket in /proc/net/tcp."""


class Machine:
    """A tree of files as Linux shows them; ROOT stands before each path."""

    def __init__(self, root: str = "") -> None:
        self.root = root

    def text(self, path: str) -> str:
        """The text of a file without blanks around it; empty where it cannot be read."""
        try:
            with open(self.root + path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as below
                return file.read().strip()
        except OSError:
            return ""

    def number(self, path: str, otherwise: int = 0, base: int = 10) -> int:
        """The number in a file."""
        try:
            return int(self.text(path), base)
        except ValueError:
            return otherwise

    def entries(self, path: str) -> list[str]:
        """What is in a directory, sorted; nothing where it cannot be read. Names that are not UTF-8 are left out."""
        try:
            found = sorted(os.listdir(self.root + path))
        except OSError:
            return []
        return [name for name in found if name.isprintable()]

    def has(self, path: str) -> bool:
        """Whether there is something."""
        return os.path.exists(self.root + path)  # noqa: PTH110 - a tree of texts, not of paths

    def first(self, paths: Sequence[str]) -> str:
        """The first of these that is there; empty for none."""
        return next((path for path in paths if self.has(path)), "")

    def link(self, path: str) -> str:
        """The last part of what a link points to; empty where there is none."""
        try:
            return os.path.basename(os.readlink(self.root + path))  # noqa: PTH115, PTH119 - as above
        except OSError:
            return ""


def facts(machine: Machine, directories: Sequence[str] = ()) -> HostFacts:
    """The machine as a host; images are looked for in these DIRECTORIES, too."""
    nodes = _nodes(machine)
    flags = set(re.findall(r"\w+", machine.text("/proc/cpuinfo").partition("flags")[2].partition("\n")[0]))
    memory = _meminfo(machine.text("/proc/meminfo"))
    numa = [_meminfo(machine.text(f"/sys/devices/system/node/node{node}/meminfo")) for node in sorted(set(nodes))]
    has_numa = all("MemTotal" in one for one in numa)
    arm = os.uname().machine in ("aarch64", "arm64")
    base = BUILT_IN.replace(
        name=machine.text("/etc/hostname") or os.uname().nodename,
        machine=os.uname().machine,
        kernel=os.uname().release,
        cpu_mhz=_mhz(machine),
        sockets=_sockets(machine, len(nodes)),
        threads_per_core=max(1, len(_cpus(machine.text(f"{_CPU}0/topology/thread_siblings_list")))),
        nodes=nodes,
        memory_kib=memory.get("MemTotal", 0),
        node_memory_kib=tuple(one["MemTotal"] for one in numa) if has_numa else (),
        node_free_kib=tuple(one["MemFree"] for one in numa) if has_numa else (),
        node_distances=_distances(machine, sorted(set(nodes))),
        dom0_memory_kib=0,
        dom0_vcpus=len(nodes),
        xen_memory_kib=0,
        hvm=arm or bool(flags & {"vmx", "svm"}),
        hap=arm or bool(flags & {"ept", "npt"}),
        iommu=bool(machine.entries("/sys/class/iommu")),
    )
    return completed(base, machine, directories)


def completed(base: HostFacts, machine: Machine, directories: Sequence[str] = ()) -> HostFacts:
    """BASE with what Linux sees in the same way under Xen: files, storage, devices, network."""
    lib_dir = base.lib_dir if machine.has(base.lib_dir) else _lib_dir(machine)
    folders = tuple(dict.fromkeys((*filter(machine.has, IMAGES), *directories)))
    pci = tuple(_pci(machine))
    return base.replace(
        bridges=tuple(name for name in machine.entries(_NET) if machine.has(f"{_NET}/{name}/bridge")),
        nics=tuple(name for name in machine.entries(_NET) if machine.has(f"{_NET}/{name}/device")),
        paths=tuple(_files(machine, ("/boot", *folders, f"{lib_dir}/boot", f"{lib_dir}/bin"), base.device_model)),
        local_files=False,
        volume_groups=tuple(_volume_groups(machine)),
        directories=tuple(_directory(machine, folder) for folder in folders),
        lib_dir=lib_dir,
        device_model=machine.first((base.device_model, *_MODELS)) or base.device_model,
        seabios=machine.first(_SEABIOS),
        ovmf=machine.first(_OVMF),
        scripts=tuple(machine.entries(base.script_dir)),
        pci_devices=pci,
        pci_assignable=tuple(device.bdf for device in pci if device.driver == "pciback"),
        usb_devices=tuple(_usb(machine)),
        ports=tuple(_ports(machine)),
    )


_CPU = "/sys/devices/system/cpu/cpu"
_NODE = "/sys/devices/system/node"
_NET = "/sys/class/net"
_PCI = "/sys/bus/pci/devices"
_USB = "/sys/bus/usb/devices"


def _cpus(text: str) -> list[int]:
    """The numbers of `0-3,8`."""
    parts = (part.partition("-") for part in text.split(",") if part)
    return [cpu for first, _, last in parts for cpu in range(int(first), int(last or first) + 1)]


def _nodes(machine: Machine) -> tuple[int, ...]:
    """For each pCPU its NUMA node."""
    online = _cpus(machine.text("/sys/devices/system/cpu/online")) or [0]
    of = {
        cpu: int(name.removeprefix("node"))
        for name in machine.entries(_NODE)
        if re.fullmatch(r"node\d+", name)
        for cpu in _cpus(machine.text(f"{_NODE}/{name}/cpulist"))
    }
    return tuple(of.get(cpu, 0) for cpu in online)


def _distances(machine: Machine, nodes: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    rows = tuple(tuple(map(int, machine.text(f"{_NODE}/node{node}/distance").split())) for node in nodes)
    return rows if all(len(row) == len(nodes) for row in rows) else ()


def _sockets(machine: Machine, cpus: int) -> int:
    return len({machine.number(f"{_CPU}{cpu}/topology/physical_package_id") for cpu in range(cpus)})


def _mhz(machine: Machine) -> int:
    most = machine.number(f"{_CPU}0/cpufreq/cpuinfo_max_freq") // 1000
    now = re.search(r"cpu MHz\s*:\s*(\d+)", machine.text("/proc/cpuinfo"))
    return most or (int(now[1]) if now else 0)


def _meminfo(text: str) -> dict[str, int]:
    """Name -> KiB."""
    return {name: int(kib) for name, kib in re.findall(r"(\w+):\s+(\d+) kB", text)}


def _lib_dir(machine: Machine) -> str:
    """Xen's directory of the latest release that is installed; Debian has one for each."""
    found = [name for name in machine.entries("/usr/lib") if re.fullmatch(r"xen(-\d+\.\d+)?", name)]
    latest = max(found, key=lambda name: [int(part) for part in re.findall(r"\d+", name)], default="")
    return f"/usr/lib/{latest}" if latest else BUILT_IN.lib_dir


def _files(machine: Machine, folders: Sequence[str], device_model: str) -> Iterator[str]:
    """The files of these directories (not below them), and the device models."""
    counted = 0
    for folder in folders:
        for name in machine.entries(folder):
            path = f"{folder}/{name}"
            if counted < _MOST_FILES and not os.path.isdir(machine.root + path):  # noqa: PTH112 - as above
                counted += 1
                yield path
    yield from filter(machine.has, dict.fromkeys((device_model, *_MODELS, *_SEABIOS, *_OVMF)))


def _volume_groups(machine: Machine) -> Iterator[VolumeGroup]:
    """Directories of /dev whose entries are links to the device mapper's devices."""
    for name in machine.entries("/dev"):
        if name == "mapper":
            continue
        found = [one for one in machine.entries(f"/dev/{name}") if machine.link(f"/dev/{name}/{one}").startswith("dm-")]
        if found:
            size = sum(machine.number(f"/sys/class/block/{machine.link(f'/dev/{name}/{one}')}/size") for one in found)
            yield VolumeGroup(name=name, size_kib=size // 2, volumes=tuple(found))


def _directory(machine: Machine, path: str) -> Directory:
    try:
        room = os.statvfs(machine.root + path)
    except OSError:
        return Directory(path=path)
    block = room.f_frsize
    return Directory(path=path, size_kib=room.f_blocks * block // 1024, free_kib=room.f_bavail * block // 1024)


def _pci(machine: Machine) -> Iterator[PciDevice]:
    for bdf in machine.entries(_PCI):
        vendor, device, kind = (
            machine.number(f"{_PCI}/{bdf}/{name}", base=16) for name in ("vendor", "device", "class")
        )
        yield PciDevice(
            bdf=bdf,
            what=f"{vendor:04x}:{device:04x} class {kind >> 8:04x}",
            driver=machine.link(f"{_PCI}/{bdf}/driver"),
            node=machine.number(f"{_PCI}/{bdf}/numa_node", -1),
            reset=machine.has(f"{_PCI}/{bdf}/reset"),
        )


def _usb(machine: Machine) -> Iterator[UsbDevice]:
    for name in machine.entries(_USB):
        if machine.has(f"{_USB}/{name}/devnum"):
            yield UsbDevice(
                bus=machine.number(f"{_USB}/{name}/busnum"),
                address=machine.number(f"{_USB}/{name}/devnum"),
                vendor=machine.number(f"{_USB}/{name}/idVendor", base=16),
                product=machine.number(f"{_USB}/{name}/idProduct", base=16),
                what=machine.text(f"{_USB}/{name}/product"),
            )


def _ports(machine: Machine) -> list[int]:
    """The TCP ports on which something listens."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in machine.text(f"/proc/net/{name}").splitlines()[1:]]
    return sorted({int(words[1].rpartition(":")[2], 16) for words in lines if words[3] == _LISTENS})
