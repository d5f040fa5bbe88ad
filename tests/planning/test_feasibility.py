"""What a host lacks for a guest: told before, at the setting that asks for it; what xl would build is not refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.guests import DISK, GIB, MIB, VIF, config
from xlpy.cli.files.hostfile import read_host
from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.usbdev import Hostdev, Usbdev
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.host import BUILT_IN, HostFacts, PciDevice
from xlpy.libxl import DomainConfig, Hvm, Pvh, VncInfo, VnodeInfo
from xlpy.planner.feasibility import problems
from xlpy.planner.feasible_guest import ranges
from xlpy.planner.placement import Room
from xlpy.planner.plan import check, make_plan
from xlpy.planner.together import Guest, Standing, in_order, judge, of_facts

NUMA = read_host("numa")
SMALL = read_host("small")
ARM = read_host("arm")
KERNEL = "/boot/vmlinuz-6.12.0-amd64"
CD = Disk(vdev="hdc", format="raw", is_cdrom=1, removable=1, pdev_path="/var/lib/xen/iso/windows.iso")


def found(guest: DomainConfig, facts: HostFacts) -> dict[str, bool]:
    """Code -> whether it is fatal."""
    return {one.code: one.fatal for one in problems(make_plan(guest, facts), facts)}


@pytest.mark.parametrize(
    ("guest", "facts", "expected"),
    [
        (config(), SMALL, {"no-such-file": True}),
        (config(info={"kernel": KERNEL}), SMALL, {}),
        (config(info={"kernel": KERNEL}, created={"ssid_label": "a:b:c"}), SMALL, {"no-xsm": False}),
        (config(info={"kernel": KERNEL}, created={"ssid_label": "a:b:c"}), NUMA, {}),
        (config(vcpus=5), BUILT_IN.replace(nodes=(0,) * 4), {"vcpus-beyond-pcpus": False}),
        (config(kind="pvh", vcpus=129), BUILT_IN, {"too-many-vcpus": True, "vcpus-beyond-pcpus": False}),
        (config(vcpus=129), BUILT_IN, {"vcpus-beyond-pcpus": False}),
        (config(info={"kernel": KERNEL, "vcpu_hard_affinity": ((25,),)}), NUMA, {"pinned-outside-pool": True}),
        (config(info={"kernel": KERNEL, "vcpu_hard_affinity": ((23, 24),)}), NUMA, {}),
        (config(info={"kernel": KERNEL, "vcpu_hard_affinity": ((99,),)}), NUMA, {}),
        (config(kind="hvm"), ARM, {"no-hvm": True, "no-such-file": True}),
        (config(kind="pvh"), BUILT_IN.replace(hap=False, shadow=False), {"no-paging": True}),
        (config(info={"vnuma_nodes": (VnodeInfo(),)}), BUILT_IN, {"vnuma-for-pv": True}),
        (config(kind="pvh", info={"vnuma_nodes": (VnodeInfo(),), "max_memkb": GIB}), BUILT_IN, {"pod-vnuma": True}),
        (config(kind="hvm", info={"altp2m": "mixed", "max_memkb": GIB}), BUILT_IN, {"pod-altp2m": True}),
        (config(kind="hvm", info={"altp2m": "mixed", "nested_hvm": True}), BUILT_IN, {"nested-altp2m": True}),
        (config(kind="hvm", info={"u": Hvm(bios="rombios")}), BUILT_IN, {"rombios": True}),
        (config(kind="hvm", info={"u": Hvm(bios="ovmf")}), NUMA, {}),
        (config(kind="hvm", info={"u": Hvm(bios="ovmf")}), NUMA.replace(ovmf="/nosuch"), {"no-such-file": True}),
        (config(kind="hvm", info={"u": Hvm(acpi_firmware="/nosuch")}), BUILT_IN, {"no-such-file": True}),
        (config(kind="hvm", info={"u": Hvm(smbios_firmware="/nosuch")}), BUILT_IN, {"no-such-file": True}),
        (config(info={"device_tree": "/nosuch"}), BUILT_IN, {"no-such-file": True}),
        (config(kind="pvh", info={"u": Pvh(pvshim=True)}), BUILT_IN, {}),
        (config(kind="pvh", info={"u": Pvh(pvshim=True, pvshim_path="/nosuch")}), BUILT_IN, {"no-such-file": True}),
        (config(memory=16), BUILT_IN, {"kernel-too-large": True}),
        (config(memory=17), BUILT_IN, {}),
        (config(kind="pvh", memory=16), BUILT_IN, {"kernel-too-large": True}),
        (config(kind="pvh", memory=16, info={"max_memkb": GIB}), BUILT_IN, {}),
        (config(memory=64, info={"kernel": "/boot/vmlinux"}), BUILT_IN, {"kernel-too-large": True}),
        (config(memory=75, info={"kernel": "/boot/vmlinux"}), BUILT_IN, {}),
        (config(info={"kernel": "/var/lib/xen/images/web.img"}), BUILT_IN, {"no-kernel": True}),
        (config(kind="hvm", info={"kernel": "/var/lib/xen/images/web.img"}), BUILT_IN, {}),
        (config(kind="hvm", memory=8), BUILT_IN, {"kernel-too-large": True}),
        (config(kind="hvm", memory=32), BUILT_IN, {}),
        (config(memory=6, info={"kernel": "/usr/lib/xen/grub-x86_64-xen.bin"}), BUILT_IN, {"kernel-too-large": True}),
        (config(memory=7, info={"kernel": "/usr/lib/xen/grub-x86_64-xen.bin"}), BUILT_IN, {}),
        (config(memory=1, info={"kernel": "/usr/lib/xen/mini-os"}), BUILT_IN, {}),
        (config(memory=0, info={"kernel": "/usr/lib/xen/mini-os"}), BUILT_IN, {"kernel-too-large": True}),
        (config(devices=(DISK.replace(script="block-nosuch"),)), BUILT_IN, {"no-such-script": True}),
        (config(devices=(DISK.replace(script="block-iscsi", pdev_path="iqn.x"),)), BUILT_IN, {}),
        (config(devices=(Vif(script="vif-nosuch"),)), BUILT_IN, {"no-such-script": True}),
        (config(devices=(Vif(script="vif-nosuch", backend_domname="net"),)), BUILT_IN, {}),
        (config(devices=(DISK.replace(format="empty", pdev_path=None),)), BUILT_IN, {"disk-empty": True}),
        (config(devices=(DISK.replace(pdev_path="/nosuch", backend="qdisk"),)), BUILT_IN, {"no-such-disk": False}),
        (
            config("a", "hvm", devices=(DISK.replace(pdev_path="/no", backend="qdisk"),)),
            BUILT_IN,
            {"no-such-disk": True},
        ),
        (config(kind="hvm", devices=(CD.replace(backend="phy"),)), BUILT_IN, {}),
        (config(kind="hvm", devices=(CD.replace(backend="phy"),)), read_host("no-iommu"), {"cd-backend": True}),
        (config(kind="hvm", devices=(DISK.replace(readwrite=0),)), BUILT_IN, {"read-only-ide": True}),
        (config(kind="hvm", devices=(DISK.replace(readwrite=0, vdev="sda"),)), BUILT_IN, {}),
        (config(kind="hvm", devices=(DISK.replace(readwrite=0, vdev="xvde"),)), BUILT_IN, {}),
        (config(kind="pv", devices=(DISK.replace(readwrite=0),)), BUILT_IN, {}),
        (config(kind="pv", devices=(Vif(ifname="a" * 15),)), BUILT_IN, {}),
        (config(kind="pv", devices=(Vif(ifname="a" * 16),)), BUILT_IN, {"vifname-too-long": True}),
        (config(kind="hvm", devices=(Vif(ifname="a" * 12),)), BUILT_IN, {"vifname-too-long": True}),
        (config(kind="hvm", devices=(Vif(ifname="a" * 12, nictype="vif"),)), BUILT_IN, {}),
        (config("a", info={"kernel": KERNEL}, devices=(Pci(bus=9),)), SMALL, {"pci-absent": True}),
        (config("a", info={"kernel": KERNEL}, devices=(Pci(bus=9, seize=True),)), SMALL, {"pci-absent": True}),
        (config("a", info={"kernel": KERNEL}, devices=(Pci(bus=1),)), SMALL, {"pci-not-assignable": True}),
        (config("a", info={"kernel": KERNEL}, devices=(Pci(bus=1, seize=True),)), SMALL, {}),
        (config("a", info={"kernel": KERNEL}, devices=(Pci(bus=2), Pci(bus=2))), SMALL, {"held-twice": True}),
        (
            config("a", "hvm", devices=(Pci(bus=2),), created={"passthrough": "share_pt", "hap": False}),
            SMALL,
            {"passthrough": True},
        ),
        (config("a", "pvh", devices=(Pci(bus=2),)), BUILT_IN, {"passthrough": True}),
        (config(devices=(Usbdev(u=Hostdev(hostbus=1, hostaddr=4)),)), BUILT_IN, {}),
        (
            config("a", info={"kernel": KERNEL}, devices=(Usbdev(u=Hostdev(hostbus=1, hostaddr=9)),)),
            SMALL,
            {"usb-absent": True},
        ),
    ],
)
def test_one_guest(guest: DomainConfig, facts: HostFacts, expected: dict[str, bool]) -> None:
    assert found(guest, facts) == expected


def test_only_what_is_fatal_is_checked_before_a_guest_is_built() -> None:
    guest = config(vcpus=9)
    assert check(make_plan(guest, BUILT_IN), BUILT_IN) == ()


def test_on_arm_a_pv_guest_is_a_pvh_guest() -> None:
    plan = make_plan(config(info={"kernel": KERNEL}), ARM)
    assert plan.config.c_info.type == "pvh"
    assert isinstance(plan.config.b_info.u, Pvh)


def test_ranges() -> None:
    assert ranges((0, 1, 2, 5, 7, 8)) == "0-2,5,7-8"
    assert ranges([]) == ""


def judged(*guests: DomainConfig, facts: HostFacts = BUILT_IN, **standing: Any) -> dict[str, list[str]]:
    """Name -> codes of what is in its way."""
    there = of_facts(facts).replace(**standing)
    return {key: [p.code for p in one.problems] for key, one in judge(by_name(*guests), facts, there).items()}


def by_name(*guests: DomainConfig) -> dict[str, DomainConfig]:
    return {f"{index}{guest.name}": guest for index, guest in enumerate(guests)}


def test_memory_after_the_guests_before() -> None:
    half = BUILT_IN.guest_memory_kib // 2 // MIB
    big, other, small = (config(name, memory=size) for name, size in (("a", half), ("b", half), ("c", 100)))
    assert judged(small, other, big) == {"2a": [], "1b": ["not-enough-memory"], "0c": []}


def test_ballooning_lends_what_domain_0_has() -> None:
    facts = BUILT_IN.replace(commandline="console=vga", memory_kib=4 * GIB, dom0_memory_kib=3 * GIB)
    assert judged(config(memory=3000), facts=facts) == {"0web": []}
    assert judged(config(memory=4000), facts=facts) == {"0web": ["not-enough-memory"]}
    assert judged(config(memory=3000), facts=facts.replace(commandline="dom0_mem=3G")) == {
        "0web": ["not-enough-memory"]
    }


def test_names_and_devices_of_others() -> None:
    running = Guest(name="db", uuid="u", held=tuple(DISK.claims()))
    assert judged(config("db"), guests=(running,)) == {"0db": ["name-taken"]}
    assert judged(config("x", created={"uuid": "u"}), guests=(running,)) == {"0x": ["uuid-taken"]}
    assert judged(config("x", devices=(DISK,)), guests=(running,)) == {"0x": ["disk-taken"]}
    card = Pci(bus=3)
    assert judged(config("x", devices=(card,)), config("y", devices=(card,))) == {"0x": [], "1y": ["pci-taken"]}
    shared = DISK.replace(readwrite=0)
    assert judged(config("x", devices=(shared,)), config("y", devices=(shared,))) == {"0x": [], "1y": []}


def test_what_cannot_be_built_takes_nothing() -> None:
    broken = config("a", devices=(DISK, VIF.replace(bridge="nosuch")))
    assert judged(broken, config("b", devices=(DISK,))) == {"0a": ["no-such-bridge"], "1b": []}


def test_ports_of_vnc() -> None:
    fixed = VncInfo(enable=True, findunused=False, display=3)
    hvm = config("a", "hvm", info={"u": Hvm(vnc=fixed)})
    pv = config("b", devices=(Vfb(vnc=fixed.replace(display=0, listen="0.0.0.0:3")),))
    assert judged(hvm, pv) == {"0a": [], "1b": ["port-taken"]}
    assert judged(hvm, facts=BUILT_IN.replace(ports=(22, 5903))) == {"0a": ["port-taken"]}
    free = config("a", "hvm", info={"u": Hvm(vnc=fixed.replace(findunused=True))})
    assert judged(free, pv, facts=BUILT_IN.replace(ports=(5904,))) == {"0a": [], "1b": []}


def test_driver_domains_come_first_and_must_be_there() -> None:
    guest = config("a", devices=(VIF.replace(backend_domname="net"),))
    net = config("net")
    assert list(judge(by_name(guest, net), BUILT_IN, of_facts(BUILT_IN))) == ["1net", "0a"]
    assert judged(guest, net) == {"1net": [], "0a": []}
    assert judged(guest) == {"0a": ["no-backend-domain"]}
    assert not judge(by_name(guest), BUILT_IN, of_facts(BUILT_IN))["0a"].fatal
    known = of_facts(BUILT_IN).replace(complete=True)
    assert judge(by_name(guest), BUILT_IN, known)["0a"].fatal
    assert judged(guest, guests=(Guest(name="net"),)) == {"0a": []}


def test_a_circle_has_an_order_too() -> None:
    a, b = (config(x, devices=(VIF.replace(backend_domname=y),)) for x, y in (("a", "b"), ("b", "a")))
    assert in_order({"1": a, "2": b}) == in_order({"2": b, "1": a}) == ["2", "1"]


def test_the_order_of_files_does_not_matter() -> None:
    guests = [config(name, memory=9000) for name in "fbdace"]
    one = judge({guest.name: guest for guest in guests}, BUILT_IN, of_facts(BUILT_IN))
    other = judge({guest.name: guest for guest in reversed(guests)}, BUILT_IN, of_facts(BUILT_IN))
    assert list(one.items()) == list(other.items())
    assert [bool(judged.fatal) for judged in one.values()] == [False] * 6


def test_each_guest_finds_the_nodes_as_those_before_leave_them() -> None:
    guests = {name: config(name, memory=18 * 1024) for name in "abc"}
    plans = [one.plan for one in judge(guests, BUILT_IN, of_facts(BUILT_IN)).values()]
    assert [plan.placement and plan.placement.nodes for plan in plans] == [(0,), (1,), (0, 1)]
    full = Standing(free_kib=50 * GIB, room=Room(free_kib=(0, 0), vcpus=(0, 0)))
    assert judge({"a": guests["a"]}, BUILT_IN, full)["a"].plan.placement is None


def test_pci_of_a_host_that_lists_all() -> None:
    facts = BUILT_IN.replace(pci_devices=(PciDevice(bdf="0000:03:00.0"),), pci_assignable=("0000:03:00.0",))
    assert found(config(devices=(Pci(bus=3),)), facts) == {}
    assert found(config(devices=(Pci(bus=3, func=1),)), facts) == {"pci-absent": True}
