"""The facts of a lab's Dom0, from which a simulated host of the same kind is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.xenlab.errors import LabError
from xlpy.host import HostFacts

if TYPE_CHECKING:
    from tests.xenlab.lab import Lab

_MIB = 1024
_FILES = "find /vmlinuz /boot /var/lib/xen/images /usr/lib/grub-xen /usr/lib/xen-* /usr/libexec -type f,l"
_DEVICE_MODEL = "xen-qemu-system-i386"


def host_facts(lab: Lab) -> HostFacts:
    """What xl and Linux say of the host."""
    text = _out(lab, "xl info -n")
    info = dict(re.findall(r"(?m)^(\w+) +: (.*)$", text))
    topology = re.findall(r"(?m)^ *\d+: +\d+ +(\d+) +(\d+)$", text)
    dom0 = _out(lab, "xl list 0").splitlines()[1].split()
    memory, dom0_memory = int(info["total_memory"]) * _MIB, int(dom0[2]) * _MIB
    files = tuple(_out(lab, _FILES).split())
    caps = info["virt_caps"].split()
    return HostFacts(
        name=info["host"],
        xen_version=info["xen_version"],
        machine=info["machine"],
        kernel=info["release"],
        cpu_mhz=round(float(info["cpu_mhz"])),
        sockets=len({socket for socket, _ in topology}),
        threads_per_core=int(info["threads_per_core"]),
        nodes=tuple(int(node) for _, node in topology),
        memory_kib=memory,
        dom0_memory_kib=dom0_memory,
        dom0_vcpus=int(dom0[3]),
        xen_memory_kib=memory - dom0_memory - int(info["free_memory"]) * _MIB,
        hvm="hvm" in caps,
        hap="hap" in caps,
        shadow="shadow" in caps,
        iommu="hvm_directio" in caps,
        iommu_shares_tables="iommu_hap_pt_share" in caps,
        bridges=tuple(_out(lab, "ip -brief link show type bridge | cut -d' ' -f1").split()),
        pools=tuple(line.split()[0] for line in _out(lab, "xl cpupool-list").splitlines()[1:]),
        scheduler=info["xen_scheduler"],
        paths=files,
        lib_dir=f"/usr/lib/xen-{lab.xen}",
        device_model=next(file for file in files if file.endswith(_DEVICE_MODEL)),
        pci_assignable=tuple(line.split()[0] for line in _out(lab, "xl pci-assignable-list").splitlines()),
    )


def _out(lab: Lab, command: str) -> str:
    said = lab.run(command)
    if said.status:
        raise LabError(f"{command} ended with status {said.status}: {said.err.strip()}")
    return said.out
