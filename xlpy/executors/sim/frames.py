"""The memory of a simulated guest in frames of 4 KiB, and what a live migration sends of it, round by round."""

from __future__ import annotations

from xlpy.executors.sim import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

FRAME_KIB = 4
_LOW_END = 0xF0000
"""Where the low memory of an HVM guest ends at most, in frames: below 4 GiB is room for devices."""
_SPECIAL_END = 0xFF000
_FOUR_GIB = 0x100000
_EACH = 1024
"""Frames between two looks at the progress."""
_SHOWN = 5
"""Percent between two lines of it."""
_ROUNDS = 5
_FEW = 50
"""With fewer dirty frames than these the guest is suspended for the last round (Xen: the precopy policy)."""
_PER_SECOND = 30_000
_BUSY, _IDLE = 9_000, 400
"""Frames that go over the wire, and that a guest makes dirty, in a second."""


def highest(row: sqlite3.Row) -> int:
    """How many frame numbers the guest has: for PV those of its memory, else up to the highest that is used."""
    memory = int(row["max_memory_kib"]) // FRAME_KIB
    if row["type"] == "pv":
        return memory
    return max(_SPECIAL_END, _FOUR_GIB + memory - _LOW_END if memory > _LOW_END else 0)


def progress(total: int) -> Iterator[str]:
    """The lines of progress for sending all frames, as libxc's logger shows them."""
    last = 0
    for done in (*range(0, total, _EACH), total):
        percent = done * 100 // total if total else 0
        if percent >= last + _SHOWN:
            last = percent
            yield f"xc: progress: Frames: {done}/{total}  {percent:3}%"
    yield "xc: progress: End of stream: 0/0    0%"


def rounds(row: sqlite3.Row) -> Iterator[int]:
    """How many frames each round of a live migration sends: first all, then what became dirty meanwhile."""
    dirtying = _BUSY if rows.is_busy(row) else _IDLE
    total = count = int(row["memory_kib"]) // FRAME_KIB
    for _ in range(_ROUNDS):
        yield count
        count = min(total, count * dirtying // _PER_SECOND)
        if count < _FEW:
            break
    yield count


def tell_restored(tell: Callable[[str], None], kind: str, domid: int) -> None:
    """The lines at the end; the frames of a PV guest are some of the machine's."""
    store, console = (0xFEFFC, 0xFEFFF) if kind != "pv" else (0x7939F - 2 * domid, 0x7939E - 2 * domid)
    tell("xc: info: Restore successful")
    tell(f"xc: info: XenStore: mfn {store:#x}, dom 0, evt 1")
    tell(f"xc: info: Console: mfn {console:#x}, dom 0, evt 2")
