"""Machine checks: what the guest is told of faults of the hardware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.differences import MCA_NESTED
from xlpy.kinds import LIST
from xlpy.libxl import Hvm
from xlpy.loss import LOST
from xlpy.nodes import ListNode
from xlpy.vocabulary import HVM, Key

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader

CAPABILITIES = {"lmce": 1 << 0}
"""Name -> the bit that stands for it."""


def _read_caps(reader: Reader, key: Key) -> None:
    items = reader.items(key.name, quiet=True)
    if items is None:
        if key.name in reader.entries:
            reader.refuse("bad-mca-caps", "ERROR: unable to parse mca_caps.", key=key.name, status=3)
        return
    caps = 0
    for item in items:
        if isinstance(item, ListNode):
            reader.refuse(*MCA_NESTED.told(), span=item.span)
            return
        if item.text not in CAPABILITIES:
            message = f"ERROR: unrecognized MCA capability '{item.text}'."
            reader.refuse("unknown-mca-cap", message, span=item.span, status=3)
            return
        caps |= CAPABILITIES[item.text]
    reader.put(key.field, caps, key.name)


def _write_caps(config: DomainConfig) -> tuple[str, ...] | None:
    hvm = config.b_info.u
    caps = hvm.mca_caps if isinstance(hvm, Hvm) else 0
    return tuple(name for name, bit in CAPABILITIES.items() if caps & bit) or None


KEYS = (
    Key(
        name="mca_caps",
        kind=LIST,
        order=2089,
        read=_read_caps,
        write=_write_caps,
        field="b_info.u.hvm.mca_caps",
        guests=(HVM,),
        default="[]",
        since="4.10",
        doc='Capabilities beyond the usual ones: "lmce", machine checks that reach only the CPU that they concern.',
        libvirt=LOST,
        good=('["lmce"]', "[]"),
        bad=('["default"]', '"lmce"'),
    ),
)
