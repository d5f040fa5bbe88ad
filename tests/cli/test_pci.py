"""The verbs of PCI devices on a simulated host; what they print was recorded from xl 4.17 on a real Xen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.test_devices import Host
from tests.sim.guests import config
from xlpy.devices.pci import Pci
from xlpy.host import HostFacts, PciDevice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NIC = "Ethernet controller"
FACTS = HostFacts(
    name="dom0",
    xen_version="4.17.7",
    pci_devices=(
        PciDevice(bdf="0000:00:08.0", what=NIC, reset=False),
        PciDevice(bdf="0000:00:09.0", what=NIC, reset=False),
        PciDevice(bdf="0000:00:0a.0", what=NIC, driver="e1000"),
        PciDevice(bdf="0000:00:0a.1", what=NIC, driver="e1000"),
    ),
    pci_assignable=(),
)
PCI = "libxl: error: libxl_pci.c"
NO_RESET = (
    f"{PCI}:1573:libxl__device_pci_reset: The kernel doesn't support reset from sysfs for PCI device 0000:00:09.0\n"
)


@pytest.fixture
def host(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setattr("tests.cli.test_devices.FACTS", FACTS)
    monkeypatch.setenv("XLPY_XEN", "4.17")
    host = Host(tmp_path, capsys)
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host.lab.host)
    monkeypatch.setattr("time.sleep", host.lab.clock.go)
    yield host
    host.lab.host.close()


def pv1(host: Host) -> None:
    host.xl("pci-assignable-add 00:08.0")
    host.xl("pci-assignable-add 00:09.0")
    host.lab.facts = host.lab.host.info().facts
    host.lab.booted(config("pv1", devices=(Pci(dev=8),)))


def test_a_card_that_comes_and_goes_with_its_domain(host: Host, tmp_path: Path) -> None:
    host.xl("pci-assignable-add 00:09.0")
    host.xl("pci-assignable-add 00:0a.0")
    (tmp_path / "a.cfg").write_text('name="a"\nkernel="/boot/vmlinuz"\nmemory=64\npci=["00:09.0", "00:0a.0"]\n')
    assert host.xl("create -q /tmp/a.cfg") == (0, "", NO_RESET)
    assert host.xl("destroy a") == (0, "", NO_RESET)
    assert host.xl("destroy a").status == 1


def test_making_devices_assignable(host: Host) -> None:
    warning = "libxl: warning: libxl_pci.c"
    add = "libxl__device_pci_assignable_add"
    unbound = f"{warning}:822:{add}: 0000:00:09.0 not bound to a driver, will not be rebound.\n"
    assert host.xl("pci-assignable-list") == (0, "", "")
    host.xl("pci-assignable-add 00:08.0")
    again = f"{warning}:802:{add}: 0000:00:08.0 already assigned to pciback\n"
    assert host.xl("pci-assignable-add 00:08.0") == (0, "", again)
    assert host.xl("pci-assignable-add -n spare 00:09.0") == (0, "", unbound)
    assert host.xl("pci-assignable-list") == (0, "0000:00:08.0 \n0000:00:09.0 \n", "")
    assert host.xl("pci-assignable-list -n") == (0, "0000:00:08.0 \n0000:00:09.0 spare\n", "")
    assert host.xl("pci-assignable-remove spare") == (0, "", "")
    assert host.xl("pci-assignable-list") == (0, "0000:00:08.0 \n", "")
    assert host.xl("pci-assignable-remove 00:09.0").err.startswith(f"{warning}:917:")


def test_a_driver_gets_its_device_back(host: Host) -> None:
    assert host.xl("pci-assignable-add 00:0a.0") == (0, "", "")
    assert host.xl("pci-assignable-remove -r 00:0a.0") == (0, "", "")
    host.xl("pci-assignable-add 00:08.0")
    assert "not rebinding" in host.xl("pci-assignable-remove -r 00:08.0").err


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pci-assignable-add zz", (2, "", 'pci-assignable-add: malformed BDF "zz"\n')),
        ("pci-attach 0 zz", (2, "", 'pci-attach: malformed PCI_SPEC_STRING "zz"\n')),
        ("pci-detach 0 zz", (2, "", 'pci-detach: malformed PCI_SPEC_STRING "zz"\n')),
        ("pci-list 0", (0, "", "")),
        ("pci-list 99", (0, "", "")),
        ("pci-attach nosuch 00:08.0", (1, "", "nosuch is an invalid domain identifier (rc=-6)\n")),
    ],
)
def test_wrong_words(host: Host, line: str, expected: tuple[int, str, str]) -> None:
    assert host.xl(line) == expected


def test_a_device_the_host_does_not_have(host: Host) -> None:
    said = f"{PCI}:792:libxl__device_pci_assignable_add: Couldn't lstat /sys/bus/pci/devices/0000:00:1f.7"
    assert host.xl("pci-assignable-add 00:1f.7") == (1, "", f"{said}: No such file or directory\n")


def test_devices_of_a_pv_guest(host: Host) -> None:
    pv1(host)
    assert host.xl("pci-list pv1") == (0, "Vdev Device\n00.0 0000:00:08.0\n", "")
    assert host.xl("pci-attach pv1 00:09.0") == (0, "", NO_RESET)
    host.lab.clock.go(1)
    both = "Vdev Device\n00.0 0000:00:08.0\n00.0 0000:00:09.0\n"
    assert host.xl("pci-list pv1") == (0, both, "")
    refused = (
        f"{PCI}:1677:libxl__device_pci_add: Domain 1:PCI device 0:0:9.0 is not assignable\n"
        f"{PCI}:1809:device_pci_add_done: Domain 1:libxl__device_pci_add failed for PCI device 0:0:9.0 (rc -3)\n"
        "libxl: error: libxl_device.c:1486:device_addrm_aocomplete: unable to add device\n"
    )
    assert host.xl("pci-attach pv1 00:09.0") == (1, "", refused)
    back = "/local/domain/0/backend/pci/1/0"
    assert {node.path.removeprefix(f"{back}/"): node.value for node in host.lab.host.xenstore.tree(back)} == {
        "dev-0": "0000:00:08.0",
        "dev-1": "0000:00:09.0",
        "domain": "pv1",
        "frontend": "/local/domain/1/device/pci/0",
        "frontend-id": "1",
        "key-0": "0000:00:08.0",
        "key-1": "0000:00:09.0",
        "num_devs": "2",
        "online": "1",
        "opts-0": "msitranslate=0,power_mgmt=0,permissive=0,rdm_policy=strict",
        "opts-1": "msitranslate=0,power_mgmt=0,permissive=0,rdm_policy=strict",
        "root-0": "0000:00",
        "root_num": "1",
        "state": "4",
        "state-0": "3",
        "state-1": "3",
        "vdev-0": "0000:00:00.00",
        "vdev-1": "0000:00:01.00",
    }
    assert host.xl("pci-assignable-list") == (0, "", "")
    assert host.xl("pci-detach pv1 00:08.0").status == 0
    assert host.xl("pci-list pv1") == (0, "Vdev Device\n00.0 0000:00:09.0\n", "")
    assert host.lab.host.xenstore.node(f"{back}/key-0").value == "0000:00:09.0"
    assert host.xl("pci-assignable-list") == (0, "0000:00:08.0 \n", "")
    assert (
        "1969:do_pci_remove: Domain 1:PCI device not attached to this domain\n" in host.xl("pci-detach pv1 00:08.0").err
    )


def test_an_hvm_guest_sees_them_behind_its_own(host: Host) -> None:
    from xlpy.libxl import Hvm, VgaInterfaceInfo

    host.xl("pci-assignable-add 00:08.0")
    host.xl("pci-assignable-add 00:09.0")
    host.lab.facts = host.lab.host.info().facts
    devices = (Pci(dev=8), *config(devices=()).devices)
    host.lab.booted(config("hvm1", "hvm", devices=devices, info={"u": Hvm(vga=VgaInterfaceInfo(kind="none"))}))
    assert host.xl("pci-attach hvm1 00:09.0") == (0, "", NO_RESET)
    assert host.xl("pci-list hvm1") == (0, "Vdev Device\n03.0 0000:00:08.0\n04.0 0000:00:09.0\n", "")


def test_a_guest_that_does_not_answer_keeps_its_device(host: Host) -> None:
    pv1(host)
    host.xl("pause pv1")
    assert host.xl("pci-detach pv1 00:08.0").status == 1
    assert host.xl("pci-detach -f pv1 00:08.0").status == 0
    assert host.xl("pci-list pv1") == (0, "", "")


def test_a_domain_must_be_made_for_it(host: Host) -> None:
    host.xl("pci-assignable-add 00:08.0")
    host.guest("web", "pv")
    assert f"{PCI}:1529:pci_add_dm_done: Domain 1:xc_assign_device failed" in host.xl("pci-attach web 00:08.0").err


def test_a_device_by_its_name_and_all_functions(host: Host) -> None:
    pv1(host)
    for function in "01":
        host.xl(f"pci-assignable-add 00:0a.{function}")
    assert host.xl("pci-attach pv1 00:0a.*") == (0, "", "")
    assert [line[-1] for line in host.xl("pci-list pv1").out.splitlines()[2:]] == ["0", "1"]
    assert host.xl("pci-detach pv1 00:0a.*") == (0, "", "")
    host.xl("pci-assignable-add -n nic 00:0a.0")
    assert host.xl("pci-attach pv1 name=nic") == (0, "", "")
    assert "0000:00:0a.0" in host.xl("pci-list pv1").out
    assert host.xl("pci-attach pv1 name=none").status == 1


def test_nothing_is_taken_back_from_a_domain(host: Host) -> None:
    pv1(host)
    said = host.xl("pci-assignable-remove 00:08.0")
    assert (said.status, said.err) == (
        1,
        f"{PCI}:906:libxl__device_pci_assignable_remove: failed to de-quarantine 0000:00:08.0\n",
    )
    host.xl("destroy pv1")
    assert host.xl("pci-assignable-remove 00:08.0") == (0, "", "")
