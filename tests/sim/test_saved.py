"""Records and their JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sim.guests import DISK, VIF, config
from xlpy.devices.pci import Pci
from xlpy.devices.vfb import Vfb
from xlpy.devices.vkb import Vkb
from xlpy.executors.sim import saved
from xlpy.host import BUILT_IN, HostFacts
from xlpy.libxl import Hvm, VncInfo
from xlpy.planner.steps import Unpause
from xlpy.record import Record


@pytest.mark.parametrize("kind", ["pv", "pvh", "hvm"])
def test_configurations_come_back(kind: str) -> None:
    devices = (DISK, VIF, Pci(bus=3), Vfb(vnc=VncInfo(enable=True)), Vkb())
    info = {"vcpu_hard_affinity": ((0, 1), ()), "cmdline": "caf\udce9 \x00\x1b"}
    before = config("web", kind, devices=devices, info=info, on_reboot="restart")
    assert saved.config_from_text(saved.to_text(before)) == before


def test_unions_and_nested_structures_come_back() -> None:
    before = config(kind="hvm", info={"u": Hvm(vnc=VncInfo(enable=False, display=3), boot="dc")})
    assert saved.config_from_text(saved.to_text(before)) == before


def test_facts_come_back() -> None:
    facts = BUILT_IN.replace(bridges=(), nodes=(0, 0))
    assert saved.facts_from_text(saved.to_text(facts)) == facts


def test_defaults_take_no_room() -> None:
    assert saved.to_text(HostFacts(name="x")) == '{"":"host.HostFacts","name":"x"}'


def test_other_records_are_not_saved() -> None:
    with pytest.raises(TypeError):
        saved.to_text(Unpause())


@pytest.mark.parametrize(
    "name",
    ["host.Problem.x", "os.System", "record.Record", "devices.disk.re", "devices.disk.TYPE", "host.", "", "libxl.Any"],
)
def test_only_records_are_read(name: str) -> None:
    text = json.dumps({"": name, "name": "x"})
    with pytest.raises((ValueError, AttributeError, AssertionError, TypeError, ModuleNotFoundError)):
        saved.facts_from_text(text)


def test_every_struct_has_a_name_that_is_read() -> None:
    import xlpy.libxl

    structs: list[Any] = [c for c in vars(xlpy.libxl).values() if isinstance(c, type) and issubclass(c, Record)]
    for struct in structs:
        if struct.__module__ == "xlpy.libxl" and all(hasattr(struct, field) for field in struct.FIELDS):
            assert saved.to_text(struct()) == f'{{"":"libxl.{struct.__name__}"}}'
