"""Memory, in MiB in the file and in KiB in libxl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.kinds import KIB_PER_MIB, MIB
from xlpy.libxl import UNSET64
from xlpy.loss import Loss
from xlpy.vocabulary import HVM, Key

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader


def _read_memory(reader: Reader, key: Key) -> None:
    """Without `maxmem` the guest's limit is what it starts with."""
    memory = reader.integer(key.name)
    if memory is not None:
        reader.put("b_info.target_memkb", memory * KIB_PER_MIB, key.name)
        reader.put("b_info.max_memkb", memory * KIB_PER_MIB, key.name)


def _write_maxmem(config: DomainConfig) -> int | None:
    limit = config.b_info.max_memkb
    return None if limit in (UNSET64, config.b_info.target_memkb) else limit // KIB_PER_MIB


def _is_set(kib: int, _: DomainConfig) -> bool:
    return kib != UNSET64


KEYS = (
    Key(
        name="memory",
        kind=MIB,
        order=1525,
        read=_read_memory,
        field="b_info.target_memkb",
        default="32",
        unit="MiB",
        doc="The memory with which the guest starts.",
        good=("512",),
        bad=('"512M"', "[512]"),
    ),
    Key(
        name="maxmem",
        kind=MIB,
        order=1528,
        field="b_info.max_memkb",
        write=_write_maxmem,
        default="the value of memory",
        unit="MiB",
        doc="The memory up to which the guest may grow. On HVM and PVH more than `memory` means populate on demand.",
        good=("1024",),
        bad=('"1G"',),
    ),
    Key(
        name="shadow_memory",
        kind=MIB,
        order=1769,
        field="b_info.shadow_memkb",
        default="1 for each vCPU and 2 KiB or more for each MiB of memory",
        unit="MiB",
        doc="What Xen sets aside for the shadow or second-stage page tables of the guest.",
        libvirt=Loss(why="libvirt's driver for Xen works it out by itself", severity=Severity.WARNING, when=_is_set),
        good=("16",),
        bad=('"16M"',),
    ),
    Key(
        name="videoram",
        kind=MIB,
        order=1805,
        field="b_info.video_memkb",
        guests=(HVM,),
        default="8 with cirrus, 16 with stdvga, 128 with qxl",
        unit="MiB",
        doc="The memory of the emulated graphics card.",
        good=("16",),
        bad=('"16M"',),
    ),
)
