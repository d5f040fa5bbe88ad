"""The xenstore of a simulated host: values recorded from a real Xen 4.17, permissions, quotas, laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sim.guests import DISK, KERNEL, VIF, config
from xlpy.devices.disk import Disk
from xlpy.devices.vif import Vif
from xlpy.executors.xenstore import XenstoreError

if TYPE_CHECKING:
    from tests.sim.guests import Lab

MAC = "00:16:3e:00:00:01"
NIC = Vif(mac=MAC, bridge="xenbr0")


def values(lab: Lab, path: str) -> dict[str, str]:
    """The values below a path by the rest of theirs."""
    return {node.path.removeprefix(f"{path}/"): node.value for node in lab.host.xenstore.tree(path)}


def refusal(lab: Lab, act: str, *words: str, by: int = 0) -> str:
    store = lab.host.xenstore.seen_by(by) if by else lab.host.xenstore
    with pytest.raises(XenstoreError) as caught:
        getattr(store, act)(*words)
    return caught.value.name


def test_a_connected_interface_with_two_queues(lab: Lab) -> None:
    lab.booted(config("pv1", vcpus=2, devices=(NIC,)))
    front = values(lab, "/local/domain/1/device/vif/0")
    queues = {name for name in front if name.startswith("queue-1/")}
    assert queues == {f"queue-1/{n}" for n in ("event-channel-rx", "event-channel-tx", "rx-ring-ref", "tx-ring-ref")}
    assert {name: value for name, value in front.items() if not name.startswith("queue-")} == {
        "backend": "/local/domain/0/backend/vif/1/0",
        "backend-id": "0",
        "feature-gso-tcpv4": "1",
        "feature-gso-tcpv6": "1",
        "feature-ipv6-csum-offload": "1",
        "feature-rx-notify": "1",
        "feature-sg": "1",
        "handle": "0",
        "mac": MAC,
        "mtu": "1500",
        "multi-queue-num-queues": "2",
        "request-rx-copy": "1",
        "state": "4",
        "trusted": "1",
        "xdp-headroom": "0",
    }
    back = values(lab, "/local/domain/0/backend/vif/1/0")
    assert (back["state"], back["hotplug-status"], back["feature-rx-flip"]) == ("4", "connected", "0")


def test_a_connected_disk_and_its_mirror_that_never_changes(lab: Lab) -> None:
    lab.booted(config("pv1", devices=(DISK,)))
    back = values(lab, "/local/domain/0/backend/vbd/1/51712")
    assert {name for name in back if name.startswith("feature-")} == {
        "feature-barrier",
        "feature-discard",
        "feature-flush-cache",
        "feature-max-indirect-segments",
        "feature-persistent",
    }
    assert (back["info"], back["sector-size"], back["max-ring-page-order"]) == ("0", "512", "4")
    mirror = values(lab, "/libxl/1/device/vbd/51712")
    assert mirror["state"] == "1"
    assert mirror.keys() == {
        *("backend", "bootable", "dev", "device-type", "discard-enable", "frontend", "frontend-id", "mode", "online"),
        *("params", "removable", "script", "specification", "state", "type"),
    }


def test_the_nodes_of_a_pv_guest(lab: Lab) -> None:
    given = config("pv1", vcpus=2, memory=128, info={"cmdline": "quiet", "max_vcpus": 4, "ramdisk": "/boot/initrd"})
    lab.booted(given)
    found = values(lab, "/local/domain/1")
    expected = {
        "control/feature-poweroff": "1",
        "cpu/1/availability": "online",
        "cpu/2/availability": "offline",
        "domid": "1",
        "memory/static-max": "131072",
        "memory/target": "131072",
        "name": "pv1",
        "store/port": "1",
        "console/port": "2",
        "console/limit": "1048576",
        "console/type": "xenconsoled",
        "vm": f"/vm/{given.c_info.uuid}",
    }
    assert {name: found.get(name) for name in expected} == expected
    vm = values(lab, f"/vm/{given.c_info.uuid}")
    assert {name: value for name, value in vm.items() if name != "start_time"} == {
        "image": "",
        "image/cmdline": "quiet",
        "image/kernel": KERNEL,
        "image/ostype": "linux",
        "image/ramdisk": "/boot/initrd",
        "name": "pv1",
        "uuid": given.c_info.uuid,
    }


def test_both_ends_walk_through_the_states(lab: Lab) -> None:
    def ends() -> tuple[str, str]:
        fronts = ("/local/domain/1/device/vif/0/state", "/local/domain/0/backend/vif/1/0/state")
        front, back = (lab.host.xenstore.node(path).value for path in fronts)
        return front, back

    domid = lab.create(config("pv1", devices=(NIC,)), paused=True)
    lab.clock.go(60)
    seen = [ends()]
    lab.host.unpause(domid)
    for _ in range(400):
        lab.clock.go(0.005)
        if (now := ends()) != seen[-1]:
            seen.append(now)
    lab.host.shutdown(domid)
    assert seen == [("1", "2"), ("3", "2"), ("4", "4")]


def test_a_guest_without_drivers_leaves_its_end_alone(lab: Lab) -> None:
    from xlpy.libxl import Hvm

    given = config("hvm1", "hvm", devices=(NIC,), info={"u": Hvm(xen_platform_pci=False)})
    lab.booted(given)
    assert values(lab, "/local/domain/1/device/vif/0")["state"] == "1"
    assert values(lab, "/local/domain/0/backend/vif/1/0")["state"] == "2"
    assert values(lab, "/local/domain/1")["control/feature-s3"] == ""
    assert "serial" not in lab.host.xenstore.children("/local/domain/1")


def test_what_is_written_is_there_and_goes_with_its_domain(lab: Lab) -> None:
    domid, store = lab.booted(config()), lab.host.xenstore
    store.write(f"/local/domain/{domid}/data/app/state", "up")
    store.write("/tool/mine", "1")
    assert store.node(f"/local/domain/{domid}/data/app/state") == (
        f"/local/domain/{domid}/data/app/state",
        "up",
        f"n{domid}",
    )
    assert list(store.children(f"/local/domain/{domid}/data")) == ["app"]
    lab.host.destroy(domid)
    assert list(store.children("/local/domain")) == ["0"]
    assert refusal(lab, "node", f"/local/domain/{domid}/data/app/state") == "ENOENT"
    assert [node.path for node in store.tree("/") if f"/{domid}" in node.path] == []
    assert store.node("/tool/mine").value == "1"
    assert lab.host.db.execute("SELECT count(*) FROM xenstore").fetchone()[0] == 1


def test_what_is_removed_is_gone_until_it_is_written(lab: Lab) -> None:
    lab.booted(config())
    store = lab.host.xenstore
    store.remove("/local/domain/1/control")
    assert "control" not in store.children("/local/domain/1")
    assert refusal(lab, "remove", "/local/domain/1/control") == "ENOENT"
    store.write("/local/domain/1/control/shutdown", "")
    assert list(store.children("/local/domain/1/control")) == ["shutdown"]


def test_domains_see_and_change_what_they_may(lab: Lab) -> None:
    one, other = lab.booted(config("one", devices=(NIC,))), lab.booted(config("other"))
    guest = lab.host.xenstore.seen_by(one)
    assert guest.node("name").value == "one"
    assert refusal(lab, "write", "name", "mine", by=one) == "EACCES"
    assert refusal(lab, "write", "device/vif/0/mtu", "9000", by=one) == "EACCES"
    guest.write("device/vif/0/note", "mine")
    guest.write("data/x/y", "1")
    assert guest.node("data/x/y").permissions == f"n{one}"
    assert refusal(lab, "node", f"/local/domain/{one}/data/x/y", by=other) == "EACCES"
    assert refusal(lab, "node", f"/libxl/{one}/type", by=one) == "EACCES"
    guest.set_permissions("data/x/y", f"n{one},r{other}")
    assert lab.host.xenstore.seen_by(other).node(f"/local/domain/{one}/data/x/y").value == "1"
    assert refusal(lab, "set_permissions", f"/local/domain/{one}/data/x/y", f"n{other}", by=other) == "EACCES"
    assert refusal(lab, "set_permissions", "data", "x1", by=one) == "EINVAL"


def test_quotas(lab: Lab) -> None:
    domid = lab.booted(config())
    guest = lab.host.xenstore.seen_by(domid)
    assert refusal(lab, "write", "data/x", "x" * 2049, by=domid) == "ENOSPC"
    assert refusal(lab, "write", "/tool/x", "x" * 4097) == "E2BIG"
    assert refusal(lab, "write", f"/{'x' * 3072}", "") == "EINVAL"
    assert refusal(lab, "write", "/not allowed", "") == "EINVAL"
    row = "INSERT INTO xenstore (path, domid, value, permissions) VALUES (?, ?, '', ?)"
    many = [(f"/local/domain/{domid}/data/{n}", domid, f"n{domid}") for n in range(1000)]
    lab.host.db.executemany(row, many)
    assert refusal(lab, "write", "data/more", "", by=domid) == "ENOSPC"
    guest.write("data/7", "changed")


def test_changes(lab: Lab) -> None:
    domid, store = lab.create(config(devices=(NIC,)), paused=True), lab.host.xenstore
    top = f"/local/domain/{domid}/device/vif/0/state"
    moment, changed = store.changes(top, -1)
    assert list(changed) == []
    moment, changed = store.changes(top, moment)
    assert list(changed) == []
    lab.host.unpause(domid)
    lab.clock.go(3)
    assert list(store.changes(top, moment)[1]) == [top]


def test_a_request_in_xenstore_reaches_the_guest(lab: Lab) -> None:
    domid = lab.booted(config(on_poweroff="preserve"))
    lab.host.xenstore.write(f"/local/domain/{domid}/control/shutdown", "poweroff")
    lab.clock.go(5)
    assert lab.states() == {"web": "s"}
    assert values(lab, f"/local/domain/{domid}")["control/shutdown"] == ""


def test_every_end_has_the_other_one(lab: Lab) -> None:
    cd = Disk(vdev="hdc", pdev_path="/var/lib/xen/iso/cd.iso", format="raw", is_cdrom=1)
    lab.booted(config("one", devices=(DISK, VIF)))
    lab.booted(config("two", "hvm", devices=(cd, VIF)))
    found = {node.path: node.value for node in lab.host.xenstore.tree("/")}
    fronts = {path.rpartition("/")[0]: value for path, value in found.items() if path.endswith("/backend")}
    fronts = {path: value for path, value in fronts.items() if not path.startswith("/libxl/")}
    backs = {path.rpartition("/")[0]: value for path, value in found.items() if path.endswith("/frontend")}
    backs = {path: value for path, value in backs.items() if not path.startswith("/libxl/")}
    assert {back: front for front, back in fronts.items() if back} == backs
    assert len(backs) == 7


def test_the_balloon_follows_what_is_written(lab: Lab) -> None:
    domid = lab.booted(config(memory=128))
    lab.host.xenstore.write(f"/local/domain/{domid}/memory/target", str(64 * 1024))
    assert values(lab, f"/local/domain/{domid}")["memory/target"] == "65536"
    lab.clock.go(10)
    assert lab.host.find("web").memory_kib == 64 * 1024


def test_what_nobody_can_ask_the_guest_for_is_only_kept(lab: Lab) -> None:
    domid = lab.booted(config())
    lab.host.xenstore.write(f"/local/domain/{domid}/control/shutdown", "frobnicate")
    assert values(lab, f"/local/domain/{domid}")["control/shutdown"] == "frobnicate"
    assert lab.states() == {"web": "b"}
