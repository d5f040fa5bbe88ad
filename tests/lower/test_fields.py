"""Each field of libxl_domain_config that is set shows in the XML or is told as lost, or means nothing."""

from __future__ import annotations

import json
from random import Random
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin
from xml.etree.ElementTree import fromstring

import pytest

from tests.lower.reading import CAPABILITIES, CASES, HOST
from xlpy.config import load
from xlpy.devices.channel import Pty
from xlpy.devices.usbdev import Hostdev
from xlpy.libxl import BuildInfo, CpuPolicy, CreateInfo, DomainConfig, Hvm, MsrPolicy, Pv, Pvh, Struct
from xlpy.libxl_json import to_json
from xlpy.libxl_read import _type, device_classes, from_json
from xlpy.lower import lower
from xlpy.release import Release
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xlpy.libxl import DeviceRecord, DomainType

NAMES_IT = ("c_info.name", "c_info.uuid", "c_info.type")
NEWEST = Release(4, 23)
KINDS: dict[DomainType, Pv | Pvh | Hvm] = {"pv": Pv(), "pvh": Pvh(pvshim=True), "hvm": Hvm()}
BASES = {
    kind: DomainConfig(
        c_info=CreateInfo(name="web", type=kind, uuid="6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"),
        b_info=BuildInfo(kernel="/k", bootloader="/b", device_model_stubdomain=True, u=member),
        on_soft_reset="soft_reset",
    )
    for kind, member in KINDS.items()
}
DEVICES: dict[str, dict[str, Any]] = {
    "disk": {"vdev": "xvda", "pdev_path": "/a"},
    "channel": {"name": "a", "u": Pty()},
    "usbdev": {"u": Hostdev(hostbus=1, hostaddr=2)},
    "vif": {"rate_bytes_per_interval": 512_000, "rate_interval_usecs": 50_000},
}
"""What makes a device of a class one that libvirt can have."""
BY_ITSELF = "libxl finds it out by itself"
WITH_VIRTIO = "it belongs to a virtio disk, which is lost"
ALONE = "it means nothing where this is all that is set; test_completeness.py has it with what it needs"
SAMPLES: dict[Any, list[Any]] = {
    bool: [True],
    int: [1, 7],
    str: ["/x"],
    CpuPolicy: [CpuPolicy(msr=(MsrPolicy(index=1, policy="x"),))],
}
SILENT = {
    "c_info.domid": BY_ITSELF,
    "b_info.iommu_memkb": BY_ITSELF,
    "b_info.claim_mode": "xl claims memory before it builds; the guest gets the same",
    "b_info.blkdev_start": "where Dom0 attaches a disk for its own use",
    "b_info.sched_params.slice": "of a scheduler that is no more",
    "b_info.sched_params.latency": "of a scheduler that is no more",
    "b_info.u.slack_memkb": BY_ITSELF,
    "b_info.u.viridian_disable": "nothing to leave out of what is not there",
    "b_info.u.gfx_passthru_kind": "gfx_passthru is told",
    "b_info.u.rdm.policy": "the strategy is told, and the policy of each device",
    **dict.fromkeys(
        [f"b_info.u.sdl.{name}" for name in ("display", "xauthority")]
        + [f"b_info.u.spice.{name}" for name in ("port", "host", "disable_ticketing", "passwd", "agent_mouse")]
        + ["b_info.u.spice.clipboard_sharing"],
        ALONE,
    ),
    "channel.devid": BY_ITSELF,
    "disk.removable": "libvirt makes all disks removable",
    "disk.transport": WITH_VIRTIO,
    "disk.irq": WITH_VIRTIO,
    "disk.base": WITH_VIRTIO,
    "pci.vfunc_mask": "xl sets none but that of one function, and that of all",
    "vkb.devid": BY_ITSELF,
    "vfb.devid": BY_ITSELF,
    "vfb.sdl.display": ALONE,
    "vfb.sdl.xauthority": ALONE,
    "vif.model": "a PV guest has no emulated card",
    "vif.nictype": "a PV guest has no emulated card",
}
"""Fields that change nothing, and why."""


def samples(struct: Struct, name: str) -> list[Any]:
    """Values of the type of a field."""
    if struct.FIELDS[name] == "Defbool":
        return [True, False]
    kind = _type(type(struct), name)
    if get_origin(kind) in (Union, UnionType):
        kind = next(option for option in get_args(kind) if option is not type(None))
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if get_origin(kind) is tuple:
        return _lists(get_args(kind)[0])
    return SAMPLES[kind]


def _lists(item: Any) -> list[Any]:
    if get_args(item) == (str, str):
        return [(("a", "b"),)]
    if get_origin(item) is tuple:
        return [((1,),)]
    return [(item(),) if issubclass(item, Struct) else tuple(SAMPLES[item][:1])]


def changed(struct: Struct, path: str) -> Iterator[tuple[str, Any]]:
    """The structure with one field set, for each of them and each of its samples."""
    for name in struct.FIELDS:
        value = getattr(struct, name)
        if name == "devices" or f"{path}{name}" in NAMES_IT:
            continue
        if isinstance(value, Struct):
            for where, inner in changed(value, f"{path}{name}."):
                yield where, struct.replace(**{name: inner})
        elif name not in struct.SELECTORS:
            for sample in samples(struct, name):
                if sample != value:
                    yield f"{path}{name}", struct.replace(**{name: sample})


def shown(struct: Any, path: str, whole: Callable[[Any], DomainConfig]) -> dict[str, bool]:
    """Whether each field of a structure changes anything; WHOLE makes a configuration of it."""
    before = lower(whole(struct), release=NEWEST, capabilities=CAPABILITIES)
    found: dict[str, bool] = {}
    for where, other in changed(struct, path):
        after = lower(whole(other), release=NEWEST, capabilities=CAPABILITIES)
        found[where] = found.get(where, False) or (before.xml, before.lost) != (after.xml, after.lost)
    return found


def silent(path: str) -> set[str]:
    return {field for field in SILENT if field.startswith(path)}


def test_fields_of_the_domain() -> None:
    found: dict[str, bool] = {}
    for config in BASES.values():
        for field, shows in shown(config, "", lambda config: config).items():
            found[field] = found.get(field, False) or shows
    quiet = {field for field, shows in found.items() if not shows}
    assert quiet == silent("c_info.") | silent("b_info.")


@pytest.mark.parametrize("record", device_classes(), ids=lambda record: record.KIND)
def test_fields_of_devices(record: type[DeviceRecord]) -> None:
    device = record(**DEVICES.get(record.KIND, {}))

    def whole(device: DeviceRecord) -> DomainConfig:
        return BASES["pv"].replace(devices=(device,))

    if any(lost.field == f"{record.KIND}[0]" for lost in lower(whole(device)).lost):
        return  # all of it is lost
    found = shown(device, f"{record.KIND}.", whole)
    assert {field for field, shows in found.items() if not shows} == silent(f"{record.KIND}.")


ODD = ["", "x", "\x00", "\udc80", "/a", "-1", "\u00e9", 0, -1, 2**70, -(2**70), None, [], {}, True, "True", [1], ["x"]]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_no_json_is_too_odd(case: Path) -> None:
    """Of what libxl's JSON says nothing is sure but the types; whatever libvirt cannot have is told, never raised."""
    config = load(Source("guest.cfg", (case / "guest.cfg").read_text(encoding="utf-8")), host=HOST).config
    data, rng = json.loads(to_json(config)), Random(case.name)
    places = list(_places(data))
    for holder, key in places * 3:
        kept, holder[key] = holder[key], rng.choice(ODD)
        try:
            read = from_json(json.dumps(data))
        except ValueError:
            continue
        finally:
            holder[key] = kept
        made = lower(read)
        fromstring(made.xml)


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Each value with what holds it."""
    for key in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield data, key
        yield from _places(data[key])
