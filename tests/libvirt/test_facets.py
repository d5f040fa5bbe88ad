"""What a host behind libvirt can do beside the core, as libvirt and Xen's own modules are asked for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import fromstring, tostring

import pytest

from tests.libvirt.fake import LIVE, Domain, Error, NodeDevice, Xen
from tests.libvirt.lowlevel import Control, Store, XcError
from tests.libvirt.said import said
from tests.libvirt.samples import WEB
from xlpy.attach import attach_config
from xlpy.config import load
from xlpy.devices.disk import Disk
from xlpy.devices.vtpm import Vtpm
from xlpy.executors import Failure, LibxlError, UnknownDomain
from xlpy.executors.cpus import DomainShare
from xlpy.executors.libvirt.domains import marked_kept
from xlpy.executors.libvirt.modules import Modules
from xlpy.executors.xenstore import XenstoreError
from xlpy.lower.device import lower_device
from xlpy.planner.plan import make_plan
from xlpy.release import DEFAULT
from xlpy.render.hostinfo import info_text
from xlpy.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from tests.libvirt.module import Libvirt
    from xlpy.executors.libvirt.host import LibvirtHost
    from xlpy.planner.plan import Plan

DEVICES = """<devices>
  <disk type='block' device='disk'><source dev='/dev/vg0/web'/><target dev='xvda' bus='xen'/></disk>
  <disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>
  <interface type='bridge'><mac address='00:16:3e:00:00:01'/><source bridge='br0'/><target dev='vif1.1'/></interface>
  <interface type='bridge'><mac address='00:16:3e:00:00:02'/><source bridge='br0'/></interface>
  <hostdev type='pci'><source><address domain='0x0000' bus='0x03' slot='0x00' function='0x1'/></source></hostdev>
</devices></domain>"""


@pytest.fixture
def full(xen: Xen) -> Domain:
    """A PV guest with devices."""
    return xen.add(WEB.format("linux", "destroy").replace("</domain>", DEVICES))


@pytest.fixture
def control(host: LibvirtHost) -> Control:
    """Xen's own modules are here."""
    made = Control()
    host._access.modules = Modules(control=made, store=Store({"/local/pool/0/name": "Pool-0"}))
    return made


class TestMemory:
    def test_a_target(self, xen: Xen, host: LibvirtHost, web: Domain) -> None:
        host.memory.set_target(1, 65536)
        host.memory.set_maximum(1, 999999)
        assert xen.asked == [("memory", 1, 65536, LIVE), ("memory", 1, 999999, LIVE | 4)]

    def test_more_than_the_maximum_is_refused_in_libxls_words(self, host: LibvirtHost, web: Domain) -> None:
        with pytest.raises(LibxlError, match="must be less than or equal to memory_static_max") as caught:
            host.memory.set_target(1, 999999)
        assert caught.value.rc == -6

    def test_less_than_the_domain_has(self, host: LibvirtHost, web: Domain) -> None:
        with pytest.raises(LibxlError, match="memory_static_max must be greater") as caught:
            host.memory.set_maximum(1, 1024)
        assert caught.value.rc == 1

    def test_no_domain(self, host: LibvirtHost) -> None:
        with pytest.raises(UnknownDomain):
            host.memory.set_target(7, 1)


class TestCpus:
    def test_the_first_vcpus(self, xen: Xen, host: LibvirtHost, web: Domain) -> None:
        host.cpus.set_online(1, {0, 1})
        assert xen.asked == [("vcpus", 1, 2, LIVE)]
        with pytest.raises(LibxlError, match="Requested 3 VCPUs, however maxcpus is 2!"):
            host.cpus.set_online(1, {0, 1, 2})
        with pytest.raises(Failure) as caught:
            host.cpus.set_online(1, {0, 2})
        assert "no choice of them" in caught.value.advice

    def test_affinity(self, host: LibvirtHost, web: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[object] = []
        monkeypatch.setattr("xlpy.executors.libvirt.vcpus.pin", lambda *words: asked.append(words[2:]))
        assert host.cpus.set_affinity(1, 0, hard=[1, 3]) == ()
        assert asked == [(0, [1, 3], 4)]
        with pytest.raises(Failure) as caught:
            host.cpus.set_affinity(1, 0, hard=[1], soft=[1])
        assert "no soft affinity" in caught.value.advice
        with pytest.raises(Failure) as caught:
            host.cpus.set_affinity(1, 0, hard=[1], force=True)
        assert "no override" in caught.value.advice
        assert len(asked) == 1

    def test_a_vcpu_that_is_offline(
        self, host: LibvirtHost, web: Domain, monkeypatch: pytest.MonkeyPatch, control: Control
    ) -> None:
        def fail(*_: object) -> None:
            raise Error(8, "invalid argument: vcpu '1' is not active")

        monkeypatch.setattr("xlpy.executors.libvirt.vcpus.pin", fail)
        host.cpus.set_affinity(1, 1, hard={3, 1})
        assert control.asked == [("pin", 1, 1, [1, 3])]
        with pytest.raises(LibxlError, match="Setting vcpu affinity: Invalid argument"):
            host.cpus.set_affinity(1, 7, hard={1})
        host._access.modules = Modules()
        with pytest.raises(LibxlError) as caught:
            host.cpus.set_affinity(1, 1, hard={1})
        assert "only while it is online" in caught.value.advice

    def test_shares(self, xen: Xen, host: LibvirtHost, web: Domain) -> None:
        assert host.cpus.share(1) == DomainShare(scheduler="credit2", weight=256, cap=0)
        host.cpus.set_share(1, "credit2", cap=50)
        assert xen.asked == [("share", 1, {"cap": 50})]

    def test_the_scheduler_of_another_pool(self, host: LibvirtHost, web: Domain, control: Control) -> None:
        control.found.append({"cpupool": 1, "sched": 5, "n_dom": 1, "cpulist": []})
        control.pool_of_domains = 1
        assert host.cpus.share(1).scheduler == "credit"
        host.cpus.set_share(1, "credit", weight=512)
        with pytest.raises(LibxlError):
            host.cpus.set_share(1, "credit2", weight=512)


class TestPools:
    def test_the_host_knows_its_pools(self, host: LibvirtHost, control: Control) -> None:
        control.found.append({"cpupool": 1, "sched": 5, "n_dom": 1, "cpulist": [3]})
        facts = host.info().facts
        assert (facts.pools, facts.pool_cpus) == (("Pool-0", "Pool-1"), ((0, 1, 2, 3), (3,)))
        assert facts.pool_schedulers == ("credit2", "credit")

    def test_without_xens_modules(self, host: LibvirtHost) -> None:
        with pytest.raises(Failure) as caught:
            host.pools.pools()
        assert "xen.lowlevel.xc" in caught.value.advice

    def test_life(self, host: LibvirtHost, control: Control) -> None:
        host.pools.remove_cpu(0, 3)
        number = host.pools.create('po"ol', "credit", [3])
        assert [(pool.name, pool.scheduler, pool.cpus) for pool in host.pools.pools()] == [
            ("Pool-0", "credit2", (0, 1, 2)),
            ('po"ol', "credit", (3,)),
        ]
        host.pools.rename(number, "other")
        host.pools.move(5, number)
        assert control.asked == [("move", 1, 5)]
        assert host.pools.pools()[1].name == "other"
        host.pools.destroy(number)
        assert len(host.pools.pools()) == 1
        assert host.xenstore.children("/local/pool") == ["0"]

    def test_what_cannot_have_its_cpus_is_not_left(self, host: LibvirtHost, control: Control) -> None:
        with pytest.raises(LibxlError, match="Error moving cpu to cpupool"):
            host.pools.create("pool", "credit", [3])
        assert len(control.found) == 1
        with pytest.raises(LibxlError) as caught:
            host.pools.destroy(9)
        assert caught.value.rc == -6
        with pytest.raises(LibxlError, match="cpu 3 to cpupool: Device or resource busy"):
            host.pools.add_cpu(0, 3)

    @pytest.mark.parametrize("paused", [False, True])
    @pytest.mark.parametrize("pool", ["side", "1"])
    def test_a_domain_is_built_into_one(
        self, xen: Xen, host: LibvirtHost, control: Control, told: list[str], pool: str, *, paused: bool
    ) -> None:
        _add_pool(host, control)
        domid = host.create(_plan(host, pool), paused=paused)
        assert control.asked == [("move", 1, domid)]
        assert [asked[2] for asked in xen.asked] == [1]  # paused, until it is where it belongs
        assert xen.known[-1].state_ == ("paused" if paused else "running")
        assert told == ["libvirt does not know that it is in side: at a restart it builds it in Pool-0"]

    def test_a_pool_that_is_none(self, xen: Xen, host: LibvirtHost, control: Control) -> None:
        with pytest.raises(LibxlError, match="Illegal pool specified: nosuch") as caught:
            host.create(_plan(host, "nosuch"))
        assert (caught.value.status, caught.value.advice) == (6, "pools of this host: Pool-0")
        assert xen.asked == []

    def test_xen_does_not_move_it(
        self, xen: Xen, host: LibvirtHost, control: Control, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_pool: int, _domid: int) -> None:
            raise XcError(28, "No space left on device")

        _add_pool(host, control)
        monkeypatch.setattr(control, "cpupool_movedomain", refuse)
        with pytest.raises(LibxlError, match="Error moving domain to cpupool"):
            host.create(_plan(host, "side"))
        assert [domain.title for domain in xen.known] == ["Domain-0"]

    def test_from_afar_it_is_told_that_it_is_not(self, xen: Xen, host: LibvirtHost, told: list[str]) -> None:
        host.create(_plan(host, "side"))
        assert [asked[0] for asked in xen.asked] == ["create"]
        assert told[0].startswith("not carried out by libvirt: pool = side: ")


def _add_pool(host: LibvirtHost, control: Control) -> None:
    host._access.modules.store.nodes["/local/pool/1/name"] = "side"
    control.found.append({"cpupool": 1, "sched": 6, "n_dom": 0, "cpulist": [3]})


def _plan(host: LibvirtHost, pool: str) -> Plan:
    facts = host.info().facts
    text = f'name = "b"\nkernel = "/k"\nmemory = 64\npool = "{pool}"\n'
    return make_plan(load(Source("b.cfg", text), host=facts).config, facts)


class TestSignals:
    def test_the_power_button_is_libvirts(self, xen: Xen, host: LibvirtHost, web: Domain) -> None:
        host.signals.trigger(1, "power", 0)
        assert xen.asked == [("shutdown", 1, 1)]
        with pytest.raises(Failure) as caught:
            host.signals.trigger(1, "nmi", 0)
        assert "no way for the trigger nmi" in caught.value.advice

    @pytest.mark.parametrize(
        ("name", "asked"),
        [("nmi", ("trigger", 1, 0, 2)), ("reset", ("trigger", 1, 1, 2)), ("s3resume", ("hvm", 1, 31, 0))],
    )
    def test_triggers(self, host: LibvirtHost, web: Domain, control: Control, name: str, asked: object) -> None:
        host.signals.trigger(1, name, 2)
        assert control.asked == [asked]

    def test_the_hypervisor(self, host: LibvirtHost, control: Control) -> None:
        assert host.signals.dmesg(clear=True) == "(XEN) hello \udcff\n"
        host.signals.debug_keys("qw")
        assert control.asked == [("dmesg", 1), ("keys", "qw")]

    def test_sysrq(self, host: LibvirtHost, web: Domain, control: Control) -> None:
        host.signals.sysrq(1, "h")
        assert host.xenstore.node("/local/domain/1/control/sysrq").value == "h"
        with pytest.raises(UnknownDomain):
            host.signals.sysrq(7, "h")


class TestDevices:
    def test_what_is_there(self, host: LibvirtHost, full: Domain) -> None:
        first, second = host.devices.attached(1, "disk")
        assert (first.devid, first.kind, first.device) == (
            51712,
            "vbd",
            Disk(vdev="xvda", pdev_path="/dev/vg0/web", format="raw", readwrite=1),
        )
        assert (second.devid, second.device.is_cdrom, second.device.format) == (5632, 1, "empty")  # type: ignore[attr-defined]  # a disk
        assert [vif.devid for vif in host.devices.attached(1, "vif")] == [1, 2]
        assert host.devices.attached(1, "vtpm") == []
        assert [one.bdf for one in host.pci.passed(1)] == ["0000:03:00.1"]

    @pytest.mark.parametrize("image", ["raw", "qcow", "qcow2", "vhd", "qed"])
    def test_a_disk_is_read_as_it_was_sent(self, xen: Xen, host: LibvirtHost, image: str) -> None:
        element, lost = lower_device(Disk(vdev="xvda", pdev_path="/d", format=image, readwrite=1), "pv", DEFAULT)  # type: ignore[arg-type]  # a format
        assert (element is not None, lost) == (True, ())
        sent = "" if element is None else tostring(element, encoding="unicode")
        xen.add(WEB.format("linux", "destroy").replace("</domain>", f"<devices>{sent}</devices></domain>"))
        (disk,) = host.devices.attached(1, "disk")
        assert disk.device.format == image  # type: ignore[attr-defined]  # a disk

    def test_an_image_of_ceph(self, xen: Xen, host: LibvirtHost) -> None:
        source = "<source protocol='rbd' name='pool/web'><host name='ceph1'/></source>"
        disk = f"<disk type='network'><driver name='qemu' type='raw'/>{source}<target dev='xvda'/></disk>"
        xen.add(WEB.format("linux", "destroy").replace("</domain>", f"<devices>{disk}</devices></domain>"))
        (found,) = host.devices.attached(1, "disk")
        assert found.device == Disk(
            vdev="xvda", pdev_path="rbd:pool/web", backend="qdisk", format="raw", readwrite=1, discard_enable=None
        )

    def test_xenstore_tells_how_it_fares(self, host: LibvirtHost, full: Domain, control: Control) -> None:
        host.xenstore.write("/libxl/1/device/vif/1/backend", "/local/domain/0/backend/vif/1/1")
        host.xenstore.write("/libxl/1/device/vif/5/mac", "00:16:3e:00:00:02")
        host.xenstore.write("/local/domain/0/backend/vif/1/1/state", "2")
        host.xenstore.write("/local/domain/1/device/vif/1/state", "4")
        first, second = host.devices.attached(1, "vif")
        assert second.devid == 5
        assert (first.state, first.backend_state, first.backend) == (4, 2, "/local/domain/0/backend/vif/1/1")

    def test_attach_and_detach(self, xen: Xen, host: LibvirtHost, full: Domain) -> None:
        disk = attach_config("block-attach", ["/a&b.img,raw,xvdb,w"]).device
        assert disk is not None
        host.devices.attach(1, disk)
        (_, _, xml, flags), *_ = xen.asked
        assert flags == LIVE
        assert fromstring(xml).find("source[@file='/a&b.img']") is not None
        assert fromstring(xml).find("driver[@name]") is None
        host.devices.detach(1, "vif", 2)
        assert "00:16:3e:00:00:02" in xen.asked[1][2]
        with pytest.raises(Failure, match="no vif 0"):
            host.devices.detach(1, "vif", 0)

    @pytest.mark.parametrize("words", [("/d,raw,xvdb,w,script=x",), ("a,raw,xvdb,w",)])
    def test_what_libvirt_has_no_words_for(
        self, xen: Xen, host: LibvirtHost, full: Domain, words: tuple[str, ...]
    ) -> None:
        disk = attach_config("block-attach", words).device
        assert disk is not None
        with pytest.raises(Failure, match="libvirt: error: "):
            host.devices.attach(1, disk)
        with pytest.raises(Failure) as caught:
            host.devices.attach(1, Vtpm())
        assert "cannot attach this vtpm" in caught.value.advice
        assert not xen.asked

    def test_a_vdev_that_is_taken(self, host: LibvirtHost, full: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_xml: str, _flags: int) -> None:
            raise Error(9, "operation failed: target xvdb already exists")

        monkeypatch.setattr(full, "attachDeviceFlags", fail)
        with pytest.raises(LibxlError, match="device already exists in xenstore"):
            host.devices.attach(1, Disk(vdev="xvdb", pdev_path="/d", format="raw", readwrite=1))

    def test_a_medium(self, xen: Xen, host: LibvirtHost, full: Domain) -> None:
        host.devices.change_medium(1, Disk(vdev="hdc", pdev_path="/x.iso", format="raw", is_cdrom=1, removable=1))
        assert xen.asked[0][0] == "update"
        assert fromstring(xen.asked[0][2]).get("device") == "cdrom"

    def test_a_drive_that_is_not_there(self, host: LibvirtHost, full: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_xml: str, _flags: int) -> None:
            raise Error(1, "internal error: No device with bus 'ide' and target 'hdd'")

        monkeypatch.setattr(full, "updateDeviceFlags", fail)
        with pytest.raises(LibxlError, match="libxl_cdrom_insert: Domain 1:Virtual device not found"):
            host.devices.change_medium(1, Disk(vdev="hdd", pdev_path="/x", format="raw", is_cdrom=1))

    def test_counters(self, xen: Xen, host: LibvirtHost, full: Domain) -> None:
        counted = host.counters.of(1)
        assert [(net.devid, net.rx_bytes, net.tx_bytes) for net in counted.nets] == [(1, 0, 4), (2, 0, 4)]
        assert [asked[1] for asked in xen.asked] == ["vif1.1", "vif1.2"]
        assert [(disk.vdev, disk.read_sectors, disk.written_sectors) for disk in counted.disks] == [
            ("xvda", 2, 4),
            ("hdc", 2, 4),
        ]


USB = """<devices>
  <controller type='usb' index='0' model='qusb2' ports='2'/><controller type='usb' index='1' model='qusb1' ports='2'/>
  <hostdev mode='subsystem' type='usb'><source><address bus='1' device='4'/></source></hostdev>
  <hostdev mode='subsystem' type='usb'><source><address bus='1' device='5'/></source></hostdev>
  <hostdev mode='subsystem' type='usb'><source><address bus='2' device='6'/></source></hostdev>
</devices></domain>"""


class TestUsb:
    @pytest.fixture(autouse=True)
    def _usb(self, xen: Xen) -> None:
        xen.add(WEB.format("linux", "destroy").replace("</domain>", USB))

    def test_ports_fill_from_the_first(self, xen: Xen, host: LibvirtHost, capsys: pytest.CaptureFixture[str]) -> None:
        assert [usb.devid for usb in host.devices.attached(1, "usbdev")] == [1, 2, 257]
        _, out, _ = said(capsys, "usb-list", "web")
        assert [line for line in out.splitlines() if "Port" in line] == [
            "  Port 1: Bus 001 Device 004",
            "  Port 2: Bus 001 Device 005",
            "  Port 1: Bus 002 Device 006",
            "  Port 2:",
        ]
        assert said(capsys, "usbdev-detach", "web", "0", "1") == (0, "", "")
        assert "device='4'" in xen.asked[-1][2].replace('"', "'")

    def test_xenstore_tells_the_port(
        self, host: LibvirtHost, control: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("xlpy.executors.libvirt.facts.USB_DEVICES", str(tmp_path))
        for busid, bus, number in (("1-2.1", 1, 5), ("2-1", 2, 6)):
            (tmp_path / busid).mkdir()
            (tmp_path / busid / "busnum").write_text(f"{bus}\n", "ascii")
            (tmp_path / busid / "devnum").write_text(f"{number}\n", "ascii")
        for controller, port, busid in ((0, 1, "2-1"), (1, 1, "9-9"), (1, 2, "1-2.1")):
            host.xenstore.write(f"/libxl/1/device/vusb/{controller}/port/{port}", busid)
        host.xenstore.write("/libxl/1/device/vusb/0/port/2", "")
        assert [usb.devid for usb in host.devices.attached(1, "usbdev")] == [2, 258, 1]


class TestPci:
    def test_assignable(self, xen: Xen, host: LibvirtHost, full: Domain) -> None:
        xen.devices = [NodeDevice(3, "pciback"), NodeDevice(4, "e1000e")]
        assert [one.bdf for one in host.pci.assignable()] == ["0000:00:03.0"]
        host.pci.make_assignable("0000:00:04.0")
        assert [one.bdf for one in host.pci.assignable()] == ["0000:00:03.0", "0000:00:04.0"]
        host.pci.take_back("0000:00:03.0", rebind=True)
        assert [one.bdf for one in host.pci.assignable()] == ["0000:00:04.0"]
        host._access.local = False
        with pytest.raises(Failure) as caught:
            host.pci.make_assignable("0000:00:03.0", "nic")
        assert "no names" in caught.value.advice

    def test_attach_and_detach(self, xen: Xen, host: LibvirtHost, full: Domain) -> None:
        card = attach_config("pci-attach", ["0000:03:00.1"]).device
        host.pci.attach(1, card)  # type: ignore[arg-type]  # it is one
        host.pci.detach(1, card)  # type: ignore[arg-type]  # it is one
        assert [asked[0] for asked in xen.asked] == ["attach", "detach"]
        other = attach_config("pci-attach", ["0000:04:00.0"]).device
        with pytest.raises(LibxlError):
            host.pci.detach(1, other)  # type: ignore[arg-type]  # it is one

    @pytest.mark.parametrize(
        ("words", "lacks"),
        [
            (("pci-detach", "-f", "web", "03:00.1"), "waits for the guest"),
            (("pci-assignable-add", "-n", "nic", "00:03.0"), "keeps no names"),
            (("pci-assignable-list", "-n"), "keeps no names"),
        ],
    )
    def test_options_without_a_way(
        self, xen: Xen, full: Domain, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], lacks: str
    ) -> None:
        status, out, err = said(capsys, *words)
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert lacks in err
        assert not xen.asked

    def test_what_libvirt_leaves_with_pciback(
        self, xen: Xen, host: LibvirtHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        xen.devices, host._access.local = [NodeDevice(3, "pciback")], True
        monkeypatch.setattr("xlpy.executors.libvirt.facts.PCIBACK", str(tmp_path))
        (tmp_path / "0000:00:03.0").mkdir()
        monkeypatch.setattr("xlpy.executors.libvirt.facts.PCI_DEVICES", str(tmp_path))
        assert [one.text for one in host.pci.make_assignable("0000:00:03.0")] == [
            "0000:00:03.0 already assigned to pciback"
        ]
        assert [one.text for one in host.pci.take_back("0000:00:04.0")] == ["Not bound to pciback"]
        assert host.pci.take_back("0000:00:03.0") == ()
        (said,) = host.pci.take_back("0000:00:03.0", rebind=True)
        assert "original driver" in said.text
        assert [(tmp_path / name).read_text("ascii") for name in ("unbind", "remove_slot")] == ["0000:00:03.0"] * 2


class TestSaving:
    def test_save_and_restore(self, xen: Xen, host: LibvirtHost, web: Domain) -> None:
        host.saving.own.save(1, "/tmp/a", then="destroy")
        assert [domain.domid for domain in xen.known] == [0]
        assert host.saving.own.restore("/tmp/a", config=None, paused=True) == 2
        assert host.find("web").paused

    @pytest.mark.parametrize(("then", "paused"), [("resume", False), ("pause", True)])
    def test_a_checkpoint_has_another_domid(
        self, host: LibvirtHost, web: Domain, told: list[str], then: str, paused: bool
    ) -> None:
        host.saving.own.save(1, "/tmp/a", then=then)  # type: ignore[arg-type]  # of the words
        assert host.find("web").paused is paused
        assert "it is domain 2 now" in told[0]

    def test_paths_are_of_the_host(self, host: LibvirtHost, web: Domain, tmp_path: Path) -> None:
        with pytest.raises(Failure) as caught:
            host.saving.own.save(1, "a\x1b", then="destroy")
        assert caught.value.advice.startswith("a\\x1b: name it from the root")

    def test_migrate(self, xen: Xen, host: LibvirtHost, web: Domain) -> None:
        host.saving.own.migrate(1, "root@other", config=None, paused=False)
        host.saving.own.migrate(1, "xen+tls://other/system", config=None, paused=True)
        assert [asked[2:] for asked in xen.asked] == [
            ("xen+ssh://root@other/system", {}, 1 | 2 | 4 | 16),
            ("xen+tls://other/system", {}, 1 | 2 | 4 | 16 | 32),
        ]

    def test_what_config_update_stored_goes_along(
        self, xen: Xen, host: LibvirtHost, libvirt: Libvirt, web: Domain, told: list[str]
    ) -> None:
        web.persistent, web.defined = True, marked_kept(WEB.format("linux", "preserve") + "\n")
        host.saving.own.migrate(1, "other", config=None, paused=False)
        assert [asked[0] for asked in xen.asked] == ["migrate", "define"]
        assert xen.asked[0][4] == 1 | 2 | 4 | 16  # there too it is kept only because of config-update
        assert xen.asked[1][1] == web.defined
        assert libvirt.uris[1:] == ["xen+ssh://other/system"]
        assert not told

    def test_what_libvirt_was_to_keep_is_kept_there(self, xen: Xen, host: LibvirtHost, web: Domain) -> None:
        web.persistent, web.defined = True, WEB.format("linux", "preserve")
        web.starts_with_libvirt = True
        asked_for: list[bool] = []
        web.setAutostart = asked_for.append  # type: ignore[method-assign,assignment]  # a spy
        host.saving.own.migrate(1, "other", config=None, paused=False)
        assert xen.asked[0][4] == 1 | 2 | 4 | 8 | 16
        assert xen.asked[1] == ("define", web.defined)
        assert asked_for == [1]

    def test_what_cannot_be_stored_there_is_told(
        self, xen: Xen, host: LibvirtHost, web: Domain, told: list[str]
    ) -> None:
        web.persistent, web.defined, web.starts_with_libvirt = True, WEB.format("linux", "preserve"), True
        xen.fails["defineXML"] = Error(29, "operation forbidden: read only access prevents virDomainDefineXML")
        host.saving.own.migrate(1, "other", config=None, paused=False)
        assert told[0].startswith(
            "web runs there, but its stored configuration and autostart did not go along: libvirt: error: "
        )

    def test_suspend_resume_dump(self, xen: Xen, host: LibvirtHost, web: Domain) -> None:
        host.saving.suspend(1)
        host.saving.resume(1)
        host.saving.dump_core(1, "/core")
        assert xen.asked == [("suspend", 1, 0, 0), ("wake", 1, 0), ("dump", 1, "/core", 0)]


class TestXenstore:
    def test_nodes(self, host: LibvirtHost, control: Control) -> None:
        host.xenstore.write("/a/b", "1")
        host.xenstore.write("/a", "")
        assert [node.path for node in host.xenstore.tree("/a")] == ["/a/b"]
        assert host.xenstore.node("/a/b").permissions == "n0,r3"
        host.xenstore.remove("/a/b")
        with pytest.raises(XenstoreError, match="ENOENT"):
            host.xenstore.node("/a/b")
        host.xenstore.set_permissions("/a", "n0,b3")
        assert "{'dom': 3, 'read': True, 'write': True}" in host.xenstore.node("/permissions/a").value

    def test_changes(self, host: LibvirtHost, control: Control) -> None:
        now, changed = host.xenstore.changes("/a", -1)
        assert changed == []
        host.xenstore.write("/a/b", "1")
        host.xenstore.write("/other", "1")
        later, changed = host.xenstore.changes("/a", now)
        assert changed == ["/a/b"]
        assert host.xenstore.changes("/a", later) == (later, [])

    def test_errors_have_names(self, host: LibvirtHost, control: Control) -> None:
        with pytest.raises(XenstoreError, match="EINVAL"):
            host.xenstore.node("not absolute")

    def test_without_xens_module(self, host: LibvirtHost) -> None:
        with pytest.raises(Failure) as caught:
            host.xenstore.node("/a")
        assert "xen.lowlevel.xs" in caught.value.advice


class TestWithXensModules:
    def test_info_is_as_the_real_xl_has_it(
        self, host: LibvirtHost, control: Control, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("xlpy.executors.libvirt.xeninfo.os.uname", lambda: SimpleNamespace(version="#1 SMP"))
        text = info_text(host.info(), numa=True)
        for line in (
            "version                : #1 SMP",
            "cpu_mhz                : 2596.120",
            "hw_caps                : 178bf3ff:80002001",
            "virt_caps              : pv hvm hvm_directio pv_directio hap gnttab-v1 gnttab-v2",
            "free_memory            : 3026",
            "free_cpus              : 1",
            "   1:      2048       1318      20,10",
            "xen_extra              : .7",
            "xen_version            : 4.17.7",
            "xen_commandline        : console=com1 dom0_mem=1024M",
            "cc_compile_by          : pkg-xen-devel",
            "build_id               : 151b373f",
        ):
            assert f"{line}\n" in text

    def test_domains_as_xen_sees_them(self, host: LibvirtHost, web: Domain, control: Control) -> None:
        found = host.find("web")
        assert (found.memory_kib, found.vcpus, found.pool, found.cpu_time) == (4096, 2, "Pool-0", 1.0)
        assert [(vcpu.cpu, vcpu.running, vcpu.hard_affinity) for vcpu in host.vcpus(1)] == [(3, True, (1, 3))]

    def test_a_crash_that_is_preserved(self, host: LibvirtHost, web: Domain, control: Control) -> None:
        control.crashed = True
        found = host.find("web")
        assert (found.shutdown, found.shutdown_reason) == (True, 3)

    def test_what_xl_paused(self, host: LibvirtHost, web: Domain, control: Control) -> None:
        control.paused = True
        host.unpause(1)
        assert control.asked == [("unpause", 1)]
        control.paused = False
        with pytest.raises(Failure, match="Unpausing domain: Invalid argument"):
            host.unpause(1)


class TestForeignDomains:
    @pytest.mark.parametrize("wanted", ["theirs", "8"])
    def test_they_are_named_as_that(self, host: LibvirtHost, control: Control, told: list[str], wanted: str) -> None:
        host.xenstore.write("/local/domain/8/name", "theirs")
        for _ in range(2):
            with pytest.raises(UnknownDomain):
                host.find(wanted)
        assert told == [
            (
                "theirs (domain 8) runs, but Xen's own xl or another toolstack made it: libvirt does not see it, "
                "use xl for it"
            )
        ]

    def test_one_that_is_about_to_be_gone_is_none(self, host: LibvirtHost, control: Control, told: list[str]) -> None:
        host.xenstore.write("/local/domain/8/name", "gone")
        control.dying = True
        with pytest.raises(UnknownDomain):
            host.find("gone")
        assert told == []

    def test_nobody_knows_it(self, host: LibvirtHost, control: Control, told: list[str]) -> None:
        with pytest.raises(UnknownDomain):
            host.find("nobody")
        assert told == []


class TestConfigurations:
    KEPT = """{"c_info": {"type": "pv", "name": "old", "uuid": "11111111-2222-3333-4444-555555555551"},
        "b_info": {"max_memkb": 32768, "type.pv": {"kernel": "/k", "cmdline": "quiet"}}}\0"""

    @pytest.fixture(autouse=True)
    def _local(self, host: LibvirtHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        host._access.local = True
        monkeypatch.setattr("xlpy.executors.libvirt.configs._KEPT", f"{tmp_path}/{{}}.{{}}")

    def test_what_libxl_keeps(self, host: LibvirtHost, web: Domain, tmp_path: Path) -> None:
        (tmp_path / f"1.{web.uuid}").write_text(self.KEPT, encoding="utf-8")
        config = host.config(1)
        assert (config.name, config.b_info.kernel, config.b_info.cmdline) == ("web", "/k", "quiet")
        assert config.b_info.sched_params.weight == 256

    def test_its_maximum_is_that_of_today(
        self, host: LibvirtHost, web: Domain, tmp_path: Path, control: Control
    ) -> None:
        (tmp_path / f"1.{web.uuid}").write_text(self.KEPT, encoding="utf-8")
        assert host.config(1).b_info.max_memkb == 32768
        host.xenstore.write("/local/domain/1/memory/static-max", "131072")
        assert host.config(1).b_info.max_memkb == 131072

    def test_the_memory_of_its_display_counts(
        self, host: LibvirtHost, web: Domain, tmp_path: Path, control: Control
    ) -> None:
        kept = self.KEPT.replace('"b_info": {', '"b_info": {"video_memkb": 16384, ')
        (tmp_path / f"1.{web.uuid}").write_text(kept, encoding="utf-8")
        host.xenstore.write("/local/domain/1/memory/target", "12288")
        assert host.config(1).b_info.target_memkb == 28672

    def test_its_vcpus_are_those_asked_for_today(
        self, host: LibvirtHost, web: Domain, tmp_path: Path, control: Control
    ) -> None:
        kept = self.KEPT.replace('"b_info": {', '"b_info": {"max_vcpus": 3, "avail_vcpus": [0], ')
        (tmp_path / f"1.{web.uuid}").write_text(kept, encoding="utf-8")
        web.xml = web.xml.replace("<vcpu current='1'>2</vcpu>", "<vcpu current='2'>3</vcpu>")
        assert host.config(1).b_info.avail_vcpus == (0, 1)
        for vcpu, value in enumerate(("online", "offline", "online")):
            host.xenstore.write(f"/local/domain/1/cpu/{vcpu}/availability", value)
        assert host.config(1).b_info.avail_vcpus == (0, 2)

    @pytest.mark.parametrize("text", ["", "{}", "[]", '{"c_info": 1, "b_info": {}}'])
    def test_what_is_spoiled_is_asked_of_libvirt(
        self, host: LibvirtHost, web: Domain, tmp_path: Path, text: str
    ) -> None:
        (tmp_path / f"1.{web.uuid}").write_text(text, encoding="utf-8")
        assert host.config(1).b_info.kernel == "/k"
        (tmp_path / f"1.{web.uuid}").unlink()
        assert host.config(1).memory_kib == 131072


def test_events(xen: Xen, host: LibvirtHost, web: Domain, told: list[str]) -> None:
    events = host.events
    assert "--follow" in told[0]
    assert list(events.since()) == []
    web.destroy()
    (event,) = events.since()
    assert (event.kind, event.name, event.seq) == ("destroyed", "web", 1)
    assert list(events.since(1)) == []


def test_failures_of_the_driver_come_with_their_words(
    host: LibvirtHost, web: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_count: int, _flags: int) -> None:
        raise Error(1, "internal error: Failed to set vcpus for domain '1' with libxenlight")

    monkeypatch.setattr(web, "setVcpusFlags", fail)
    with pytest.raises(Failure, match="Failed to set vcpus"):
        host.cpus.set_online(1, {0})
