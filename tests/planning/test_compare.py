"""What differs between a guest that should run and one that runs, and how it is changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.guests import DISK, GIB, MIB, VIF, config
from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.vif import Vif
from xlpy.fleet.change import Change, Wish, changes
from xlpy.fleet.compare import Difference, differences
from xlpy.fleet.edits import (
    AttachDevice,
    ChangeMedium,
    DetachDevice,
    MoveToPool,
    SetAffinity,
    SetOnline,
    SetShare,
    SetTarget,
)
from xlpy.fleet.running import Running
from xlpy.host import BUILT_IN
from xlpy.libxl import DomainConfig, Hvm, SchedParams, VncInfo
from xlpy.planner.together import of_facts

EVERYWHERE = tuple(range(BUILT_IN.cpus))
CD = Disk(vdev="hdc", format="raw", is_cdrom=1, removable=1, pdev_path="/var/lib/xen/iso/a.iso")
DATA = DISK.replace(vdev="xvdb", pdev_path="/dev/vg0/data")
MAC = "00:16:3e:00:00:0"


def share(weight: int, cap: int) -> SetShare:
    return SetShare(scheduler="credit2", weight=weight, cap=cap)


def running(guest: DomainConfig, **changed: Any) -> Running:
    """A guest just after it was built."""
    values = {
        "name": guest.name,
        "domid": 1,
        "uuid": guest.c_info.uuid or "",
        "config": guest,
        "target_kib": guest.memory_kib,
        "online": guest.b_info.avail_vcpus or (0,),
        "hard": tuple(EVERYWHERE for _ in range(guest.max_vcpus)),
        "soft": tuple(EVERYWHERE for _ in range(guest.max_vcpus)),
        "scheduler": "credit2",
        "weight": 256,
        "cap": 0,
        "memory_kib": guest.memory_kib,
    }
    return Running(**{**values, **changed})


def found(wanted: DomainConfig, there: Running, **options: bool) -> tuple[Difference, ...]:
    return differences(wanted, there, BUILT_IN, **options)


def edits(wanted: DomainConfig, built: DomainConfig) -> list[Any]:
    """The edits, or the settings that need a new build."""
    return [edit for one in found(wanted, running(built)) for edit in one.edits or (one.setting,)]


def test_a_guest_that_runs_as_its_file_says() -> None:
    guest = config(devices=(DISK, VIF, CD), info={"cmdline": "ro"})
    assert found(guest, running(guest)) == ()


@pytest.mark.parametrize(
    ("wanted", "built", "expected"),
    [
        (config(memory=64), config(), [SetTarget(kib=64 * MIB)]),
        (config(memory=256), config(), ["maxmem"]),
        (config(memory=256, info={"max_memkb": GIB}), config(info={"max_memkb": GIB}), [SetTarget(kib=256 * MIB)]),
        (config(memory=256, info={"max_memkb": GIB}), config(memory=256), ["maxmem"]),
        (config(vcpus=1), config(vcpus=2), [SetOnline(vcpus=(0,))]),
        (config(vcpus=3), config(vcpus=2), ["maxvcpus"]),
        (config(vcpus=2, info={"avail_vcpus": (0,)}), config(vcpus=2), [SetOnline(vcpus=(0,))]),
        (config(info={"vcpu_hard_affinity": ((1, 2),)}), config(), [SetAffinity(vcpu=0, hard=(1, 2))]),
        (config(info={"vcpu_hard_affinity": ((1, 99),)}), config(), [SetAffinity(vcpu=0, hard=(1,))]),
        (config(info={"vcpu_soft_affinity": ((3,),)}), config(), [SetAffinity(vcpu=0, soft=(3,))]),
        (config(info={"sched_params": SchedParams(weight=512)}), config(), [share(512, 0)]),
        (config(info={"sched_params": SchedParams(cap=50)}), config(), [share(256, 50)]),
        (config(created={"pool_name": "two"}), config(), [MoveToPool(pool="two")]),
        (config(info={"kernel": "/boot/other"}), config(), ["kernel"]),
        (config(info={"cmdline": "ro"}), config(), ["cmdline"]),
        (config(on_reboot="restart"), config(), ["on_reboot"]),
        (config(kind="pvh"), config(), ["type"]),
        (config(kind="hvm", info={"u": Hvm(vnc=VncInfo(display=3))}), config(kind="hvm"), ["vnc.display"]),
        (config(devices=(DISK, DATA)), config(devices=(DISK,)), [AttachDevice(device=DATA, devid=51728)]),
        (config(devices=(DISK,)), config(devices=(DISK, DATA)), [DetachDevice(device=DATA, devid=51728)]),
        (config(devices=(DISK.replace(readwrite=0),)), config(devices=(DISK,)), ["disk xvda"]),
        (config(devices=()), config(devices=(DISK,)), ["disk xvda"]),
        (
            config(devices=(DISK, DATA.replace(readwrite=0))),
            config(devices=(DISK, DATA)),
            [DetachDevice(device=DATA, devid=51728), AttachDevice(device=DATA.replace(readwrite=0), devid=51728)],
        ),
        (
            config(kind="hvm", devices=(DISK, CD.replace(pdev_path=None, format="empty"))),
            config(kind="hvm", devices=(DISK, CD)),
            [ChangeMedium(disk=CD.replace(pdev_path=None, format="empty"))],
        ),
        (config(kind="hvm", devices=(DISK,)), config(kind="hvm", devices=(DISK, CD)), ["disk hdc"]),
        (config(devices=(VIF, Vif())), config(devices=(VIF,)), [AttachDevice(device=Vif(devid=1), devid=1)]),
        (config(devices=()), config(devices=(VIF,)), [DetachDevice(device=VIF, devid=0)]),
        (
            config(devices=(Vif(mac=f"{MAC}2"),)),
            config(devices=(Vif(mac=f"{MAC}1", devid=0), Vif(mac=f"{MAC}2", devid=1))),
            [DetachDevice(device=Vif(mac=f"{MAC}1", devid=0), devid=0)],
        ),
        (config(devices=(Vif(),)), config(devices=(Vif(devid=0, mac=f"{MAC}1", nictype="vif"),)), []),
        (config(devices=(Pci(bus=3),)), config(), ["pci 0"]),
        (config(devices=(Pci(bus=3),)), config(devices=(Pci(bus=4),)), ["pci 0"]),
    ],
)  # fmt: skip
def test_one_difference(wanted: DomainConfig, built: DomainConfig, expected: list[Any]) -> None:
    assert edits(wanted, built) == expected


def test_every_edit_can_be_taken_back() -> None:
    wanted = config(
        memory=64,
        vcpus=1,
        devices=(DISK, DATA, Vif(bridge="xenbr1", devid=0)),
        info={"vcpu_hard_affinity": ((1,), (1,)), "sched_params": SchedParams(weight=512)},
        created={"pool_name": "two"},
    )
    built = config(vcpus=2, devices=(DISK, Vif(bridge="xenbr0", devid=0)))
    one_way = found(wanted, running(built))
    assert all(one.edits and len(one.edits) == len(one.undo) for one in one_way)
    back = [edit for one in one_way for edit in one.undo]
    assert SetTarget(kib=128 * MIB) in back
    assert SetOnline(vcpus=(0, 1)) in back
    assert SetShare(scheduler="credit2", weight=256, cap=0) in back
    assert MoveToPool(pool="Pool-0") in back
    assert DetachDevice(device=DATA, devid=51728) in back


def test_what_a_host_does_not_tell_is_no_difference() -> None:
    guest = config(memory=64, vcpus=2, devices=(DISK,))
    there = Running(name="web", domid=1, uuid=guest.c_info.uuid or "", config=None)
    assert found(guest, there) == ()
    built = config(memory=64, devices=(DISK.replace(discard_enable=True),))
    loose = running(built, exact=False)
    assert found(config(memory=64, devices=(DISK,), info={"cmdline": "ro"}), loose) == ()
    assert [one.setting for one in found(config(memory=64, info={"kernel": "/x"}), loose)] == ["kernel", "disk xvda"]


def test_a_uuid_that_xl_made_up_is_none() -> None:
    guest = config()
    other = guest.replace(c_info=guest.c_info.replace(uuid="00000000-0000-4000-8000-000000000001"))
    assert found(other, running(guest), uuid_given=False) == ()
    assert [one.setting for one in found(other, running(guest))] == ["uuid"]


def test_a_guest_that_has_crashed_is_built_anew() -> None:
    (one,) = found(config(), running(config(), stopped="crash"))
    assert (one.before, one.after, one.edits) == ("crash", "running", ())


def test_secrets_are_not_told() -> None:
    guests = [config(kind="hvm", info={"u": Hvm(vnc=VncInfo(passwd=word))}) for word in ("geheim", "anders")]
    (one,) = found(guests[0], running(guests[1]))
    assert (one.before, one.after) == ("***", "***")


def made(*wanted: DomainConfig, there: tuple[Running, ...] = (), prune: bool = False) -> list[Change]:
    wishes = [Wish(key=f"{index}#{index}", config=one) for index, one in enumerate(wanted)]
    standing = of_facts(BUILT_IN)
    return list(changes(wishes, there, BUILT_IN, standing, prune=prune).changes)


def test_actions() -> None:
    there = (running(config("a")), running(config("b")), running(config("c")), running(config("x")))
    wanted = (config("a"), config("b", memory=64), config("c", kind="pvh"), config("d"))
    assert [(one.name, one.action) for one in made(*wanted, there=there)] == [
        ("b", "update"),
        ("a", "keep"),
        ("c", "replace"),
        ("d", "create"),
    ]
    assert ("x", "destroy") in [(one.name, one.action) for one in made(*wanted, there=there, prune=True)]
    found = changes([Wish(key="a", config=config("a"))], there, BUILT_IN, of_facts(BUILT_IN))
    assert found.strangers == ("b", "c", "x")


def test_servers_come_first_and_go_last() -> None:
    net, web = config("net"), config("web", devices=(VIF.replace(backend_domname="net"),))
    assert [one.name for one in made(web, net)] == ["net", "web"]
    gone = made(there=(running(net), running(web)), prune=True)
    assert [one.name for one in gone] == ["web", "net"]
    assert gone[1].after == ("web",)


def test_a_guest_whose_server_is_built_anew_is_built_anew() -> None:
    net, web = config("net"), config("web", devices=(VIF.replace(backend_domname="net"),))
    found = made(config("net", kind="pvh"), web, there=(running(net), running(web)))
    assert [(one.name, one.action) for one in found] == [("net", "replace"), ("web", "replace")]
    assert found[1].after == ("net",)
    assert found[1].differences[-1].setting == "backend"


def test_what_one_frees_another_can_take() -> None:
    old = (running(config("b", devices=(DISK, DATA))),)
    found = made(config("a", devices=(DATA.replace(vdev="xvda"),)), config("b", devices=(DISK,)), there=old)
    assert [(one.name, one.action, one.after) for one in found] == [("b", "update", ()), ("a", "create", ("b",))]
    assert not any(one.fatal for one in found)
    clash = made(config("a", devices=(DATA.replace(vdev="xvda"),)), there=old)
    assert [p.code for p in clash[0].problems] == ["disk-taken"]


def test_memory_that_comes_free_counts() -> None:
    big = BUILT_IN.guest_memory_kib // MIB - 2000
    there = (running(config("x", memory=big)),)
    assert made(config("a", memory=big), there=there, prune=True)[1].action == "create"
    found = changes(
        [Wish(key="a", config=config("a", memory=big))],
        there,
        BUILT_IN,
        of_facts(BUILT_IN).replace(free_kib=100 * MIB),
        prune=True,
    )
    assert not any(one.fatal for one in found.changes)
    kept = changes(
        [Wish(key="a", config=config("a", memory=big))], there, BUILT_IN, of_facts(BUILT_IN).replace(free_kib=MIB)
    )
    assert [p.code for p in kept.changes[0].problems] == ["not-enough-memory"]


def test_two_files_with_one_name() -> None:
    found = made(config("a"), config("a", memory=64))
    assert [one.action for one in found] == ["create", "create"]
    assert [[p.code for p in one.problems] for one in found] == [[], ["name-taken", "uuid-taken"]]


def test_a_disk_that_cannot_be_attached_is_told() -> None:
    lost = DATA.replace(pdev_path="/nosuch")
    (one,) = made(config(devices=(DISK, lost)), there=(running(config(devices=(DISK,))),))
    assert (one.action, [p.setting for p in one.fatal]) == ("update", ["disk[1].pdev_path"])


def test_guests_that_exchange_what_they_hold_first_give_it_back() -> None:
    card, other = Pci(bus=3), Pci(bus=5)
    there = (running(config("a", devices=(card,))), running(config("b", devices=(other,))))
    found = made(config("a", devices=(other,)), config("b", devices=(card,)), there=there)
    assert not any(one.fatal for one in found)
    order = [one.label for one in found]
    assert sorted(order) in (["a (giving back)", "a (taking)", "b"], ["a", "b (giving back)", "b (taking)"])
    for one in found:
        assert all(order.index(before) < order.index(one.label) for before in one.after)
    first = found[0]
    assert (first.action, first.part) == ("destroy", "giving back")


def test_a_server_that_takes_what_its_guest_held_waits_for_that_alone() -> None:
    there = (running(config("a", devices=(DISK,))),)
    wanted = config("a", "pvh", devices=(VIF.replace(backend_domname="b"),)), config("b", devices=(DISK,))
    found = made(*wanted, there=there)
    assert [one.label for one in found] == ["a (giving back)", "b", "a (taking)"]
    assert [one.after for one in found] == [(), ("a (giving back)",), ("a (giving back)", "b")]
