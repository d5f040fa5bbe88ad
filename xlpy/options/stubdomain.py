"""The stub domain: a small domain in which the device model of an HVM guest runs instead of in Dom0."""

from __future__ import annotations

from xlpy.kinds import BOOLEAN, MIB, STRING
from xlpy.loss import LOST
from xlpy.vocabulary import HVM, Key, Kind

_SWITCH = "device_model_stubdomain_override"


def _key(name: str, order: int, kind: Kind, field: str, since: str, doc: str, good: str, bad: str) -> Key:
    return Key(
        name=name,
        kind=kind,
        order=order,
        field=f"b_info.{field}",
        guests=(HVM,),
        since=since,
        only_with="" if name == _SWITCH else _SWITCH,
        libvirt=LOST,
        doc=doc,
        good=(good,),
        bad=(bad,),
    )


KEYS = (
    _key(
        _SWITCH,
        2843,
        BOOLEAN,
        "device_model_stubdomain",
        "4.2",
        "Run the device model in a small domain of its own instead of in Dom0.",
        "1",
        '"yes"',
    ),
    _key(
        "device_model_stubdomain_seclabel",
        2846,
        STRING,
        "device_model_ssid_label",
        "4.2",
        "The XSM label of the stub domain.",
        '"system_u:system_r:domHVM_dm_t"',
        "[]",
    ),
    _key(
        "stubdomain_kernel",
        2854,
        STRING,
        "stubdomain_kernel",
        "4.14",
        "The kernel of the stub domain, a path in Dom0.",
        '"/usr/lib/xen/boot/qemu-stubdom-linux-kernel"',
        "[]",
    ),
    _key(
        "stubdomain_cmdline",
        2856,
        STRING,
        "stubdomain_cmdline",
        "4.16",
        "The command line of the stub domain's kernel.",
        '"quiet"',
        "[]",
    ),
    _key(
        "stubdomain_ramdisk",
        2858,
        STRING,
        "stubdomain_ramdisk",
        "4.14",
        "The ramdisk of the stub domain, a path in Dom0.",
        '"/usr/lib/xen/boot/qemu-stubdom-linux-rootfs"',
        "[]",
    ),
    _key(
        "stubdomain_memory",
        2860,
        MIB,
        "stubdomain_memkb",
        "4.14",
        "The memory of the stub domain; without it 28 for MiniOS, 128 for Linux.",
        "256",
        '"256M"',
    ).replace(unit="MiB"),
)
