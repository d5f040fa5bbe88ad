"""Whether what is to be loaded first is a kernel, and fits into a guest's memory (Xen: xg_dom_core.c).

Only where a kernel begins is known of a name: a Linux 16 MiB into the memory, hvmloader 1 MiB, pv-grub at its start.
An image of a disk is known by its first bytes, where it is a file of this machine, or by its name among other images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.host import Problem
from xlpy.planner import decisions
from xlpy.planner.decisions import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.planner import steps

_PAGES = 256
"""In a MiB."""
_LINUX = ("vmlinu", "bzimage", "linux", "kernel")
_GRUB = ("grub", "pvgrub", "pv-grub")
_NOTHING_LOW = "xc_dom_boot_mem_init: can't allocate low memory for domain"


_DISKS = (".img", ".raw", ".iso", ".qcow2", ".vhd", ".vmdk")
_FOLDERS = ("/var/lib/xen/images/", "/var/lib/xen/iso/", "/var/lib/libvirt/images/")
_SECTOR, _SIGNATURE, _HEADER = 512, b"\x55\xaa", b"HdrS"
_HEADER_AT = 0x202
"""Where a bzImage, which begins with a boot sector as well, has that header."""


class Image(NamedTuple):
    """Where it begins and how long it is, in pages."""

    start: int
    size: int
    known: bool = False
    """Else the size is a guess, and it is enough that it can begin."""


LINUX = Image(0x1000, 0x3A00)
"""As Debian builds it."""
UNCOMPRESSED = LINUX._replace(known=True)
GRUB = Image(0, 0x614, known=True)
HVMLOADER = Image(0x100, 0x61)
OTHER = Image(0, 0x100)


def image_problems(step: steps.LoadKernel, config: DomainConfig, facts: HostFacts) -> Iterator[Problem]:
    """That it is none, or does not fit, in the words of libxenguest."""
    if config.c_info.type != "hvm" and is_disk(step.kernel, facts):
        yield Problem(
            code="no-kernel",
            line="xc: error: panic: xg_dom_core.c:689: xc_dom_find_loader: no loader found: Invalid kernel",
            advice=f"{step.kernel} is the image of a disk: name a kernel, or use a bootloader",
            setting="b_info.kernel",
        )
    else:
        yield from _size_problems(step, config)


def is_disk(path: str, facts: HostFacts) -> bool:
    """Whether a file holds a disk."""
    start = _start_of(path) if facts.local_files and path else b""
    if len(start) < _SECTOR:
        return path.startswith(_FOLDERS) and path.endswith(_DISKS)
    boots = start[_SECTOR - len(_SIGNATURE) : _SECTOR] == _SIGNATURE
    return not start.strip(b"\0") or (boots and not start.startswith(_HEADER, _HEADER_AT))


def _start_of(path: str) -> bytes:
    from pathlib import Path

    try:
        if not Path(path).is_file():  # a pipe would wait
            return b""
        with Path(path).open("rb", buffering=0) as file:
            return file.read(_HEADER_AT + len(_HEADER))
    except (OSError, ValueError):
        return b""


def _size_problems(step: steps.LoadKernel, config: DomainConfig) -> Iterator[Problem]:
    memory_kib = config.memory_kib if config.c_info.type == "pv" else config.max_memory_kib - decisions.video(config)
    image = image_of(step, config)
    pages = memory_kib // MIB * _PAGES
    if memory_kib < 0:
        line = f"xc: error: panic: xg_dom_boot.c:119: {_NOTHING_LOW}: Out of memory"
    elif image.start > pages:
        line = _said("padding", image.start, pages, 0)
    elif image.start == pages or (image.known and image.start + image.size > pages):
        line = _said("kernel", image.size, pages, image.start)
    else:
        return
    enough = (image.start + image.size) // _PAGES + 1 + decisions.video(config) // MIB
    advice = f"what it boots does not fit into its memory: memory={enough} should do"
    yield Problem(code="kernel-too-large", line=line, advice=advice, setting="b_info.target_memkb")


def image_of(step: steps.LoadKernel, config: DomainConfig) -> Image:
    """What is known of an image by its name; a bootloader finds a Linux."""
    name = step.kernel.rpartition("/")[2].lower()
    if config.c_info.type == "hvm":
        return HVMLOADER
    if not name or name.startswith(_LINUX):
        return UNCOMPRESSED if name.startswith("vmlinux") else LINUX
    return GRUB if name.startswith(_GRUB) else OTHER


def _said(segment: str, wanted: int, pages: int, used: int) -> str:
    where = "xc: error: panic: xg_dom_core.c:536: xc_dom_chk_alloc_pages"
    return f"{where}: segment {segment} too large ({wanted:#x} > {pages:#x} - {used:#x} pages): Out of memory"
