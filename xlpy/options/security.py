"""Programs of Dom0 that look at what the guest wrote, and how little they may do."""

from __future__ import annotations

from xlpy.kinds import BOOLEAN, STRING
from xlpy.loss import LOST
from xlpy.vocabulary import PV, PVH, Key

KEYS = (
    Key(
        name="bootloader_restrict",
        kind=BOOLEAN,
        order=1828,
        field="b_info.bootloader_restrict",
        guests=(PV, PVH),
        default="that of xl.conf, or 1 with bootloader_user, else 0",
        since="4.18",
        only_with="bootloader",
        doc="Run the bootloader with few rights, since it reads file systems that the guest could have crafted.",
        libvirt=LOST,
        good=("1",),
        bad=('"yes"',),
    ),
    Key(
        name="bootloader_user",
        kind=STRING,
        order=1833,
        field="b_info.bootloader_user",
        guests=(PV, PVH),
        since="4.18",
        only_with="bootloader",
        doc="The user of Dom0 as which a restricted bootloader runs.",
        libvirt=LOST,
        good=('"nobody"',),
        bad=('["nobody"]',),
    ),
    Key(
        name="dm_restrict",
        kind=BOOLEAN,
        order=2909,
        field="b_info.dm_restrict",
        default="0",
        since="4.10",
        doc="Run the device model with few rights, so that a guest that breaks out of it cannot reach others.",
        libvirt=LOST,
        good=("1",),
        bad=('"yes"',),
    ),
)
