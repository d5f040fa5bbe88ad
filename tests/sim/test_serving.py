"""Domains that serve others: driver domains and the stub domains of device models."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest

from tests.sim.guests import config
from xlpy.devices.disk import Disk
from xlpy.devices.vif import Vif
from xlpy.executors import Failure

if TYPE_CHECKING:
    from tests.sim.guests import Lab

STORAGE = config("storage", created={"driver_domain": True})
DISK = Disk(vdev="xvda", pdev_path="/dev/vg0/web", format="raw", readwrite=1, backend_domname="storage")
NIC = Vif(mac="00:16:3e:00:00:01", bridge="xenbr0", backend_domname="storage")
BACK = "/local/domain/1/backend/vbd/2/51712"
FRONT = "/local/domain/2/device/vbd/51712"


def states(lab: Lab, domid: int) -> set[tuple[int, int]]:
    return {(end.frontend_state, end.backend_state) for end in lab.host.inspect(domid).devices}


def test_a_driver_domain_has_the_backends(lab: Lab) -> None:
    lab.booted(STORAGE)
    lab.booted(config("web", devices=(DISK, NIC)))
    store = lab.host.xenstore
    assert store.node(f"{BACK}/frontend").value == FRONT
    assert store.node(f"{FRONT}/backend").value == BACK
    assert store.node(f"{FRONT}/backend-id").value == "1"
    assert store.node(f"{BACK}/params").permissions == "n1,r2"
    assert list(store.children("/local/domain/1/backend")) == ["vbd", "vif"]
    assert store.node("/local/domain/1/device-model").permissions == "n1"
    assert "hotplug-status" not in [node.path.rpartition("/")[2] for node in store.tree("/libxl/2/device/vif/0")]
    assert states(lab, 2) == {(4, 4)}
    assert lab.host.inspect(1).serves == ("disk 51712 of web", "vif 0 of web")
    assert [info.backend_domid for info in lab.host.devices.attached(2, "disk")] == [1]


def test_without_it_there_is_no_such_device(lab: Lab) -> None:
    with pytest.raises(Failure):
        lab.create(config("web", devices=(DISK,)))
    domid = lab.booted(config("other"))
    with pytest.raises(Failure):
        lab.host.devices.attach(domid, NIC)


@pytest.mark.parametrize("how", ["destroy", "poweroff"])
def test_it_takes_its_devices_down_when_it_ends(lab: Lab, how: str) -> None:
    storage = lab.booted(config("storage", created={"driver_domain": True}, on_poweroff="preserve"))
    domid = lab.booted(config("web", devices=(DISK, NIC)))
    if how == "destroy":
        lab.host.destroy(storage)
    else:
        lab.host.shutdown(storage)
        lab.clock.go(5)
    assert states(lab, domid) == {(6, 0)}
    assert [node.path for node in lab.host.xenstore.tree("/") if "/backend/vbd" in node.path] == []
    lab.host.devices.detach(domid, "disk", 51712, safe=True)
    assert [info.devid for info in lab.host.devices.attached(domid, "disk")] == []
    assert lab.states()["web"] == "b"


def test_a_new_driver_domain_serves_again_what_is_attached_again(lab: Lab) -> None:
    storage = lab.booted(STORAGE)
    domid = lab.booted(config("web", devices=(DISK,)))
    lab.host.destroy(storage)
    again = lab.booted(STORAGE)
    assert states(lab, domid) == {(6, 0)}
    lab.host.devices.detach(domid, "disk", 51712)
    lab.host.devices.attach(domid, DISK)
    lab.clock.go(1)
    assert states(lab, domid) == {(4, 4)}
    assert [info.backend_domid for info in lab.host.devices.attached(domid, "disk")] == [again]


def test_a_stub_domain_comes_and_goes_with_its_guest(lab: Lab) -> None:
    free = lab.host.info().free_memory_kib
    domid = lab.booted(config("win", "hvm", info={"device_model_stubdomain": True}, on_reboot="restart"))
    stub = lab.host.find("win-dm")
    assert (stub.domid, stub.type, stub.memory_kib, stub.vcpus) == (domid + 1, "pv", 128 * 1024, 1)
    store = lab.host.xenstore
    assert store.node(f"/local/domain/{stub.domid}/target").value == str(domid)
    assert store.node(f"/local/domain/{domid}/image/device-model-domid").value == str(stub.domid)
    assert store.node(f"/local/domain/{stub.domid}/device-model/{domid}/state").value == "running"
    lab.host.shutdown(domid, reboot=True)
    lab.clock.go(10)
    assert [d.name for d in lab.host.domains()] == ["Domain-0", "win", "win-dm"]
    assert lab.host.find("win-dm").domid > stub.domid
    lab.host.destroy(lab.host.find("win").domid)
    assert [d.name for d in lab.host.domains()] == ["Domain-0"]
    assert lab.host.info().free_memory_kib == free


def test_two_guests_cannot_have_the_same_stub_domain(lab: Lab) -> None:
    lab.booted(config("win-dm"))
    with pytest.raises(Failure):
        lab.create(config("win", "hvm", info={"device_model_stubdomain": True}))
    assert [d.name for d in lab.host.domains()] == ["Domain-0", "win-dm"]


def test_domains_of_an_older_host_file_keep_their_devices(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlpy.executors.sim import schema, store

    before = next(at for at, text in enumerate(schema.MIGRATIONS) if "CREATE TABLE device" in text)
    plain = Disk(vdev="xvda", pdev_path="/dev/vg0/web", format="raw", readwrite=1)
    domid = lab.booted(config("web", devices=(plain, NIC.replace(backend_domname=None))))
    seen = [(node.path, node.value) for node in lab.host.xenstore.tree(f"/local/domain/{domid}")]
    db = lab.host.db
    for kind, name in (("TRIGGER", "device_lost"), ("TRIGGER", "device_abandoned"), ("INDEX", "domain_target")):
        db.execute(f"DROP {kind} {name}")
    for table in ("device", "xenstore", "pciback"):
        db.execute(f"DROP TABLE {table}")
    for column in ("target", "device_model"):
        db.execute(f"ALTER TABLE domain DROP COLUMN {column}")
    later = tuple(text for text in schema.MIGRATIONS[before:] if "device" in text)
    monkeypatch.setattr(store, "MIGRATIONS", (*schema.MIGRATIONS[:before], *later))
    db.execute(f"PRAGMA user_version = {before}")
    lab.host.close()
    lab.host = lab.open()
    assert [(node.path, node.value) for node in lab.host.xenstore.tree(f"/local/domain/{domid}")] == seen


def test_bridges_have_the_interfaces_of_guests_as_ports(lab: Lab) -> None:
    nic = Vif(mac="00:16:3e:00:00:02", bridge="xenbr0", ifname="web0")
    lab.booted(STORAGE)
    lab.booted(config("web", devices=(nic, NIC.replace(bridge="br1"))))
    hvm = lab.create(config("win", "hvm", devices=(nic.replace(ifname=None),)), paused=True)
    ours, theirs = lab.host.bridges()
    assert [(port.name, port.domid, port.connected) for port in ours.ports] == [
        ("web0", 2, True),
        (f"vif{hvm}.0", hvm, False),
        (f"vif{hvm}.0-emu", hvm, True),
    ]
    assert (theirs.name, theirs.domid, [port.name for port in theirs.ports]) == ("br1", 1, ["vif2.1"])
    lab.host.devices.detach(2, "vif", 0, force=True)
    assert [port.domid for port in lab.host.bridges()[0].ports] == [hvm, hvm]


def test_a_fault_strikes_where_a_device_is_attached(lab: Lab) -> None:
    from xlpy.executors.faults import Fault

    domid = lab.booted(config("web"))
    lab.host.faults.add(Fault(number=0, point="device:vif", times=1))
    with pytest.raises(Failure):
        lab.host.devices.attach(domid, NIC.replace(backend_domname=None))
    assert list(lab.host.devices.attached(domid, "vif")) == []
    lab.host.devices.attach(domid, NIC.replace(backend_domname=None))
    assert len(lab.host.devices.attached(domid, "vif")) == 1


def test_domain_0_can_have_devices_too(lab: Lab) -> None:
    disk = Disk(vdev="xvda", pdev_path="/dev/vg0/web", format="raw", readwrite=1)
    lab.host.devices.attach(0, disk)
    lab.clock.go(1)
    (info,) = lab.host.devices.attached(0, "disk")
    assert (info.state, info.backend_state, info.backend) == (4, 4, "/local/domain/0/backend/vbd/0/51712")
    store = lab.host.xenstore
    assert store.node("/local/domain/0/device/vbd/51712/state").value == "4"
    assert store.node("/local/domain/0/backend/vbd/0/51712/params").value == "/dev/vg0/web"
    assert list(store.children("/libxl")) == ["0"]
    with pytest.raises(Failure):
        lab.create(config("web", devices=(disk,)))
    with mock.patch("time.sleep", lab.clock.go):
        lab.host.devices.detach(0, "disk", 51712, safe=True)
    assert "device" not in store.children("/local/domain/0")
    lab.create(config("web", devices=(disk,)))
