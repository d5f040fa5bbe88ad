from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sim.guests import DISK, GIB, KERNEL, MIB, VIF, config
from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.devices.vkb import Vkb
from xlpy.host import BUILT_IN, HostFacts
from xlpy.libxl import DeviceRecord, DomainConfig, Hvm, Pvh, SchedParams, VgaInterfaceInfo, VncInfo
from xlpy.planner import decisions, steps
from xlpy.planner.plan import Plan, check, make_plan
from xlpy.render.plan import plan_dict, plan_text

CD = Disk(pdev_path="/var/lib/xen/images/cd.iso", vdev="hdc", format="raw", removable=1, is_cdrom=1)
NIC_CARD = Pci(bus=3, dev=0, func=0)


def plan(*args: Any, facts: HostFacts = BUILT_IN, **named: Any) -> Plan:
    return make_plan(config(*args, **named), facts)


def verbs(plan: Plan) -> list[str]:
    return [f"{s.VERB} {s.device.KIND}" if isinstance(s, steps.Attach) else s.VERB for s in plan.steps]


def one(plan: Plan, step: type[Any]) -> Any:
    (found,) = [s for s in plan.steps if isinstance(s, step)]
    return found


def test_pv_order() -> None:
    assert verbs(plan(devices=(VIF, DISK))) == [
        "free memory",
        "allocate domid",
        "create domain",
        "place on nodes",
        "set vcpus",
        "set memory",
        "load kernel",
        "populate memory",
        "introduce domain",
        "attach disk",
        "add console",
        "attach vif",
        "store configuration",
        "unpause",
    ]


def test_hvm_order() -> None:
    found = verbs(plan(kind="hvm", devices=(NIC_CARD, VIF, CD, DISK)))
    assert found[6:] == [
        "load kernel",
        "populate memory",
        "introduce domain",
        "attach disk",
        "attach disk",
        "attach vkb",
        "add console",
        "start device model",
        "attach vif",
        "attach pci",
        "store configuration",
        "unpause",
    ]


def test_every_step_has_a_reason() -> None:
    everything = plan(
        devices=(DISK, VIF, Vfb(), Vkb(), NIC_CARD),
        info={"bootloader": "pygrub", "sched_params": SchedParams(weight=512), "irqs": (5,)},
    )
    assert {type(step) for step in everything.steps} == set(steps.AnyStep.__args__)
    assert all(step.reason and step.VERB for step in everything.steps)


def test_plans_are_values() -> None:
    assert plan(devices=(DISK,)) == plan(devices=(DISK,))
    assert plan(devices=(DISK,)) != plan(devices=(VIF,))
    assert hash(plan()) == hash(plan())
    assert "CreateDomain(" in repr(plan())


@pytest.mark.parametrize(
    ("kind", "memory", "vcpus", "need"),
    [
        # target + 4 * (256 * vcpus + k * MiB) + 1024 or 2048, up to the next 2048 KiB
        ("pv", 128, 1, 131072 + 4 * (256 + 128) + 1024),
        ("pvh", 128, 1, 131072 + 4 * (256 + 128) + 2048),
        ("hvm", 2048, 4, 2097152 + 4 * (1024 + 2048) + 2048),
    ],
)
def test_memory_need(kind: str, memory: int, vcpus: int, need: int) -> None:
    found = one(plan(kind=kind, memory=memory, vcpus=vcpus), steps.FreeMemory).need_kib
    assert found == (need + 2047) // 2048 * 2048


def test_memory_need_without_hap_counts_twice() -> None:
    facts = BUILT_IN.replace(hap=False)
    assert decisions.shadow(config(kind="hvm", memory=1024), facts) == 4 * (256 + 2 * 1024)
    assert one(plan(kind="hvm", facts=facts), steps.CreateDomain).flags == ("hvm",)


def test_memory_need_of_a_pv_guest_with_passthrough() -> None:
    guest = config(memory=1024, devices=(NIC_CARD,))
    assert decisions.iommu(guest, BUILT_IN) == 4 * (512 + 1 + 1 + 1)
    assert one(make_plan(guest, BUILT_IN), steps.CreateDomain).flags == ("iommu", "no_sharept")


def test_stubdom_needs_memory_of_its_own() -> None:
    with_stubdom = one(plan(kind="hvm", info={"device_model_stubdomain": True}), steps.FreeMemory).need_kib
    assert with_stubdom - one(plan(kind="hvm"), steps.FreeMemory).need_kib == (128 + 8) * MIB


@pytest.mark.parametrize(("kind", "mib"), [("unknown", 8), ("cirrus", 8), ("std", 16), ("qxl", 128), ("none", 0)])
def test_video_memory(kind: Any, mib: int) -> None:
    guest = config(kind="hvm", memory=1024, info={"u": Hvm(vga=VgaInterfaceInfo(kind=kind))})
    assert one(make_plan(guest, BUILT_IN), steps.SetMemory).video_kib == mib * MIB
    assert decisions.video(config()) == 0


def test_hvm_boots_by_firmware() -> None:
    load = one(plan(kind="hvm", info={"u": Hvm(bios="ovmf")}), steps.LoadKernel)
    assert (load.kernel, load.firmware) == ("/usr/lib/xen-4.20/boot/hvmloader", "ovmf")
    assert one(plan(kind="hvm"), steps.LoadKernel).firmware == "seabios"
    assert one(plan(kind="hvm", created={"hap": True}), steps.CreateDomain).flags == ("hvm", "hap")
    assert KERNEL in one(plan(kind="hvm", info={"kernel": KERNEL}), steps.StartDeviceModel).purpose


def test_bootloader_finds_the_kernel() -> None:
    found = plan(devices=(DISK,), info={"bootloader": "pygrub", "kernel": None, "bootloader_args": ("-q",)})
    run = one(found, steps.RunBootloader)
    assert (run.program, run.args, run.disk) == ("/usr/lib/xen-4.20/bin/pygrub", ("-q",), "/dev/vg0/web")
    assert one(found, steps.LoadKernel).kernel == ""
    assert verbs(found).index("run bootloader") == verbs(found).index("create domain") + 1
    ignored = plan(kind="hvm", devices=(DISK,), info={"bootloader": "pygrub"})
    assert "run bootloader" not in verbs(ignored)


@pytest.mark.parametrize(
    ("kind", "disk", "backend"),
    [
        ("pv", DISK, "phy"),
        ("pv", DISK.replace(format="qcow2"), "qdisk"),
        ("pv", DISK.replace(format="vhd"), "qdisk"),
        ("pv", DISK.replace(backend="tap"), "tap"),
        ("pv", DISK.replace(specification="virtio"), "standalone"),
        ("pv", CD, "phy"),
        ("hvm", CD, "qdisk"),
        ("hvm", DISK, "phy"),
    ],
)
def test_disk_backends(kind: str, disk: Disk, backend: str) -> None:
    found = plan(kind=kind, devices=(disk,))
    attached = [s for s in found.steps if isinstance(s, steps.Attach) and s.device is disk]
    assert [step.backend for step in attached] == [backend]
    needs_qemu = backend == "qdisk" or kind == "hvm"
    assert ("start device model" in verbs(found)) == needs_qemu


@pytest.mark.parametrize(("vdev", "number"), [("xvda", 51712), ("xvdb", 51728), ("hdc", 5632), ("sda1", 2049)])
def test_vdev_numbers(vdev: str, number: int) -> None:
    assert one(plan(devices=(DISK.replace(vdev=vdev),)), steps.Attach).devid == number


def test_other_devids_count_by_class() -> None:
    found = plan(devices=(Vif(), Vif(devid=7), Vif(), Vfb(), Vkb()))
    numbers = [(s.device.KIND, s.devid) for s in found.steps if isinstance(s, steps.Attach)]
    assert numbers == [("vkb", 0), ("vfb", 0), ("vif", 0), ("vif", 7), ("vif", 2)]


def test_qdisk_of_a_driver_domain_needs_no_qemu_here() -> None:
    found = plan(devices=(DISK.replace(backend="qdisk", backend_domname="storage"),))
    assert one(found, steps.Attach).backend_domain == "storage"
    assert "start device model" not in verbs(found)


def problem(guest: DomainConfig, facts: HostFacts = BUILT_IN) -> tuple[str, int]:
    """The first problem, in libxl's order."""
    found = check(make_plan(guest, facts), facts)
    assert all(p.line and p.advice and "\n" not in p.line + p.advice for p in found)
    return (found[0].code, found[0].status) if found else ("", 0)


@pytest.mark.parametrize(
    ("guest", "code", "status"),
    [
        (config(), "", 0),
        (config(info={"kernel": "/nosuch/vmlinuz"}), "no-such-file", 3),
        (config(info={"ramdisk": "/boot/../nosuch"}), "no-such-file", 3),
        (config(kind="pvh", info={"kernel": "/nosuch"}), "no-such-file", 3),
        (config(kind="hvm", info={"kernel": "/nosuch"}), "no-such-file", 3),
        (config(kind="hvm", info={"u": Hvm(firmware="/nosuch")}), "no-such-file", 3),
        (config(kind="hvm", info={"u": Hvm(system_firmware="/nosuch/ovmf.bin")}), "no-such-file", 3),
        (config(kind="hvm", info={"device_model": "/nosuch/qemu"}), "no-such-file", 3),
        (config(info={"bootloader": "pygrub"}), "no-boot-disk", 3),
        (config(devices=(DISK,), info={"bootloader": "/nosuch/pygrub"}), "no-such-file", 3),
        (config(devices=(DISK.replace(pdev_path="/nosuch/img"),)), "no-such-disk", 3),
        (config(devices=(DISK.replace(pdev_path="/nosuch/img", backend_domname="net"),)), "", 0),
        (config(devices=(DISK.replace(backend="phy", format="qcow2"),)), "no-disk-backend", 3),
        (config(devices=(Vif(bridge="nosuch"),)), "no-such-bridge", 3),
        (config(devices=(Vif(bridge="nosuch", script="vif-openvswitch"),)), "", 0),
        (config(devices=(Vif(bridge="nosuch", backend_domname="net"),)), "", 0),
        (config(devices=(Vif(),)), "", 0),
        (config(created={"pool_name": "nosuch"}), "no-such-pool", 6),
        (config(memory=100 * 1024), "not-enough-memory", 3),
        (config(devices=(NIC_CARD,)), "", 0),
        (config(devices=(NIC_CARD.replace(dev=9),)), "pci-not-assignable", 3),
        (config(devices=(NIC_CARD.replace(dev=9, seize=True),)), "", 0),
        (config(kind="pvh", devices=(NIC_CARD,)), "passthrough", 6),
        (config(devices=(NIC_CARD,), created={"passthrough": "disabled"}), "passthrough", 6),
        (config(kind="hvm", memory=512, devices=(NIC_CARD,), info={"max_memkb": GIB}), "passthrough", 6),
        (config(kind="hvm", info={"video_memkb": 4 * MIB}), "videoram-too-small", 6),
        (config(created={"hap": True}), "", 0),
    ],
)
def test_check(guest: DomainConfig, code: str, status: int) -> None:
    assert problem(guest) == (code, status)


@pytest.mark.parametrize(
    ("guest", "lacks", "code"),
    [
        (config(kind="hvm"), {"hvm": False}, "no-hvm"),
        (config(kind="pvh", created={"hap": True}), {"hap": False}, "no-hap"),
        (config(devices=(NIC_CARD,)), {"iommu": False}, "passthrough"),
    ],
)
def test_check_by_host(guest: DomainConfig, lacks: dict[str, Any], code: str) -> None:
    assert problem(guest, BUILT_IN.replace(**lacks)) == (code, 6)
    assert problem(guest) == ("", 0)


def test_problems_name_the_setting() -> None:
    devices: tuple[DeviceRecord, ...] = (VIF, DISK, Vif(bridge="a"), DISK.replace(vdev="xvdb", pdev_path="/nosuch"))
    found = check(plan(devices=devices, info={"kernel": "/nosuch"}), BUILT_IN)
    assert [p.setting for p in found] == ["disk[1].pdev_path", "b_info.kernel", "vif[1].bridge"]


def test_a_path_is_there_when_this_machine_has_it(tmp_path: Any) -> None:
    (tmp_path / "image").touch()
    assert BUILT_IN.has(str(tmp_path / "image"))
    assert not BUILT_IN.has(str(tmp_path / "image" / "below"))
    assert BUILT_IN.has("null")  # /dev/null
    assert not BUILT_IN.has("/tmp/" + "x" * 5000)


def test_text() -> None:
    guest = config(devices=(DISK, VIF), info={"cmdline": "root=/dev/xvda1 ro"})
    assert plan_text(make_plan(guest, BUILT_IN)) == TEXT


TEXT = """\
web: pv, 128 MiB, 1 vCPU, 14 steps
  1  free memory          132 MiB                                 xl makes room first
  2  allocate domid                                               ascending, none is reused soon
  3  create domain        web, pv, max_vcpus=1, Pool-0            paused and empty; takes the name
  4  place on nodes       node 0 (4 pCPUs, 30464 MiB free)        fewest nodes, then fewest vCPUs
  5  set vcpus            1 of 1 online                           their nodes give the memory
  6  set memory           target 128, max 128 MiB                 the limit, before pages are taken
  7  load kernel          /boot/vmlinuz-6.12, "root=/dev/xvda1    read and understood first
                          ro"
  8  populate memory      128 MiB                                 then the image goes into them
  9  introduce domain                                             xenstore serves it from here on
 10  attach               disk 51712: xvda (/dev/vg0/web) by phy  before QEMU, which opens them
 11  add console                                                  before QEMU, which may serve more
 12  attach               vif 0: vif0 (xenbr0)                    after QEMU, whose tap joins too
 13  store configuration  poweroff: destroy, reboot: destroy,     complete; a restart builds from it
                          crash: destroy
 14  unpause                                                      all is there; create -p stops here
"""


def test_text_is_safe_and_fits() -> None:
    vfb = Vfb(vnc=VncInfo(enable=True, passwd="geheim"))
    disk = DISK.replace(pdev_path="/dev/vg0/" + "long" * 30)
    guest = config("a\x1b[2Jb\nc", devices=(disk, vfb), info={"cmdline": "x\ry " * 40})
    text = plan_text(make_plan(guest, BUILT_IN))
    assert "\x1b" not in text
    assert "\r" not in text
    assert "geheim" not in text
    assert text.startswith("a\\x1b[2Jb\\x0ac: pv")
    assert all(len(line) <= 100 or "longlong" in line for line in text.splitlines())


def test_dict_is_json_with_secrets_masked() -> None:
    vfb = Vfb(vnc=VncInfo(enable=True, passwd="geheim"))
    found = plan_dict(plan(kind="pvh", devices=(DISK, vfb), info={"u": Pvh(pvshim=True)}))
    text = json.dumps(found)
    assert "geheim" not in text
    assert found["steps"][-1] == {"number": 15, "step": "unpause", "reason": "all is there; create -p stops here"}
    attached = [step for step in found["steps"] if step["step"] == "attach"]
    assert attached[0]["kind"] == "disk"
    assert attached[0]["devid"] == 51712
    assert attached[0]["device"]["pdev_path"] == "/dev/vg0/web"
    assert attached[1]["device"]["vnc"]["passwd"] == "***"
