"""Watching a guest from outside: alternate page tables, traces, performance counters, model-specific registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.kinds import BOOLEAN, QUIET_INTEGER, numbered
from xlpy.libxl import Altp2mMode, Hvm
from xlpy.loss import LOST, TUNING
from xlpy.vocabulary import HVM, Key

if TYPE_CHECKING:
    from xlpy.reader import Reader

_ALTP2M = numbered(Altp2mMode)
_MOST_ALTP2M = 2**16 - 1


def _read_altp2mhvm(reader: Reader, key: Key) -> None:
    flag = reader.boolean(key.name)
    if flag is None:
        return
    reader.put(key.field, flag, key.name)
    line = 'WARNING: Specifying "altp2mhvm" is deprecated. Please use "altp2m" instead.'
    reader.remark("altp2mhvm", "altp2mhvm is deprecated", line, key=key.name, advice='write altp2m="mixed"')


def _read_altp2m_count(reader: Reader, key: Key) -> None:
    count = QUIET_INTEGER.read(reader, key.name)
    if count is None:
        return
    if not 0 <= count <= _MOST_ALTP2M:
        reader.refuse("bad-altp2m-count", f'ERROR: invalid value {count} for "altp2m_count"', key=key.name)
    else:
        reader.put(key.field, count, key.name)


def _read_msr_relaxed(reader: Reader, key: Key) -> None:
    flag = reader.boolean(key.name)
    if flag is None:
        return
    reader.put(key.field, flag, key.name)
    lines = (
        "WARNING: msr_relaxed will be removed in future versions.",
        "If it fixes an issue you are having please report to xen-devel@lists.xenproject.org.",
    )
    reader.remark("msr-relaxed", "msr_relaxed will be removed", *lines, key=key.name)


KEYS = (
    Key(
        name="altp2mhvm",
        kind=BOOLEAN,
        order=1994,
        read=_read_altp2mhvm,
        write=lambda config: config.b_info.u.altp2m if isinstance(config.b_info.u, Hvm) else None,
        read_for=(HVM,),
        field="b_info.u.hvm.altp2m",
        guests=(HVM,),
        since="4.6",
        deprecated="altp2m",
        doc='The old way to write altp2m="mixed".',
        libvirt=LOST,
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="altp2m",
        kind=_ALTP2M,
        order=2174,
        field="b_info.altp2m",
        guests=(HVM,),
        default='"disabled"',
        since="4.9",
        doc=(
            'Alternate page tables, with which one view of memory can trap what another allows. "external": only '
            'another domain may use them; "limited": the guest may only switch between them; "mixed": both may.'
        ),
        libvirt=LOST,
        good=('"external"', "1"),
        bad=('"on"', "9"),
    ),
    Key(
        name="altp2m_count",
        kind=QUIET_INTEGER,
        order=2190,
        read=_read_altp2m_count,
        field="b_info.altp2m_count",
        guests=(HVM,),
        default="10 with altp2m, else 0",
        since="4.21",
        doc="How many alternate page tables the guest may have.",
        libvirt=LOST,
        good=("16",),
        bad=("65536", '"-1"', '"many"'),
    ),
    Key(
        name="vmtrace_buf_kb",
        kind=QUIET_INTEGER,
        order=2199,
        field="b_info.vmtrace_buf_kb",
        default="0 (no tracing)",
        since="4.15",
        unit="KiB",
        doc="The buffer for each vCPU into which the CPU traces what the guest executes: a power of two.",
        libvirt=TUNING,
        good=("64",),
        bad=('"64K"', "[64]"),
    ),
    Key(
        name="msr_relaxed",
        kind=BOOLEAN,
        order=3092,
        read=_read_msr_relaxed,
        write=lambda config: config.b_info.arch_x86.msr_relaxed,
        field="b_info.arch_x86.msr_relaxed",
        default="0",
        since="4.15",
        deprecated="nothing: a stop-gap",
        doc="Let the guest read registers that Xen does not know and ignore what it writes there, as before Xen 4.15.",
        libvirt=LOST,
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="vpmu",
        kind=BOOLEAN,
        order=3099,
        field="b_info.vpmu",
        default="0",
        since="4.16",
        doc="Performance counters for an Arm guest, whose use Xen does not secure against other guests.",
        libvirt=LOST,
        good=("1",),
        bad=('"yes"',),
    ),
)
