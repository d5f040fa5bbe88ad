"""The device model: the QEMU that emulates devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.kinds import STRING, STRINGS, choice
from xlpy.loss import LOST, Loss
from xlpy.vocabulary import ALL, HVM, PV, PVH, Key, Reading

if TYPE_CHECKING:
    from xlpy.reader import Reader

_VERSION = choice(
    {"qemu-xen": "qemu_xen", "qemu-xen-traditional": "qemu_xen_traditional"},
    'Unknown {name} "{value}" specified',
    "unknown-device-model",
    until={"qemu-xen-traditional": "4.20"},
)


def _read_device_model(reader: Reader, key: Key) -> None:
    """The name of a program: xl once took it, and now only warns."""
    program = reader.text(key.name)
    if program is None:
        return
    lines = [
        "WARNING: ignoring device_model directive.",
        'WARNING: Use "device_model_override" instead if you really want a non-default device_model',
    ]
    if "stubdom-dm" in program:
        lines.append(
            'WARNING: Or use "device_model_stubdomain_override" if you  want to enable stubdomains'
            if reader.domain_type == HVM
            else 'WARNING: ignoring "device_model_stubdomain_override" directive for pv guest'
        )
    reader.remark("device-model", "device_model does nothing", *lines, key=key.name, advice="remove the line")


def _check_override(reader: Reader) -> None:
    if reader.get("b_info.device_model") is not None and reader.text("device_model_version", quiet=True) is None:
        line = "WARNING: device model override given without specific DM version"
        summary, advice = "device_model_override without device_model_version", 'add device_model_version="qemu-xen"'
        reader.remark("override-without-version", summary, line, key="device_model_override", advice=advice)


def _read_args(reader: Reader, key: Key) -> None:
    arguments = STRINGS.read(reader, key.name)
    if arguments is not None:
        reader.put(key.field, arguments, key.name)
    elif key.name in reader.entries:
        reader.refuse("bad-arguments", f"xl: Unable to parse {key.name}.", key=key.name, status=3)


def _args(name: str, field: str, guests: tuple[str, ...], which: str, since: str) -> Key:
    return Key(
        name=name,
        kind=STRINGS,
        order=2864,
        read=_read_args,
        field=f"b_info.{field}",
        guests=guests,
        since=since,
        doc=f"Further arguments of the device model {which}.",
        good=('["-device", "edu"]', "[]"),
        bad=('"-device edu"',),
    )


READINGS = (Reading(order=2833, apply=_check_override),)

_PROGRAM = Loss(
    why="libvirt's driver for Xen takes a device model for HVM guests only",
    severity=Severity.WARNING,
    when=lambda path, config: bool(path) and config.c_info.type != HVM,
)
_TRADITIONAL = Loss(
    why="libvirt's driver for Xen asks the device model itself, which is qemu-xen without device_model_override",
    when=lambda version, config: version == "qemu_xen_traditional" and not config.b_info.device_model,
)

KEYS = (
    Key(
        name="device_model",
        kind=STRING,
        order=2812,
        read=_read_device_model,
        deprecated="device_model_override",
        doc="Does nothing but warn.",
        good=('"qemu-dm"',),
        bad=("[]",),
    ),
    Key(
        name="device_model_override",
        kind=STRING,
        order=2830,
        field="b_info.device_model",
        since="4.2",
        doc="The program that is run as device model, a path in Dom0; its kind must be said with device_model_version.",
        libvirt=_PROGRAM,
        good=('"/usr/local/bin/qemu-system-i386"',),
        bad=("[]",),
        beside='device_model_version = "qemu-xen"',
    ),
    Key(
        name="device_model_version",
        kind=_VERSION,
        order=2832,
        field="b_info.device_model_version",
        default='"qemu-xen"',
        since="4.2",
        doc='The kind of device model: "qemu-xen", or until Xen 4.20 the old "qemu-xen-traditional".',
        libvirt=_TRADITIONAL,
        good=('"qemu-xen"',),
        bad=('"qemu"', '"none"'),
    ),
    Key(
        name="device_model_user",
        kind=STRING,
        order=2851,
        field="b_info.device_model_user",
        guests=ALL,
        since="4.7",
        doc="The user of Dom0 as which the device model runs.",
        libvirt=LOST,
        good=('"xen-qemuuser-shared"',),
        bad=("[]",),
    ),
    _args("device_model_args", "extra", ALL, "of any guest", "4.1"),
    _args("device_model_args_pv", "extra_pv", (PV, PVH), "of a PV or PVH guest", "4.2"),
    _args("device_model_args_hvm", "extra_hvm", (HVM,), "of an HVM guest", "4.2"),
)
