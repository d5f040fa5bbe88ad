"""Hosts as files: what is written comes back, what does not fit is named, and the machine is read as Linux shows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tests.sim.guests import Lab, config
from xlpy.cli.files.hostfile import host_text, read_host, shipped
from xlpy.cli.main import run
from xlpy.cli.plans.recording import recorded
from xlpy.executors import Failure
from xlpy.executors.machine import Machine, completed, facts
from xlpy.executors.sim import saved
from xlpy.host import BUILT_IN, Directory, HostFacts, PciDevice, UsbDevice, VolumeGroup
from xlpy.hostfields import DOCS, PARTS, from_plain, schema, to_plain

if TYPE_CHECKING:
    from xlpy.record import Record

ROOT = Path(__file__).parents[2]
FULL = BUILT_IN.replace(
    name='a "quoted" \\ name\x7f\t\u2028é',
    node_distances=((10, 21), (21, 10)),
    pools=("Pool-0", "two"),
    pool_cpus=((0, 1), (2,)),
    pci_devices=(PciDevice(bdf="0000:03:00.0", what="x", driver="pciback", node=1),),
    usb_devices=(UsbDevice(bus=1, address=2),),
    volume_groups=(VolumeGroup(name="vg0", volumes=("a", "b")),),
    directories=(Directory(path="/srv", free_kib=1),),
    local_files=False,
)


@pytest.mark.parametrize("kind", [HostFacts, *PARTS.values()])
def test_every_field_is_explained(kind: type[Record]) -> None:
    assert list(DOCS[kind]) == list(kind.FIELDS)


@pytest.mark.parametrize("layout", ["json", "toml"])
@pytest.mark.parametrize("host", [BUILT_IN, FULL], ids=["built-in", "full"])
def test_a_file_says_all(tmp_path: Path, layout: str, host: HostFacts) -> None:
    file = tmp_path / f"host.{layout}"
    file.write_text(host_text(host, layout), encoding="utf-8")
    assert read_host(str(file)) == host


def test_the_schema_takes_what_is_written_and_refuses_the_rest() -> None:
    judge = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    assert judge.is_valid(to_plain(FULL))
    assert judge.is_valid({"name": "x"})
    assert not judge.is_valid({"colour": "red"})
    assert not judge.is_valid({"pci_devices": [{"driver": "pciback"}]})
    assert not judge.is_valid({"nodes": ["0"]})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "a host is a table of fields"),
        ({"cpus": 4}, "a host has no cpus; it has name,"),
        ({"hvm": 1}, "hvm must be true or false"),
        ({"memory_kib": True}, "memory_kib must be a whole number"),
        ({"memory_kib": -5}, "memory_kib must be a whole number"),
        ({"nodes": [0, "1"]}, "nodes[1] must be a whole number"),
        ({"nodes": []}, "nodes must have"),
        ({"bridges": "xenbr0"}, "bridges must be a list of texts"),
        ({"pci_devices": [{"bdf": "1"}, {}]}, "pci_devices[1] needs bdf"),
        ({"pci_devices": [{"bdf": "1", "slot": 1}]}, "pci_devices[0] has no slot"),
        ({"usb_devices": [1]}, "usb_devices[0] must be a table"),
        ({"node_memory_kib": [1]}, "node_memory_kib must have an item for each NUMA node: 2, not 1"),
        ({"node_distances": [[10], [20, 10]]}, "each row of node_distances"),
        ({"pools": []}, "pools must name at least one"),
        ({"pool_cpus": [[0], [1]]}, "pool_cpus must have an item for each cpupool: 1, not 2"),
        ({"pool_cpus": [[8]]}, "must be from 0 to 7"),
        ({"free_cpus": [8]}, "must be from 0 to 7"),
        ({"dom0_nodes": [2]}, "dom0_nodes must be some of nodes"),
        ({"sockets": 0}, "must be 1 or more"),
    ],
)
def test_what_does_not_fit_is_named(given: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        from_plain(given)
    assert said in str(refusal.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"name": "x', "\0"])
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    for name in ("a.json", "a.toml"):
        (tmp_path / name).write_text(text)
        if (name, text) == ("a.toml", ""):
            continue  # an empty document, so the built-in host
        with pytest.raises(Failure) as failure:
            read_host(str(tmp_path / name))
        assert failure.value.advice.startswith(f"{tmp_path}/{name}: no description of a host: ")


def test_a_host_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failure:
        read_host(str(tmp_path / "x.toml"))
    assert "hosts that come with xlpy: arm, no-iommu, numa, small" in failure.value.advice


def test_the_shipped_hosts_are_what_their_names_say() -> None:
    hosts = {name: read_host(name) for name in shipped()}
    assert {name: host.name for name, host in hosts.items()} == {name: name for name in hosts}
    assert len(hosts["numa"].node_ids) == hosts["numa"].sockets == 2
    assert hosts["arm"].machine == "aarch64"
    assert [name for name, host in hosts.items() if not host.iommu] == ["arm", "no-iommu"]
    for host in hosts.values():
        assert sum(host.node_memory_kib) == host.memory_kib
        assert sum(host.node_free_kib) == host.guest_memory_kib
        assert not host.local_files
        assert set(host.pci_assignable) == {d.bdf for d in host.pci_devices if d.driver == "pciback"}


def test_the_page_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "hostfacts.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 0, done.stderr


def test_a_host_that_was_saved_before_it_had_all_fields_loads() -> None:
    old = '{"":"host.HostFacts","name":"xlpy-sim","bridges":["br0"],"nodes":[0,0],"pools":["Pool-0"]}'
    assert saved.facts_from_text(old) == BUILT_IN.replace(bridges=("br0",), nodes=(0, 0))


def test_numa_and_pools() -> None:
    host = BUILT_IN.replace(dom0_nodes=(1,), free_cpus=(7,))
    gib = 1024 * 1024
    assert [host.node_size(node) for node in host.node_ids] == [32 * gib, 32 * gib]
    assert [host.node_free(node) for node in host.node_ids] == [32 * gib - gib // 4, 28 * gib - gib // 4]
    assert (host.distance(0, 0), host.distance(0, 1)) == (10, 20)
    assert FULL.distance(1, 0) == 21
    assert host.cpus_of_pool("Pool-0") == tuple(range(7))
    assert (host.cpus_of_pool("two"), FULL.cpus_of_pool("two")) == ((), (2,))
    assert host.replace(pool_schedulers=("null",)).scheduler_of_pool("Pool-0") == "null"


def test_what_a_recorded_host_has() -> None:
    here = __file__
    assert BUILT_IN.has(here)
    assert not FULL.has(here)
    assert FULL.has("/dev/vg0/a")
    assert FULL.replace(paths=()).has("/dev/vg0/a")
    assert not FULL.replace(paths=()).has("/dev/vg0/c")
    assert FULL.has_script("vif-bridge")
    assert FULL.has_script("/etc/xen/scripts/block")
    assert not FULL.has_script("block-nosuch")
    assert FULL.replace(paths=("/opt/block-mine",)).has_script("/opt/block-mine")


def test_a_simulated_host_is_recorded_as_it_is_now(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    before = recorded(lab.host)
    lab.booted(config("web", memory=1024))
    after = recorded(lab.host)
    assert (before.domains, after.domains) == ((), ("web",))
    assert sum(after.node_free_kib) == lab.host.info().free_memory_kib < sum(before.node_free_kib)
    assert sum(before.node_free_kib) == before.guest_memory_kib


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connect = f"sim://{tmp_path}/host.db"
    file = tmp_path / "host.json"
    assert run(["host", "facts", "--connect", connect, "--out", str(file)], "xlpy") == 0
    assert json.loads(file.read_text())["name"] == "xlpy-sim"
    assert run(["host", "facts", "--host", str(file)], "xlpy") == 0
    shown = capsys.readouterr().out
    assert 'name = "xlpy-sim"\n' in shown
    assert run(["host", "facts", "--host", "numa", "--format", "json"], "xlpy") == 0
    assert json.loads(capsys.readouterr().out)["dom0_nodes"] == [0]
    assert run(["host", "facts", "--list"], "xlpy") == 0
    assert len(capsys.readouterr().out.splitlines()) == len(shipped())
    assert run(["host", "facts", "--connect", connect, "--out", f"{tmp_path}/no/where"], "xlpy") == 1
    assert "cannot be written" in capsys.readouterr().err


MACHINE = {
    "etc/hostname": "rack7\n",
    "etc/xen/scripts/vif-bridge": "",
    "proc/cpuinfo": "processor : 0\nflags\t\t: fpu vmx ept\ncpu MHz\t\t: 2596.1\n\nprocessor : 1\nflags : fpu\n",
    "proc/meminfo": "MemTotal:       4000 kB\nMemFree: 1000 kB\n",
    "proc/net/tcp": "  sl  local st\n 0: 00000000:170C 0:0 0A\n 1: 00000000:0016 0:0 01\n",
    "sys/devices/system/cpu/online": "0-3\n",
    "sys/devices/system/cpu/cpu0/topology/thread_siblings_list": "0-1\n",
    "sys/devices/system/cpu/cpu2/topology/physical_package_id": "1\n",
    "sys/devices/system/node/node0/cpulist": "0-1\n",
    "sys/devices/system/node/node0/distance": "10 20\n",
    "sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: 2500 kB\nNode 0 MemFree: 700 kB\n",
    "sys/devices/system/node/node1/cpulist": "2-3\n",
    "sys/devices/system/node/node1/distance": "20 10\n",
    "sys/devices/system/node/node1/meminfo": "Node 1 MemTotal: 1500 kB\nNode 1 MemFree: 300 kB\n",
    "sys/class/iommu/dmar0/x": "",
    "sys/class/net/eth0/device/x": "",
    "sys/class/net/xenbr0/bridge/x": "",
    "sys/class/net/lo/x": "",
    "sys/bus/pci/devices/0000:03:00.0/vendor": "0x8086\n",
    "sys/bus/pci/devices/0000:03:00.0/device": "0x10c9\n",
    "sys/bus/pci/devices/0000:03:00.0/class": "0x020000\n",
    "sys/bus/pci/devices/0000:03:00.0/numa_node": "1\n",
    "sys/bus/usb/devices/1-1/busnum": "1\n",
    "sys/bus/usb/devices/1-1/devnum": "4\n",
    "sys/bus/usb/devices/1-1/idVendor": "046d\n",
    "sys/bus/usb/devices/1-1/product": "Keyboard\n",
    "sys/bus/usb/devices/1-0:1.0/x": "",
    "sys/class/block/dm-0/size": "2048\n",
    "boot/vmlinuz-6.1": "",
    "boot/grub/x": "",
    "usr/lib/xen-4.9/boot/x": "",
    "usr/lib/xen-4.17/boot/hvmloader": "",
    "usr/share/ovmf/OVMF.fd": "",
    "var/lib/xen/images/a.img": "",
    "home/me/b.img": "",
}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for path, text in MACHINE.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "dev/vg0").mkdir(parents=True)
    (tmp_path / "dev/vg0/web").symlink_to("../dm-0")
    (tmp_path / "sys/bus/pci/devices/0000:03:00.0/driver").symlink_to("../../drivers/pciback")
    return Machine(str(tmp_path))


def test_a_machine(machine: Machine) -> None:
    found = facts(machine, ["/home/me"])
    assert (found.name, found.nodes, found.sockets, found.threads_per_core) == ("rack7", (0, 0, 1, 1), 2, 2)
    assert (found.memory_kib, found.node_memory_kib, found.node_free_kib) == (4000, (2500, 1500), (700, 300))
    assert (found.node_distances, found.cpu_mhz) == (((10, 20), (20, 10)), 2596)
    assert (found.hvm, found.hap, found.iommu) == (True, True, True)
    assert (found.bridges, found.nics, found.scripts, found.ports) == (("xenbr0",), ("eth0",), ("vif-bridge",), (5900,))
    assert found.volume_groups == (VolumeGroup(name="vg0", size_kib=1024, volumes=("web",)),)
    device = PciDevice(bdf="0000:03:00.0", what="8086:10c9 class 0200", driver="pciback", node=1, reset=False)
    assert (found.pci_devices, found.pci_assignable) == ((device,), ("0000:03:00.0",))
    assert found.usb_devices == (UsbDevice(bus=1, address=4, vendor=0x46D, what="Keyboard"),)
    assert (found.lib_dir, found.ovmf) == ("/usr/lib/xen-4.17", "/usr/share/ovmf/OVMF.fd")
    for path in (
        "/boot/vmlinuz-6.1",
        "/var/lib/xen/images/a.img",
        "/home/me/b.img",
        "/usr/lib/xen-4.17/boot/hvmloader",
    ):
        assert found.has(path)
    assert not found.has("/boot/grub")
    assert from_plain(to_plain(found)) == found


def test_an_empty_machine_is_a_host_too(tmp_path: Path) -> None:
    found = facts(Machine(str(tmp_path)))
    assert (found.nodes, found.hvm, found.node_distances, found.bridges) == ((0,), found.machine == "aarch64", (), ())
    assert from_plain(to_plain(found)) == found


def test_what_libvirt_told_stays(machine: Machine) -> None:
    told = BUILT_IN.replace(name="dom0", lib_dir="/usr/lib/nowhere", unchecked=("passthrough",))
    found = completed(told, machine)
    assert (found.name, found.nodes, found.memory_kib, found.unchecked) == (
        "dom0",
        told.nodes,
        told.memory_kib,
        told.unchecked,
    )
    assert found.bridges == ("xenbr0",)
