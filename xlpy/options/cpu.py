"""CPUs: how many, and where they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cstring import as_int
from xlpy.differences import CPUS_NESTED, MANY_VCPUS
from xlpy.kinds import INTEGER, STRING_OR_LIST
from xlpy.loss import TUNING
from xlpy.nodes import ListNode
from xlpy.release import Release
from xlpy.values import parse_cpus
from xlpy.vocabulary import Key, Reading

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.nodes import Value
    from xlpy.reader import Reader

_ALWAYS_COUNTED = Release(4, 22)  # from here on xl fills in one vCPU when the file says nothing
_MOST_VCPUS = 1 << 16  # far beyond what Xen can have; xl would fill its memory with a longer list


def _read_vcpus(reader: Reader, key: Key) -> None:
    """How many are online; xl counts them in a bitmap, which cannot have a negative size."""
    vcpus = reader.integer(key.name)
    if vcpus is not None and as_int(vcpus) < 0 and reader.release < _ALWAYS_COUNTED:
        lines = (no_bitmap(reader.release), "Unable to allocate cpumap")
        span = reader.entries[key.name].value_span
        reader.say("negative-vcpus", "vcpus is negative", lines, span=span, exit_status=1)


def no_bitmap(release: Release) -> str:
    """What libxl says to a negative number of vCPUs."""
    at = 809 if release < Release(4, 18) else 812
    return f"libxl: error: libxl_utils.c:{at}:libxl_cpu_bitmap_alloc: invalid number of cpus provided"


def _read_maxvcpus(reader: Reader, key: Key) -> None:
    most = as_int(reader.integer(key.name) or 0)
    if most:
        reader.put(key.field, most, key.name)


def _settle_vcpus(reader: Reader) -> None:
    """The number that is not given is the other one; only maxvcpus is cut to an int."""
    online = reader.integer("vcpus", quiet=True) or 0
    if reader.release >= _ALWAYS_COUNTED:
        online = max(online, 1)
    most = reader.get("b_info.max_vcpus") or as_int(online)
    if most < online:
        reader.refuse("maxvcpus-below-vcpus", "xl: maxvcpus < vcpus", key="maxvcpus")
    elif fits(reader, online, "vcpus"):
        reader.put("b_info.avail_vcpus", tuple(range(online)), "vcpus")
    reader.put("b_info.max_vcpus", most, "maxvcpus" if "maxvcpus" in reader.entries else "vcpus")


def fits(reader: Reader, vcpus: int, name: str) -> bool:
    """Whether a list may be made of so many vCPUs; else it is refused."""
    if vcpus > _MOST_VCPUS:
        reader.refuse(*MANY_VCPUS.told(name=name, most=_MOST_VCPUS), key=name)
    return vcpus <= _MOST_VCPUS


def _read_affinity(reader: Reader, key: Key) -> None:
    """A list gives each vCPU its own CPUs, a string all of them the same."""
    count = reader.get("b_info.max_vcpus", 0)
    items = reader.items(key.name, quiet=True)
    if items is None:
        single = reader.atom(key.name)
        if single is None:
            return
        maps = (_map(reader, single),) * (count if fits(reader, count, key.name) else 0)
    else:
        maps = tuple(_map(reader, item) for item in items[:count])
    if items is not None or key.name == "cpus_soft":
        reader.put("b_info.numa_placement", False, key.name)
    if maps:
        reader.put(key.field, maps, key.name)


def _map(reader: Reader, item: Value) -> tuple[int, ...]:
    if isinstance(item, ListNode):
        reader.refuse(*CPUS_NESTED.told(), span=item.span)
        return ()
    try:
        return parse_cpus(item.text, reader.host)
    except ValueError as error:
        reader.refuse("bad-cpu-list", str(error), span=item.span)
        return ()


def _write_vcpus(config: DomainConfig) -> int | None:
    online = len(config.b_info.avail_vcpus)
    return online if online or config.b_info.max_vcpus else None


def _write_maxvcpus(config: DomainConfig) -> int | None:
    most = config.b_info.max_vcpus
    return most if most != len(config.b_info.avail_vcpus) else None


def _write_hard_affinity(config: DomainConfig) -> str | tuple[str, ...] | None:
    """A list also switches off that libxl places the guest on nodes, as a soft affinity and vNUMA do."""
    info = config.b_info
    maps = _written(info.vcpu_hard_affinity)
    if info.numa_placement is not None:
        return maps if maps or not (info.vcpu_soft_affinity or info.vnuma_nodes) else None
    return maps[0] if maps else None


def _written(maps: tuple[tuple[int, ...], ...]) -> tuple[str, ...]:
    return tuple(",".join(map(str, cpus)) for cpus in maps)


PLACED = TUNING.replace(
    why="libvirt leaves it to libxl to choose NUMA nodes for a guest of which no vCPU is pinned", judged=True
)
"""Of what makes xl tell libxl not to."""

READINGS = (Reading(order=1605, apply=_settle_vcpus),)

KEYS = (
    Key(
        name="vcpus",
        kind=INTEGER,
        order=1566,
        field="b_info.avail_vcpus",
        read=_read_vcpus,
        write=_write_vcpus,
        default="1",
        doc="How many vCPUs are online when the guest starts.",
        good=("2",),
        bad=('"two"',),
    ),
    Key(
        name="maxvcpus",
        kind=INTEGER,
        order=1585,
        field="b_info.max_vcpus",
        read=_read_maxvcpus,
        write=_write_maxvcpus,
        default="the value of vcpus",
        doc="How many vCPUs the guest may ever have; the others can be brought online with `xl vcpu-set`.",
        good=("4",),
        bad=('"all"',),
    ),
    Key(
        name="cpus",
        kind=STRING_OR_LIST,
        order=1612,
        field="b_info.vcpu_hard_affinity",
        read=_read_affinity,
        write=_write_hard_affinity,
        default="any pCPU",
        doc="The pCPUs on which the vCPUs may run: one CPU list for all, or a list with one for each vCPU.",
        libvirt=PLACED,
        good=('"2-3"', '"all,^0"', '["0", "1"]', '"nodes:0"'),
        bad=('"2-"', '"^all"'),
    ),
    Key(
        name="cpus_soft",
        kind=STRING_OR_LIST,
        order=1617,
        field="b_info.vcpu_soft_affinity",
        read=_read_affinity,
        write=lambda config: _written(config.b_info.vcpu_soft_affinity) or None,
        default="any pCPU",
        since="4.5",
        doc="The pCPUs on which the vCPUs run best, when they are free. Written like `cpus`.",
        libvirt=TUNING,
        good=('"nodes:1"',),
        bad=('"best"',),
    ),
)
