"""The verbs of devices on a simulated host; what they print was recorded from xl 4.17 on a real Xen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.sim.guests import Lab, config
from xlpy.cli.main import run
from xlpy.devices.channel import Channel, Pty
from xlpy.devices.disk import Disk
from xlpy.devices.usbctrl import Usbctrl
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.devices.vkb import Vkb
from xlpy.host import HostFacts, UsbDevice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlpy.libxl import DeviceRecord, DomainType

FACTS = HostFacts(name="dom0", xen_version="4.17.7", nodes=(0, 0, 1, 1), dom0_vcpus=2)
BLOCK = "Vdev  BE  handle state evt-ch ring-ref BE-path                       \n"
NETWORK = "Idx BE Mac Addr.         handle state evt-ch   tx-/rx-ring-ref BE-path                       \n"
VKB = "Idx BE handle state evt-ch    ref ID         BE-type    BE-path                       \n"
CHANNEL = "Idx BE state evt-ch ring-ref connection                               \n"
VTPM = "Idx BE Uuid                                 handle state evt-ch ring-ref BE-path   \n"
LIBXL = "libxl: error: libxl_device.c"
USB = (
    "Devid  Type         BE  state usb-ver ports\n0      devicemodel  0   0     2       6    \n"
    "  Port 1:\n  Port 2:\n  Port 3:\n  Port 4:\n  Port 5:\n  Port 6:\n"
)
MACS = [f"00:16:3e:00:00:{number:02x}" for number in range(32)]


class Said(NamedTuple):
    status: int
    out: str
    err: str


class Host:
    """A host with guests like the recorded ones, and xl to work with it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.lab = Lab(folder, FACTS)
        self.capsys = capsys
        for name in ("disk.img", "disk2.img", "cd.iso"):
            (folder / name).write_bytes(bytes(4096))

    def image(self, vdev: str, name: str) -> Disk:
        return Disk(vdev=vdev, pdev_path=str(self.folder / name), format="raw", readwrite=1)

    def guest(self, name: str, kind: DomainType, *devices: DeviceRecord, vcpus: int = 1, cmdline: str = "") -> int:
        info = {"cmdline": cmdline} if cmdline else {}
        return self.lab.booted(config(name, kind, devices=devices, vcpus=vcpus, info=info))

    def pv1(self) -> int:
        devices = (self.image("xvda", "disk.img"), Vif(mac=MACS[1], bridge="xenbr0"), Vfb(), Vkb())
        return self.guest("pv1", "pv", *devices, vcpus=2)

    def hvm1(self) -> int:
        cd = self.image("hdc", "cd.iso").replace(readwrite=0, is_cdrom=1, removable=1)
        return self.guest("hvm1", "hvm", cd, Usbctrl(type="devicemodel", version=2))

    def xl(self, line: str) -> Said:
        words = [word.replace("/tmp/", f"{self.folder}/") for word in line.split()]
        status = run(words)
        out, err = (text.replace(str(self.folder), "/tmp") for text in self.capsys.readouterr())
        return Said(status, out, "".join(text for text in err.splitlines(keepends=True) if not text.startswith("xl: ")))


@pytest.fixture
def host(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    host = Host(tmp_path, capsys)
    monkeypatch.setenv("XLPY_XEN", "4.17")
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host.lab.host)
    monkeypatch.setattr("time.sleep", host.lab.clock.go)
    yield host
    host.lab.host.close()


def test_network_interfaces_come_and_go(host: Host) -> None:
    host.pv1()
    first = f"0   0  {MACS[1]}     0     4     -1    -1/-1          /local/domain/0/backend/vif/1/0\n"
    third = f"2   0  {MACS[18]}     2     4     -1    -1/-1          /local/domain/0/backend/vif/1/2\n"
    assert host.xl(f"network-attach pv1 bridge=xenbr0 mac={MACS[17]}") == (0, "", "")
    assert host.xl(f"network-attach pv1 type=vif mac={MACS[18]}") == (0, "", "")
    host.lab.clock.go(1)
    second = f"1   0  {MACS[17]}     1     4     -1    -1/-1          /local/domain/0/backend/vif/1/1\n"
    assert host.xl("network-list pv1") == (0, NETWORK + first + second + third, "")
    assert host.xl("network-detach pv1 1") == (0, "", "")
    no_node = "libxl: error: libxl_xshelp.c:206:libxl__xs_read_mandatory: xenstore read failed: "
    assert host.xl("network-detach pv1 9") == (
        1,
        "",
        f"{no_node}`/libxl/1/device/vif/9': No such file or directory\nUnknown device 9.\n",
    )
    assert host.xl("network-list pv1") == (0, NETWORK + first + third, "")
    assert host.xl(f"network-detach pv1 {MACS[18].upper()}") == (0, "", "")
    assert host.xl("network-detach pv1 00:16:3e:00:00:ff").err == "Unknown device 00:16:3e:00:00:ff.\n"
    assert host.xl("network-list pv1") == (0, NETWORK + first, "")


def test_a_guest_with_one_vcpu_has_one_queue(host: Host) -> None:
    host.guest("pvh1", "pvh", Vif(mac=MACS[2], bridge="xenbr0"))
    row = f"0   0  {MACS[2]}     0     4     -1   520/521         /local/domain/0/backend/vif/1/0\n"
    assert host.xl("network-list pvh1") == (0, NETWORK + row, "")


def test_disks_come_and_go(host: Host) -> None:
    host.pv1()
    added = f"{LIBXL}:1486:device_addrm_aocomplete: unable to add device\nlibxl_device_disk_add failed.\n"
    assert host.xl("block-attach pv1 /tmp/disk2.img,raw,xvdb,r") == (0, "", "")
    exists = "libxl: error: libxl_disk.c:343:device_disk_add: Domain 1:device already exists in xenstore\n"
    assert host.xl("block-attach pv1 /tmp/disk2.img,raw,xvdb,r") == (1, "", exists + added)
    absent = "libxl_device.c:455:libxl__device_disk_set_backend: Disk vdev=xvdd failed to stat: /dev/nosuch"
    refused = (1, "", f"libxl: error: {absent}: No such file or directory\n{added}")
    assert host.xl("block-attach pv1 phy:/dev/nosuch xvdd w") == refused
    host.lab.clock.go(1)
    rows = [
        f"{devid} 0   1      4     -1     -1       /local/domain/0/backend/vbd/1/{devid}\n" for devid in (51712, 51728)
    ]
    assert host.xl("block-list pv1") == (0, BLOCK + "".join(rows), "")
    assert host.xl("block-detach pv1 xvdb") == (0, "", "")
    no_disk = (
        "libxl: error: libxl_disk.c:516:libxl__disk_from_xenstore: disk /libxl/1/device/vbd/268441856 does not exist"
    )
    said = f"{no_disk} (no backend path\nError: Device xvdz not connected.\n"
    assert host.xl("block-detach pv1 xvdz") == (1, "", said)
    assert host.xl("block-detach pv1 frob") == (1, "", "Error: Device frob not connected.\n")
    assert host.xl("block-list pv1") == (0, BLOCK + rows[0], "")


def test_a_disk_that_wants_qemu(host: Host) -> None:
    host.lab.booted(config("web", on_reboot="restart"))
    said = (
        "libxl: error: libxl_dm.c:3845:libxl__dm_check_start: Domain 1:device model required but not running\n"
        f"{LIBXL}:1486:device_addrm_aocomplete: unable to add device\n"
    )
    asked = host.xl("block-attach web /tmp/disk2.img,raw,xvdb,r,backendtype=qdisk")
    assert asked == (1, "", f"{said}libxl_device_disk_add failed.\n")
    assert host.xl("vkb-attach web backend-type=qemu").err.startswith(said)
    assert host.xl("usbctrl-attach web type=qusb").err.startswith(said)
    assert host.xl("block-list web") == (0, BLOCK, "")
    assert host.xl("block-attach web /tmp/disk2.img,qcow2,xvdb,r") == (0, "", "")  # libxl chooses qdisk too late
    host.lab.clock.go(60)
    row = "51728 0   1      1     -1     -1       /local/domain/0/backend/qdisk/1/51728\n"
    assert host.xl("block-list web") == (0, BLOCK + row, "")
    assert host.xl("block-detach web xvdb").status == 1
    host.lab.host.shutdown(1, reboot=True)
    host.lab.clock.go(9)
    assert host.xl("block-list web").out.startswith(f"{BLOCK}51728 0   2      4 ")  # now it has one
    assert host.xl("block-attach web /tmp/disk.img,raw,xvdc,r,backendtype=qdisk") == (0, "", "")


def test_a_guest_with_qemu_takes_any_disk(host: Host) -> None:
    host.pv1()
    assert host.xl("block-attach pv1 /tmp/disk2.img,raw,xvdb,r,backendtype=qdisk") == (0, "", "")
    host.lab.clock.go(1)
    assert "51728 0   1      4 " in host.xl("block-list pv1").out


def test_the_new_xl_names_its_own_lines(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPY_XEN", "4.20")
    host.pv1()
    host.xl("block-attach pv1 /tmp/disk2.img,raw,xvdb,r")
    exists = "libxl: error: libxl_disk.c:377:device_disk_add: Domain 1:device already exists in xenstore\n"
    added = f"{LIBXL}:1500:device_addrm_aocomplete: unable to add device\nlibxl_device_disk_add failed.\n"
    assert host.xl("block-attach pv1 /tmp/disk2.img,raw,xvdb,r").err == exists + added


def test_a_mounted_disk_stays_unless_by_force(host: Host) -> None:
    disk = host.image("xvda", "disk.img")
    host.guest("web", "pv", disk, cmdline="root=/dev/xvda1 ro")
    started = host.lab.clock.now
    path = "/local/domain/0/backend/vbd/1/51712"
    refused = f"{LIBXL}:1181:device_backend_callback: Domain 1:unable to remove device with path {path}\n"
    refused += f"{LIBXL}:1481:device_addrm_aocomplete: Domain 1:Unable to remove vbd with id 51712\n"
    assert host.xl("block-detach web xvda") == (1, "", f"{refused}libxl_device_disk_safe_remove failed.\n")
    assert 10 <= host.lab.clock.now - started < 11
    assert "16 Device in use; refusing to close" in (host.lab.host.console(1).read() or "")
    assert host.xl("block-detach -f web xvda") == (0, "", "")
    assert host.xl("block-list web") == (0, BLOCK, "")


def test_a_paused_guest_does_not_answer_but_loses_its_interface(host: Host) -> None:
    host.guest("web", "pv", Vif(mac=MACS[1]))
    host.xl("pause web")
    started = host.lab.clock.now
    assert host.xl("network-detach web 0") == (0, "", "")
    assert host.lab.clock.now - started >= 10
    assert host.xl("network-list web") == (0, NETWORK, "")


def test_the_media_of_a_cd_drive(host: Host) -> None:
    host.hvm1()
    assert host.xl("cd-insert hvm1 hdc /tmp/disk.img") == (0, "", "")
    assert host.lab.host.config(1).devices_of(Disk)[0].pdev_path == f"{host.folder}/disk.img"
    assert host.xl("cd-insert hvm1 hdc /nosuch") == (1, "", "Cannot stat file: /nosuch\n")
    assert host.xl("cd-eject hvm1 hdc") == (0, "", "")
    assert host.lab.host.config(1).devices_of(Disk)[0].format == "empty"
    gone = "libxl: error: libxl_disk.c:866:libxl_cdrom_insert: Domain 1:Virtual device not found\n"
    assert host.xl("cd-eject hvm1 xvda") == (1, "", gone)
    row = "5632  0   1      1     -1     -1       /local/domain/0/backend/qdisk/1/5632\n"
    assert host.xl("block-list hvm1") == (0, BLOCK + row, "")


def test_only_hvm_guests_have_drives(host: Host) -> None:
    host.pv1()
    said = "libxl: error: libxl_disk.c:838:libxl_cdrom_insert: Domain 1:cdrom-insert requires an HVM domain\n"
    assert host.xl("cd-insert pv1 xvda /tmp/cd.iso") == (1, "", said)


def test_usb(host: Host) -> None:
    host.hvm1()
    assert host.xl("usb-list hvm1") == (0, USB, "")
    refused = (
        "libxl: error: libxl_usb.c:837:usbdev_busaddr_to_busid: opendir failed: '/sys/bus/usb/devices': "
        "No such file or directory\n"
        "libxl: error: libxl_usb.c:1732:libxl__device_usbdev_add: Domain 1:USB device is not assignable.\n"
        "libxl: error: libxl_device.c:1486:device_addrm_aocomplete: unable to add device\n"
        "libxl_device_usbdev_add failed.\n"
    )
    assert host.xl("usbdev-attach hvm1 hostbus=1 hostaddr=1") == (1, "", refused)
    assert host.xl("usbctrl-attach hvm1 type=devicemodel version=2 ports=4").status == 1
    assert host.xl("usb-list hvm1").out == USB


def test_a_usb_device_is_in_one_port_of_one_guest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.cli.test_devices.FACTS", FACTS.replace(usb_devices=(UsbDevice(bus=1, address=3),)))
    host = Host(tmp_path, capsys)
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host.lab.host)
    monkeypatch.setattr("time.sleep", host.lab.clock.go)
    host.hvm1()
    host.guest("web", "pv")
    assert host.xl("usbdev-attach hvm1 type=hostdev hostbus=1 hostaddr=3") == (0, "", "")
    assert host.xl("usb-list hvm1").out == USB.replace("Port 1:", "Port 1: Bus 001 Device 003")
    assert "already attached to a domain" in host.xl("usbdev-attach web hostbus=1 hostaddr=3").err
    assert host.xl("usbdev-detach hvm1 0 2").err == "Unknown device at controller 0 port 2.\n"
    assert host.xl("usbdev-detach hvm1 0 1") == (0, "", "")
    assert host.xl("usbdev-attach web hostbus=1 hostaddr=3") == (0, "", "")
    assert host.xl("usbctrl-detach web 0") == (0, "", "")
    assert host.xl("usb-list web") == (0, "", "")


def test_keyboards(host: Host) -> None:
    host.pv1()
    row = "0   0       0     4     28      8 (null)     qemu       /local/domain/0/backend/vkbd/1/0\n"
    assert host.xl("vkb-list pv1") == (0, VKB + row, "")
    assert host.xl("vkb-detach pv1 1").status == 253
    assert host.xl("vkb-attach pv1 backend-type=linux unique-id=T1") == (0, "", "")
    assert "T1         linux      /local/domain/0/backend/vinput/1/1\n" in host.xl("vkb-list pv1").out
    assert host.xl("vkb-detach pv1 1") == (0, "", "")
    assert host.xl("vkb-list pv1").out == VKB + row


def test_channels(host: Host) -> None:
    host.guest("web", "pv", Channel(name="org.example.agent", u=Pty()))
    said = host.xl("channel-list web")
    assert said.out.startswith(f"{CHANNEL}1   0  4     ")
    assert " pty        /dev/pts/" in said.out


def test_displays_and_sound_cards(host: Host) -> None:
    host.guest("web", "pv")
    assert host.xl("vdispl-attach web connectors=id0:800x600;id1:1024x768") == (0, "", "")
    host.lab.clock.go(1)
    head, *rest = host.xl("vdispl-list web").out.splitlines()
    paths = "BE-path: /local/domain/0/backend/vdispl/1/0, FE-path: /local/domain/1/device/vdispl/0"
    assert head == f"DevId: 0, BE: 0, handle: 1, state: 4, be-alloc: 0, {paths}"
    assert [line.split(", req")[0] for line in rest] == [
        "\tConnector: 0, id: id0, width: 800, height: 600",
        "\tConnector: 1, id: id1, width: 1024, height: 768",
    ]
    line = "vsnd-attach web card,short-name=C,long-name=Card pcm,name=dev stream,type=p,unique-id=0"
    assert host.xl(line) == (0, "", "")
    out = host.xl("vsnd-list web").out
    assert out.startswith("\ndevid: 0, be-domid: 0, handle: 1, state: ")
    assert '\nshort-name: "C", long-name: "Card"\n\tpcm: 0, name: "dev"\n' in out
    assert '\n\t\tstream: 0, unique-id: "0", type: p\n\t\t\tevent-channel: ' in out
    assert host.xl("vdispl-detach web 0") == host.xl("vsnd-detach web 0") == (0, "", "")
    assert host.xl("vdispl-list web") == host.xl("vsnd-list web") == (0, "", "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("block-list nosuch", (0, BLOCK, "nosuch is an invalid domain identifier\n")),
        ("channel-list nosuch", (1, CHANNEL, "nosuch is an invalid domain identifier (rc=-6)\n")),
        ("vkb-list nosuch", (1, VKB, "nosuch is an invalid domain identifier (rc=-6)\n")),
        ("usb-list nosuch", (1, "", "nosuch is an invalid domain identifier (rc=-6)\n")),
        ("network-attach nosuch bridge=xenbr0", (1, "", "nosuch is an invalid domain identifier (rc=-6)\n")),
        ("network-list 0", (0, NETWORK, "")),
        ("vtpm-list 0", (0, VTPM, "")),
        ("usb-list 0", (0, "", "")),
        ("block-list 99", (0, BLOCK, "")),
    ],
)
def test_domains_without_any(host: Host, line: str, expected: tuple[int, str, str]) -> None:
    assert host.xl(line) == expected


def test_a_listing_as_json(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    host.pv1()
    said = host.xl("block-list --format=json pv1")
    assert '"backend": "/local/domain/0/backend/vbd/1/51712"' in said.out


def test_what_comes_at_run_time_is_there_after_a_reboot(host: Host) -> None:
    given = config(on_reboot="restart")
    domid = host.lab.booted(given)
    host.xl(f"network-attach web mac={MACS[5]}")
    host.lab.host.shutdown(domid, reboot=True)
    host.lab.clock.go(9)
    assert MACS[5] in host.xl("network-list web").out


def test_a_bridge_that_is_not_there(host: Host) -> None:
    host.pv1()
    script, *rest = host.xl("network-attach pv1 bridge=nosuch").err.splitlines()
    assert script.startswith(
        "libxl: error: libxl_exec.c:117:libxl_report_child_exitstatus: /etc/xen/scripts/vif-bridge online ["
    )
    assert script.endswith("] exited with error status 1")
    assert rest == [
        f"{LIBXL}:1337:device_hotplug_child_death_cb: script: Could not find bridge device nosuch",
        f"{LIBXL}:1481:device_addrm_aocomplete: Domain 1:Unable to add vif with id 1",
        "libxl_device_nic_add failed.",
    ]
    back = "/local/domain/0/backend/vif/1/1"
    nodes = {node.path: node.value for node in host.lab.host.xenstore.tree(back)}
    assert nodes[f"{back}/hotplug-error"] == "Could not find bridge device nosuch"
    assert (nodes[f"{back}/hotplug-status"], nodes[f"{back}/state"]) == ("error", "2")
    assert [port.name for bridge in host.lab.host.bridges() for port in bridge.ports] == ["vif1.0"]
    host.lab.clock.go(1)
    assert host.lab.host.xenstore.node(f"{back}/state").value == "2"  # netback waits for the script
    assert host.xl("network-list pv1").out.splitlines()[2].startswith("1   0  00:16:3e:")
    said = host.xl("network-detach pv1 1")
    script, line = said.err.splitlines()
    assert "/etc/xen/scripts/vif-bridge offline [" in script
    assert line == f"{LIBXL}:1337:device_hotplug_child_death_cb: script: Could not find bridge device nosuch"
    assert (said.status, len(host.xl("network-list pv1").out.splitlines())) == (0, 2)
    assert back not in {node.path for node in host.lab.host.xenstore.tree("/local/domain/0")}


def test_virtual_tpms(host: Host) -> None:
    host.guest("vtpmmgr", "pv")
    host.guest("web", "pv")
    uuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"
    assert host.xl(f"vtpm-attach web backend=vtpmmgr uuid={uuid}") == (0, "", "")
    host.lab.clock.go(1)
    row = host.xl("vtpm-list web").out.removeprefix(VTPM)
    assert row.startswith(f"0   1  {uuid}      0     4 ")
    assert row.endswith(" /local/domain/1/backend/vtpm/2/0\n")
    assert host.xl("vtpm-detach web 7").err.endswith("Unknown device 7.\n")
    assert host.xl(f"vtpm-detach web {uuid.upper()}") == (0, "", "")
    assert host.xl("vtpm-list web") == (0, VTPM, "")


def test_a_guest_that_keeps_its_devices(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPY_GUESTS", "no-unplug")
    host.pv1()
    assert host.xl("block-detach pv1 xvda").status == 1
    assert host.xl("network-detach pv1 0") == (0, "", "")
    assert host.xl("network-list pv1").out == NETWORK
    assert host.xl("block-detach --force pv1 xvda") == (0, "", "")
