"""What of xl.conf changes how a domain is built, and is not carried out by libvirt, which has a file of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.planner.steps import BY_XL_CONF, AllocateDomid, FreeMemory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.executors.libvirt.access import Access
    from xlpy.planner.plan import Plan

OWN = "/etc/libvirt/libxl.conf"
_AUTOBALLOON = re.compile(r"^[ \t]*autoballoon[ \t]*=[ \t]*(?P<flag>\d+)", re.MULTILINE)
_FIRST_DISK = "xvda"
"""What libxl begins with where nothing is said."""


def unheeded(plan: Plan, access: Access) -> Iterator[str]:
    """A line for each setting of xl.conf that libvirt would have to know, where it does not do the same anyway."""
    by_conf = [step for step in plan.steps if step.reason == BY_XL_CONF]
    for step in by_conf:
        if isinstance(step, FreeMemory) and _makes_room(access) is not step.ballooning:
            yield _line("autoballoon", "on" if step.ballooning else "off", f"libvirt has autoballoon in {OWN}")
        elif isinstance(step, AllocateDomid):
            yield _line("domid_policy", "random", "libvirt takes the next domid")
    info = plan.config.b_info
    if info.bootloader and info.blkdev_start not in (None, _FIRST_DISK):
        yield _line("blkdev_start", info.blkdev_start, f"under libvirt Domain-0 attaches the disk as {_FIRST_DISK}")


def _makes_room(access: Access) -> bool | None:
    """Whether libvirt shrinks Domain-0 for a new domain; None where that cannot be known from here."""
    if not access.local:
        return None
    try:
        text = Path(OWN).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    if said := [match["flag"] for match in _AUTOBALLOON.finditer(text)]:
        return said[-1] != "0"
    if access.modules.control is None:
        return None
    return "dom0_mem=" not in access.modules.xen("info", "xeninfo")["xen_commandline"]


def _line(name: str, value: str | None, instead: str) -> str:
    return f'{name}="{value}" of xl.conf is not carried out: {instead}'
