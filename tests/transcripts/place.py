"""The recorded host, simulated: its facts, its files in a folder, its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.host import HostFacts, PciDevice

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1024
RELEASE = "4.17"
LINUX = 'kernel = "/lab/vmlinux"\nramdisk = "/lab/initrd"\nextra = "console=hvc0 quiet"\n'
DISK = 'disk = ["/lab/hvm.img,raw,xvda,rw"]\nserial = "pty"\nvga = "none"\n'
COMMON = 'name = "{0}1"\ntype = "{0}"\nmemory = 128\nvcpus = 1\nvif = ["bridge=xenbr0"]\n'
KINDS = {"pv": LINUX, "pvh": LINUX, "hvm": DISK}
IMAGES = {"vmlinux": b"\x7fELF", "initrd": b"\x1f\x8b", "hvm.img": b"\0" * 510 + b"\x55\xaa"}
FOLDERS = ("lab", "tmp", "root")
GUESTS = "hvm*=deaf,*=no-hotplug"
"""A boot sector hears no ACPI button; there is no udev rule for vCPUs, in Domain-0 neither."""
SPARE = ("0000:00:08.0", "0000:00:09.0")

FACTS = HostFacts(
    name="dom0",
    xen_version="4.17.7",
    kernel="6.1.0-56-amd64",
    cpu_mhz=2596,
    nodes=(0, 0, 1, 1),
    memory_kib=4095 * MIB,
    node_memory_kib=(2048 * MIB, 2048 * MIB),
    node_free_kib=(1695 * MIB, 819 * MIB),
    dom0_memory_kib=1536 * MIB,
    dom0_vcpus=2,
    xen_memory_kib=(4095 - 1536 - 2514) * MIB,
    schedulers=("credit", "credit2"),
    info=(
        "version: #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)",
        "cpu_mhz: 2596.138",
        "hw_caps: 178bf3ff:80002001:20100800:00000007:00000000:00000000:00000000:00000000",
        "cc_compiler: x86_64-linux-gnu-gcc (Debian 12.2.0-14+deb12u1) 12.2.0",
        "cc_compile_by: pkg-xen-devel",
        "cc_compile_domain: lists.alioth.debian.org",
        "cc_compile_date: Wed Nov  4 16:52:28 UTC 2026",
        "build_id: 151b373fd64b321593bf987fd923cd10dabadac4",
    ),
    shadow=False,
    iommu_shares_tables=False,
    commandline="com1=115200,8n1 console=com1 dom0_mem=1536M,max:1536M dom0_max_vcpus=2 iommu=no-sharept bootscrub=0 "
    "noreboot loglvl=all guest_loglvl=all",
    paths=("/usr/lib/xen-4.17/boot/*",),
    lib_dir="/usr/lib/xen-4.17",
    device_model="/usr/libexec/xen-qemu-system-i386",
    pci_devices=tuple(PciDevice(bdf=bdf, what="Ethernet controller", reset=False) for bdf in SPARE),
    pci_assignable=(),
)


def fill(folder: Path) -> None:
    """The folders /lab, /tmp and /root of the host, below another one."""
    for name in FOLDERS:
        (folder / name).mkdir()
    for name, data in IMAGES.items():
        (folder / "lab" / name).write_bytes(data)
    for kind, more in KINDS.items():
        text = COMMON.format(kind) + more.replace("/lab/", f"{folder}/lab/")
        (folder / "lab" / f"{kind}.cfg").write_text(text, encoding="utf-8")
