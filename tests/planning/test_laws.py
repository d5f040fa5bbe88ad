"""What is judged feasible is built by the simulated host without an error, on each of the hosts that come with xlpy."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.guests import DISK, MIB, Lab, config
from xlpy.cli.files.hostfile import read_host, shipped
from xlpy.cli.plans.recording import standing_of
from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.devices.vkb import Vkb
from xlpy.executors.observing import observe
from xlpy.libxl import DomainConfig, Hvm, Pv, Pvh, VgaInterfaceInfo, VncInfo
from xlpy.planner.together import judge

KERNEL = "/boot/vmlinuz-6.12.0-amd64"
IMAGES = [
    DISK.replace(pdev_path="/dev/vg0/web"),
    DISK.replace(pdev_path="/dev/vg0/db", vdev="xvdb", readwrite=0),
    DISK.replace(pdev_path="/nosuch", vdev="xvdc"),
    DISK.replace(pdev_path="/var/lib/xen/images/installer.qcow2", format="qcow2", vdev="hdb"),
    DISK.replace(pdev_path="/dev/vg0/db", vdev="sda", script="block-nosuch"),
    Disk(vdev="hdc", is_cdrom=1, removable=1, format="raw", pdev_path="/var/lib/xen/iso/installer.iso"),
    Disk(vdev="hdd", is_cdrom=1, removable=1, format="empty"),
]
FIXED = VncInfo(enable=True, findunused=False, display=1)
OTHERS: list[Any] = [
    Vif(),
    Vif(bridge="nosuch"),
    Vif(ifname="a-long-name-of-a-card"),
    Vif(backend_domname="a"),
    Pci(bus=2),
    Pci(bus=0x82, dev=0x10),
    Pci(bus=9),
    Vfb(vnc=FIXED),
    Vkb(),
]
UNIONS: dict[str, list[Any]] = {
    "pv": [Pv()],
    "pvh": [Pvh(), Pvh(pvshim=True)],
    "hvm": [Hvm(), Hvm(bios="ovmf", vnc=FIXED), Hvm(vga=VgaInterfaceInfo(kind="std"), xen_platform_pci=False)],
}


@st.composite
def guests(draw: st.DrawFn, name: str) -> DomainConfig:
    """Anything, feasible or not."""
    kind = draw(st.sampled_from(("pv", "pvh", "hvm")))
    memory, vcpus = draw(st.sampled_from((64, 500, 3000, 9000))), draw(st.sampled_from((1, 2, 5)))
    disks = draw(st.lists(st.sampled_from(IMAGES), max_size=3, unique_by=lambda disk: disk.vdev))
    others = draw(st.lists(st.sampled_from(OTHERS), max_size=3, unique_by=id))
    info = {
        "kernel": draw(st.sampled_from((KERNEL, KERNEL, "/nosuch"))) if kind != "hvm" else None,
        "max_memkb": memory * MIB * draw(st.sampled_from((1, 1, 2))),
        "u": draw(st.sampled_from(UNIONS[kind])),
        "vcpu_hard_affinity": ((draw(st.sampled_from(((0, 1), (26,), (1, 30)))),) * vcpus)
        if draw(st.booleans())
        else (),
    }
    created = {"pool_name": draw(st.sampled_from((None, None, "batch", "nosuch")))}
    return config(name, kind, memory=memory, vcpus=vcpus, devices=(*disks, *others), info=info, created=created)


@pytest.mark.parametrize("host", shipped())
@settings(max_examples=12)
@given(data=st.data())
def test_what_is_feasible_is_built(host: str, data: st.DataObject) -> None:
    wanted = {name: data.draw(guests(name)) for name in "abcd"}
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), read_host(host))
        lab.host.db.execute("PRAGMA synchronous = OFF")
        facts = lab.host.info().facts
        judged = judge(wanted, facts, standing_of(lab.host, facts))
        built = [one for one in judged.values() if not one.fatal]
        for one in built:
            lab.host.create(one.plan)
        assert sorted(guest.name for guest in observe(lab.host)) == sorted(one.plan.name for one in built)
        assert lab.host.info().free_memory_kib >= 0
        lab.host.close()
