"""The PV shim: a small Xen inside a PVH guest, for kernels that only know PV."""

from __future__ import annotations

from xlpy.kinds import BOOLEAN, STRING
from xlpy.loss import LOST
from xlpy.vocabulary import PVH, Key, Kind


def _key(name: str, order: int, kind: Kind, doc: str, good: str, bad: str, default: str = "unset") -> Key:
    return Key(
        name=name,
        kind=kind,
        order=order,
        field=f"b_info.u.pvh.{name}",
        guests=(PVH,),
        default=default,
        since="4.11",
        only_with="" if name == "pvshim" else "pvshim",
        libvirt=LOST,
        doc=doc,
        good=(good,),
        bad=(bad,),
    )


KEYS = (
    _key("pvshim", 1495, BOOLEAN, "Run the kernel, a PV one, inside the shim.", "1", '"yes"', "0"),
    _key(
        "pvshim_path",
        1496,
        STRING,
        "The shim to use, a path in Dom0.",
        '"/usr/lib/xen-4.20/boot/xen-shim"',
        "[]",
        "xen-shim in Xen's firmware directory",
    ),
    _key(
        "pvshim_cmdline",
        1499,
        STRING,
        "The command line of the shim, in place of the usual one.",
        '"pv-shim console=xen,pv"',
        "[]",
        '"pv-shim console=xen,pv"',
    ),
    _key("pvshim_extra", 1502, STRING, "Appended to the command line of the shim.", '"loglvl=all"', "[]"),
)
