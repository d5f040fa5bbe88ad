"""Whether what is to be loaded first fits into a guest's memory (Xen: xg_dom_core.c).

Only where a kernel begins is known of a name: a Linux 16 MiB into the memory, hvmloader 1 MiB, pv-grub at its start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.host import Problem
from xlpy.planner import decisions
from xlpy.planner.decisions import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.libxl import DomainConfig
    from xlpy.planner import steps

_PAGES = 256
"""In a MiB."""
_LINUX = ("vmlinu", "bzimage", "linux", "kernel")
_GRUB = ("grub", "pvgrub", "pv-grub")
_NOTHING_LOW = "xc_dom_boot_mem_init: can't allocate low memory for domain"


class Image(NamedTuple):
    """Where it begins and how long it is, in pages."""

    start: int
    size: int


LINUX = Image(0x1000, 0x3A00)
"""As Debian builds it."""
GRUB = Image(0, 0x614)
HVMLOADER = Image(0x100, 0x61)
OTHER = Image(0, 0x100)


def image_problems(step: steps.LoadKernel, config: DomainConfig) -> Iterator[Problem]:
    """That it does not fit, in the words of libxenguest; one whose size is a guess needs to begin inside alone."""
    memory_kib = config.memory_kib if config.c_info.type == "pv" else config.max_memory_kib - decisions.video(config)
    image = image_of(step, config)
    pages = memory_kib // MIB * _PAGES
    if memory_kib < 0:
        line = f"xc: error: panic: xg_dom_boot.c:119: {_NOTHING_LOW}: Out of memory"
    elif image.start > pages:
        line = _said("padding", image.start, pages, 0)
    elif image.start == pages or (image is GRUB and image.size > pages):
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
        return LINUX
    return GRUB if name.startswith(_GRUB) else OTHER


def _said(segment: str, wanted: int, pages: int, used: int) -> str:
    where = "xc: error: panic: xg_dom_core.c:536: xc_dom_chk_alloc_pages"
    return f"{where}: segment {segment} too large ({wanted:#x} > {pages:#x} - {used:#x} pages): Out of memory"
