"""What libvirt says about a host -> HostFacts; what it does not say is not made up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, fromstring

from xlpy.executors import HostInfo
from xlpy.host import HostFacts
from xlpy.record import Record
from xlpy.release import DEFAULT, Release

if TYPE_CHECKING:
    from collections.abc import Iterator

UNTOLD = (
    "version",
    "hw_caps",
    "virt_caps",
    "sharing_freed_memory",
    "sharing_used_memory",
    "outstanding_claims",
    "free_cpus",
    "xen_extra",
    "platform_params",
    "xen_changeset",
    "xen_commandline",
    "cc_compiler",
    "cc_compile_by",
    "cc_compile_domain",
    "cc_compile_date",
    "build_id",
    "numa_info",
)
"""The fields of xl info that libvirt has no words for."""
UNTOLD_FROM_AFAR = ("release",)
UNCHECKED = ("no-such-pool", "passthrough", "kernel-too-large", "no-kernel")
"""Problems (by code) of which libvirt does not know whether a host has them, or that are a guess."""
UNCHECKED_FROM_AFAR = (
    "no-such-file",
    "no-such-disk",
    "no-disk-backend",
    "no-such-bridge",
    "no-such-script",
    "pci-not-assignable",
)
"""Problems that show only on the machine itself."""
_MIB = 1024
_NETWORKS = "/sys/class/net"
PCI_DEVICES = "/sys/bus/pci/devices"
PCIBACK = "/sys/bus/pci/drivers/pciback"
USB_DEVICES = "/sys/bus/usb/devices"
_COLONS = 2
"""In the address of a PCI device; the folder has other files too."""


class Told(Record):
    """What libvirt tells about a host, as it tells it."""

    name: str
    uri: str
    version: int
    """Of the hypervisor: 1000000 for each major release, 1000 for each minor."""
    machine: str
    memory_mib: int
    cpus: int
    mhz: int
    nodes: int
    sockets: int
    """In each node."""
    threads: int
    capabilities: str
    """XML."""
    free_bytes: int
    scheduler: str
    dom0_memory_kib: int
    dom0_vcpus: int


def ask(api: Any, connection: Any) -> Told:
    """All of it; in the thread of the link."""
    machine, memory, cpus, mhz, nodes, sockets, _cores, threads = connection.getInfo()
    scheduler, dom0 = "", [0, 0, 0, 0, 0]
    try:
        domain = connection.lookupByID(0)
        scheduler, dom0 = domain.schedulerType()[0], domain.info()
    except api.libvirtError:  # the test driver has no Domain-0
        pass
    return Told(
        name=connection.getHostname(),
        uri=connection.getURI(),
        version=connection.getVersion(),
        machine=machine,
        memory_mib=memory,
        cpus=cpus,
        mhz=mhz,
        nodes=nodes,
        sockets=sockets,
        threads=threads,
        capabilities=connection.getCapabilities(),
        free_bytes=connection.getFreeMemory(),
        scheduler=scheduler,
        dom0_memory_kib=dom0[2],
        dom0_vcpus=dom0[3],
    )


def host_info(told: Told, *, local: bool) -> HostInfo:
    """The host; LOCAL says that it is this machine, of which the rest can be seen."""
    return HostInfo(
        facts=_facts(told, fromstring(told.capabilities), local=local),
        free_memory_kib=told.free_bytes // 1024,
        unknown=UNTOLD if local else UNTOLD + UNTOLD_FROM_AFAR,
    )


def release(told: Told) -> Release:
    """The release of Xen that runs there."""
    try:
        return Release.parse(_version(told))
    except ValueError:
        return DEFAULT


def _version(told: Told) -> str:
    return f"{told.version // 1_000_000}.{told.version // 1000 % 1000}"


def _facts(told: Told, root: Element, *, local: bool) -> HostFacts:
    loader = root.findtext("./guest/arch/loader") or "/usr/lib/xen/boot/hvmloader"
    lib_dir = loader.removesuffix("/boot/hvmloader")
    return HostFacts(
        name=told.name,
        xen_version=_version(told),
        machine=told.machine,
        kernel=os.uname().release if local else "",
        cpu_mhz=told.mhz,
        sockets=max(1, told.nodes) * told.sockets,
        threads_per_core=told.threads,
        nodes=_nodes(root) or (0,) * told.cpus,
        memory_kib=told.memory_mib * _MIB,
        dom0_memory_kib=told.dom0_memory_kib,
        dom0_vcpus=told.dom0_vcpus,
        xen_memory_kib=0,
        hvm=any(guest.findtext("os_type") == "hvm" for guest in root.findall("guest")),
        hap=root.find("./guest/features/hap") is not None,
        bridges=tuple(_bridges()) if local else (),
        scheduler=told.scheduler,
        paths=(f"{lib_dir}/*",),  # libxl finds its own files, wherever they really are
        lib_dir=lib_dir,
        device_model=root.findtext("./guest/arch/emulator") or "",
        pci_assignable=tuple(assignable()) if local else (),
        unchecked=UNCHECKED if local else UNCHECKED + UNCHECKED_FROM_AFAR,
    )


def _nodes(root: Element) -> tuple[int, ...]:
    """For each pCPU its NUMA node."""
    found = {
        int(cpu.get("id", 0)): int(cell.get("id", 0))
        for cell in root.findall("./host/topology/cells/cell")
        for cpu in cell.findall("./cpus/cpu")
    }
    return tuple(found[cpu] for cpu in sorted(found))


def _bridges() -> Iterator[str]:
    return (name for name in _entries(_NETWORKS) if os.path.isdir(f"{_NETWORKS}/{name}/bridge"))  # noqa: PTH112 - pathlib is slow


def assignable() -> list[str]:
    """The PCI devices of this machine that pciback has, by address."""
    return [name for name in _entries(PCIBACK) if name.count(":") == _COLONS]


def usb_address(busid: str) -> tuple[int, int] | None:
    """Bus and number of a USB device of this machine, which its kernel knows by where it is plugged in."""
    try:
        numbers = [_number(f"{USB_DEVICES}/{busid}/{name}") for name in ("busnum", "devnum")]
    except (OSError, ValueError):
        return None
    return numbers[0], numbers[1]


def _number(path: str) -> int:
    with open(path, encoding="ascii") as file:  # noqa: PTH123 - pathlib is slow
        return int(file.read())


def _entries(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
