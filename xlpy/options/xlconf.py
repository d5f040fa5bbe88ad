"""What xl.conf does to a guest: defaults of libxl_domain_config, and the CPU masks (Xen: xl.c, xl_vmcontrol.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.options.cpu import fits
from xlpy.values import parse_cpus
from xlpy.vocabulary import PV, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.reader import Reader

_BUILD_DEFAULTS = (
    "claim_mode",
    "blkdev_start",
    "max_grant_frames",
    "max_maptrack_frames",
    "max_grant_version",
    "bootloader_restrict",
)
"""Fields of b_info that stand in xl.conf by the same name."""


def _start(reader: Reader) -> None:
    """The defaults come first, so that a key of the guest's file replaces its own."""
    reader.put("c_info.run_hotplug_scripts", reader.conf.run_hotplug_scripts)
    for field in _BUILD_DEFAULTS:
        reader.put(f"b_info.{field}", getattr(reader.conf, field))


def _mask_affinity(reader: Reader) -> None:
    """vCPUs keep what the masks leave of their hard affinity, or get the masks where they have none."""
    field, masks = "b_info.vcpu_hard_affinity", tuple(_masks(reader))
    maps, vcpus = reader.get(field, ()), reader.get("b_info.max_vcpus", 0)
    if not reader.masked or not (masks or maps):
        return
    every = tuple(range(reader.host.cpus))
    allowed = set(every).intersection(*masks)
    if not maps and len(allowed) < len(every) and fits(reader, vcpus, "maxvcpus"):
        maps = (every,) * vcpus
    cut = tuple(tuple(cpu for cpu in cpus if cpu in allowed) for cpus in maps) if masks else maps
    if not all(cut):
        reader.refuse("no-cpu-left", "vcpu hard affinity map is empty", key="cpus")
    elif cut:
        reader.put(field, cut, "cpus")


def _masks(reader: Reader) -> Iterator[tuple[int, ...]]:
    """The pCPUs that the mask of all guests allows, and those that the mask of the guest's kind does."""
    conf = reader.conf
    of_kind = conf.vm_pv_cpumask if reader.domain_type == PV else conf.vm_hvm_cpumask
    for mask in (conf.vm_cpumask, of_kind):
        if mask is not None:
            yield parse_cpus(mask, reader.host)


READINGS = (Reading(order=0, apply=_start), Reading(order=9000, apply=_mask_affinity))
