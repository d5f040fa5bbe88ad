"""What libxl writes into xenstore, as it was found on a host with Xen 4.17."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xlpy.devices.disk import Disk
from xlpy.devices.pci import Pci
from xlpy.devices.usbctrl import Usbctrl
from xlpy.devices.vfb import Vfb
from xlpy.devices.vif import Vif
from xlpy.devices.vkb import Vkb
from xlpy.libxl import DeviceRecord, VncInfo
from xlpy.vocabulary import modules
from xlpy.xenstore import Guest, Node, device_nodes, domain_nodes, link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlpy.libxl import DomainType

DISK = Disk(vdev="xvda", pdev_path="/tmp/disk.img", format="raw", readwrite=1)
CD = Disk(vdev="hdc", pdev_path="/tmp/cd.iso", format="raw", is_cdrom=1, removable=1)
PATHS = {"xvda": 51712, "hdc": 5632}


def below(nodes: Iterable[Node], directory: str) -> dict[str, str]:
    return {n.path.removeprefix(f"{directory}/"): n.value for n in nodes if n.path.startswith(f"{directory}/")}


def nodes_of(device: DeviceRecord, guest: DomainType, devid: int = 0, domid: int = 1) -> tuple[Node, ...]:
    return device_nodes(device, link(device, domid, devid, guest, name="pv1"))


def test_a_raw_disk_of_a_pv_guest() -> None:
    nodes = nodes_of(DISK, "pv", 51712)
    assert below(nodes, "/local/domain/1/device/vbd/51712") == {
        "backend": "/local/domain/0/backend/vbd/1/51712",
        "backend-id": "0",
        "device-type": "disk",
        "protocol": "x86_64-abi",
        "state": "1",
        "trusted": "1",
        "virtual-device": "51712",
    }
    mirror = {
        "backend": "/local/domain/0/backend/vbd/1/51712",
        "bootable": "1",
        "dev": "xvda",
        "device-type": "disk",
        "discard-enable": "1",
        "frontend": "/local/domain/1/device/vbd/51712",
        "frontend-id": "1",
        "mode": "w",
        "online": "1",
        "params": "/tmp/disk.img",
        "removable": "0",
        "script": "/etc/xen/scripts/block",
        "specification": "xen",
        "state": "1",
        "type": "phy",
    }
    assert below(nodes, "/libxl/1/device/vbd/51712") == mirror
    assert {"backend": mirror["backend"], **below(nodes, "/local/domain/0/backend/vbd/1/51712")} == mirror


def test_a_cd_of_an_hvm_guest() -> None:
    back = below(nodes_of(CD, "hvm", 5632, 3), "/local/domain/0/backend/qdisk/3/5632")
    assert back == {
        "bootable": "1",
        "dev": "hdc",
        "device-type": "cdrom",
        "discard-enable": "0",
        "frontend": "/local/domain/3/device/vbd/5632",
        "frontend-id": "3",
        "mode": "r",
        "online": "1",
        "params": "aio:/tmp/cd.iso",
        "removable": "1",
        "specification": "xen",
        "state": "1",
        "type": "qdisk",
    }


@pytest.mark.parametrize(("guest", "kind"), [("pv", "vif"), ("pvh", "vif"), ("hvm", "vif_ioemu")])
def test_a_network_interface(guest: DomainType, kind: str) -> None:
    nodes = nodes_of(Vif(mac="00:16:3e:00:00:01"), guest)
    assert below(nodes, "/local/domain/0/backend/vif/1/0") == {
        "bridge": "xenbr0",
        "frontend": "/local/domain/1/device/vif/0",
        "frontend-id": "1",
        "handle": "0",
        "hotplug-status": "",
        "mac": "00:16:3e:00:00:01",
        "online": "1",
        "script": "/etc/xen/scripts/vif-bridge",
        "state": "1",
        "type": kind,
    }
    front = {"backend-id": "0", "handle": "0", "mac": "00:16:3e:00:00:01", "mtu": "1500", "state": "1", "trusted": "1"}
    assert below(nodes, "/local/domain/1/device/vif/0") == {"backend": "/local/domain/0/backend/vif/1/0", **front}


def test_the_guest_owns_its_end_but_for_what_it_may_only_read() -> None:
    permissions = {node.path: node.permissions for node in nodes_of(Vif(), "pv", domid=7)}
    assert permissions["/local/domain/7/device/vif/0/mac"] == "n7,r0"
    assert permissions["/local/domain/7/device/vif/0/mtu"] == "n0,r7"
    assert permissions["/local/domain/0/backend/vif/7/0/mac"] == "n0,r7"
    assert permissions["/libxl/7/device/vif/0/mac"] == "n0"


def test_a_framebuffer_shows_no_password() -> None:
    back = below(nodes_of(Vfb(vnc=VncInfo(enable=True, passwd="hidden")), "pv"), "/local/domain/0/backend/vfb/1/0")
    shown = {"vnc": "1", "vnclisten": "127.0.0.1", "vncdisplay": "0", "vncunused": "1", "sdl": "0", "opengl": "0"}
    generic = {"frontend": "/local/domain/1/device/vfb/0", "frontend-id": "1", "online": "1", "state": "1"}
    assert back == shown | generic


def test_of_an_emulated_usb_controller_only_libxl_knows() -> None:
    ports = {f"port/{port}": "" for port in range(1, 7)}
    nodes = nodes_of(Usbctrl(version=2), "hvm", domid=3)
    assert {node.path.split("/")[1] for node in nodes} == {"libxl"}
    assert (
        below(nodes, "/libxl/3/device/vusb/0")
        == {
            "type": "devicemodel",
            "usb-ver": "2",
            "num-ports": "6",
        }
        | ports
    )


def test_pci_devices_share_a_backend() -> None:
    device = Pci(dev=9)
    ends = link(device, 2, device.number(5), "pv", name="pv1", index=1)
    back = below(device_nodes(device, ends), "/local/domain/0/backend/pci/2/0")
    assert back == {
        "domain": "pv1",
        "frontend": "/local/domain/2/device/pci/0",
        "frontend-id": "2",
        "key-1": "0000:00:09.0",
        "dev-1": "0000:00:09.0",
        "num_devs": "2",
        "online": "1",
        "opts-1": "msitranslate=0,power_mgmt=0,permissive=0,rdm_policy=strict",
        "state": "1",
        "state-1": "1",
    }


def test_the_keyboard_of_a_linux_backend_has_its_own_kind() -> None:
    ends = link(Vkb(backend_type="linux", unique_id="T", width=800), 1, 0, "pv")
    assert (ends.backend, ends.frontend) == ("/local/domain/0/backend/vinput/1/0", "/local/domain/1/device/vkbd/0")


def test_the_nodes_of_an_hvm_guest() -> None:
    guest = Guest(
        domid=3,
        name="hvm1",
        uuid="25fb5d9f-e366-4687-8dc2-cdd7baf55994",
        type="hvm",
        target_kib=131072,
        max_kib=131072,
        video_kib=8192,
        firmware="seabios",
        start_time=1795170703.51,
        device_model=470,
    )
    nodes = {node.path: node.value for node in domain_nodes(guest)}
    expected = {
        "/libxl/3/type": "hvm",
        "/libxl/3/dm-version": "qemu_xen",
        "/local/domain/0/device-model/3/state": "running",
        "/local/domain/3/control/feature-s3": "",
        "/local/domain/3/cpu/0/availability": "online",
        "/local/domain/3/hvmloader/bios": "seabios",
        "/local/domain/3/memory/target": "122880",
        "/local/domain/3/memory/static-max": "131072",
        "/local/domain/3/memory/videoram": "8192",
        "/local/domain/3/platform/acpi_laptop_slate": "0",
        "/local/domain/3/vm": "/vm/25fb5d9f-e366-4687-8dc2-cdd7baf55994",
        "/vm/25fb5d9f-e366-4687-8dc2-cdd7baf55994/image/ostype": "hvm",
        "/vm/25fb5d9f-e366-4687-8dc2-cdd7baf55994/start_time": "1795170703.51",
    }
    assert {path: nodes.get(path) for path in expected} == expected
    assert "/vm/25fb5d9f-e366-4687-8dc2-cdd7baf55994/image/kernel" not in nodes


def test_every_device_class_says_what_it_writes() -> None:
    found = [value for module in modules() for value in vars(module).values() if _is_device(value)]
    assert len(found) >= 15
    for kind in found:
        nodes = nodes_of(kind(), "pv")
        assert all(node.path.startswith("/") and node.permissions.startswith("n") for node in nodes)
        assert len({node.path for node in nodes}) == len(nodes), kind


def _is_device(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, DeviceRecord) and hasattr(value, "KIND")
