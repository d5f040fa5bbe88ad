"""The domain as Xen sees it: what it may be used for, what it may have, where it may go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.kinds import BOOLEAN, INTEGER, LIST, enum
from xlpy.libxl import Passthrough
from xlpy.loss import LOST, STAYS_ON
from xlpy.vocabulary import HVM, PVH, Key

if TYPE_CHECKING:
    from xlpy.reader import Reader

_PASSTHROUGH = enum(Passthrough, "ERROR: unknown passthrough option '{value}'", "unknown-passthrough")
_OUT_OF_SYNC = STAYS_ON.replace(severity=Severity.WARNING)


def _read_vif2(reader: Reader, key: Key) -> None:
    if reader.items(key.name) is not None:
        line = "WARNING: vif2: netchannel2 is deprecated and not supported by xl"
        reader.remark("vif2", "vif2 does nothing", line, key=key.name, advice="use vif")


KEYS = (
    Key(
        name="oos",
        kind=BOOLEAN,
        order=1468,
        field="c_info.oos",
        guests=(HVM, PVH),
        default="1",
        doc="Under shadow paging: whether page tables may be out of sync with their shadows for a while.",
        libvirt=_OUT_OF_SYNC,
        good=("0",),
        bad=('"off"',),
    ),
    Key(
        name="passthrough",
        kind=_PASSTHROUGH,
        order=1760,
        field="c_info.passthrough",
        default='"enabled" with pci or dtdev devices, else "disabled"',
        since="4.13",
        doc=(
            "The IOMMU of the domain. Only a domain that starts with it can be given devices later; "
            '"share_pt" shares the page tables with the CPU, "sync_pt" keeps a second set.'
        ),
        good=('"enabled"', '"share_pt"'),
        bad=('"yes"', "1"),
    ),
    Key(
        name="nomigrate",
        kind=BOOLEAN,
        order=1772,
        field="b_info.disable_migrate",
        default="0",
        doc="Forbid migration and saving; the guest may then see an invariant TSC.",
        libvirt=LOST,
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="max_event_channels",
        kind=INTEGER,
        order=1808,
        field="b_info.event_channels",
        default="1023",
        since="4.4",
        doc="How many event channels the guest may have; guests with many vCPUs or disks may need more.",
        good=("4095",),
        bad=('"many"',),
    ),
    Key(
        name="driver_domain",
        kind=BOOLEAN,
        order=1816,
        field="c_info.driver_domain",
        default="0",
        since="4.4",
        doc="The domain serves devices to others: it may write the xenstore nodes that a backend needs.",
        libvirt=LOST,
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="vif2",
        kind=LIST,
        order=2613,
        read=_read_vif2,
        deprecated="vif",
        doc="Does nothing: the second network protocol never came.",
        good=("[]",),
        bad=('"mac=00:16:3e:00:00:01"',),
    ),
    Key(
        name="xend_suspend_evtchn_compat",
        kind=BOOLEAN,
        order=3089,
        field="c_info.xend_suspend_evtchn_compat",
        default="0",
        since="4.14",
        doc="Create the xenstore node of the suspend event channel, which old kernels such as Linux 2.6.18 look for.",
        libvirt=LOST,
        good=("1",),
        bad=('"yes"',),
    ),
)
