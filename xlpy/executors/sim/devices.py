"""SimDevices: the devices of running simulated domains."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from xlpy.executors import LibxlError
from xlpy.executors.devices import DeviceInfo
from xlpy.executors.sim import attaching, behaviour, configs, faults, life, nodes, qemu, refusals, rows, saved, wires
from xlpy.executors.sim.guest import Line, stamped
from xlpy.xenstore import CLOSED, CONNECTED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.devices.disk import Disk
    from xlpy.devices.usbdev import Usbdev
    from xlpy.executors import LibxlMessage
    from xlpy.executors.sim.store import Store
    from xlpy.executors.sim.wires import Attached
    from xlpy.libxl import DeviceRecord

PATIENCE = 10.0
"""Seconds that libxl waits for a guest to let go of a device."""
_LOOK_AGAIN = 0.02
_REACTION = 0.02
"""Guest seconds after which a guest answers."""


class SimDevices:
    """See the Devices protocol."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db

    def attached(self, domid: int, kind: str) -> Sequence[DeviceInfo]:
        """The devices of one class, in the order of their names in xenstore."""
        with self.store.look() as now:
            domain, most = rows.domain(self.db, domid), nodes.vcpus_of(self.db)
            found = sorted(wires.read(self.db, domid, kind), key=lambda one: str(one.devid))
            return [_info(device, domain, now, most.get(device.backend, 1)) for device in found]

    # ---- attaching

    def attach(self, domid: int, device: DeviceRecord) -> Sequence[LibxlMessage]:
        """Add a device to a running domain."""
        try:
            with self.store.change() as now:
                domain = rows.domain(self.db, domid)
                if device.KIND == "usbdev":
                    device = self._plugged(domain, device, now)  # type: ignore[arg-type]  # of this KIND
                added = self.add_device(domain, device, now)
                self.store_config(domain, added=added.record)
        except faults.Struck as struck:
            faults.finish(self.store, struck)
            raise refusals.not_added(advice=struck.failure.advice) from None
        if added.error:
            raise refusals.script_died(domid, added.kind, added.devid, added.error, rows.facts(self.db).bridges)
        return ()

    def add_device(self, domain: sqlite3.Row, device: DeviceRecord, now: float) -> Attached:
        """Add a device, inside a change."""
        domid, guest, others = domain["domid"], domain["type"], wires.read(self.db, domain["domid"])
        kin = [one for one in others if one.kind == device.KIND]
        self._check(domain, device)
        devid = device.number(_next_devid(kin))
        if device.KIND != "pci" and any(one.devid == devid for one in kin):
            raise refusals.not_added(refusals.exists(domid, device.KIND))
        faults.check(self.db, f"device:{device.KIND}:{devid}")
        for wanted in device.claims():
            if name := attaching.holder(self.db, domid, wanted):
                raise refusals.taken(domid, wanted, name)
            attaching.take(self.db, domid, wanted)
        record = attaching.chosen(device, devid, guest, hotplug=True)
        backend = self._backend(device)
        nth = max((one.nth for one in kin), default=-1) + 1
        since = rows.guest_time(domain, now) + _REACTION
        fresh = attaching.new_device(record, domid, nth, devid, guest, backend, since)
        most = rows.domain(self.db, backend)["vcpus"]
        port, ref = wires.next_wires(others, guest, domain["vcpus"])
        error = self._script_error(device)
        fresh = attaching.with_queues(fresh, domain["vcpus"], most)._replace(port=port, ref=ref, error=error)
        fresh = attaching.within_limits(fresh, nodes.config_of(domain).b_info)
        wires.insert(self.db, fresh)
        return fresh

    def _backend(self, device: DeviceRecord) -> int:
        name = device.backend_domain()
        domid = 0 if name == "Domain-0" else rows.lookup(self.db, name)
        if domid is None:
            raise refusals.not_added(advice=f"there is no domain {name}: start it first, or correct backend=")
        return domid

    def _check(self, domain: sqlite3.Row, device: DeviceRecord) -> None:
        """What libxl looks at before it writes anything."""
        if not domain["device_model"] and qemu.asks_for_it(device, domain["type"]):
            advice = "no QEMU runs for this guest: give it such a disk or a vfb before it starts"
            raise refusals.not_added(refusals.no_device_model(domain["domid"]), advice=advice)
        facts = rows.facts(self.db)
        for problem in device.problems(facts, ""):
            if problem.code == "no-such-disk":
                said = refusals.no_image(getattr(device, "vdev", ""), getattr(device, "pdev_path", ""))
                raise refusals.not_added(said, advice=problem.advice)
            if problem.code == "no-disk-backend":
                raise refusals.not_added(refusals.no_disk_backend(getattr(device, "vdev", "")), advice=problem.advice)
        if device.KIND == "usbctrl":
            from xlpy.executors.sim.usb import check_controller

            check_controller(domain, device)  # type: ignore[arg-type]  # of this KIND
        if device.KIND == "vif" and domain["type"] != "hvm" and getattr(device, "nictype", "") == "vif_ioemu":
            raise refusals.not_added(refusals.emulated_nic(domain["domid"]))

    def _script_error(self, device: DeviceRecord) -> str:
        """What the hotplug script finds missing; libxl leaves such a device where it is."""
        found = (one.line for one in device.problems(rows.facts(self.db), "") if one.code == "no-such-bridge")
        return next(found, "").rpartition("script: ")[2]

    def _plugged(self, domain: sqlite3.Row, device: Usbdev, now: float) -> Usbdev:
        """A USB device with the controller and the port that libxl finds for it."""
        from xlpy.executors.sim.usb import find_port

        return find_port(self.db, domain, device, lambda controller: self.add_device(domain, controller, now).record)

    # ---- detaching

    def detach(
        self, domid: int, kind: str, devid: int, *, force: bool = False, safe: bool = False
    ) -> Sequence[LibxlMessage]:
        """Take a device away."""
        with self.store.change() as now:
            device, domain = self._device(domid, kind, devid), rows.domain(self.db, domid)
            if force or not device.backend_kind or self._is_closed(device, domain, now):
                self.forget(domain, device)
                return refusals.script_failed("offline", device.error) if device.error else ()
            self._ask(device, domain, now)
        if not self._wait(device) and safe:
            front = device.record.kinds(domain["type"])[1]
            path = wires.link_of(device, domain, 1).backend
            raise refusals.not_closed(domid, front, devid, path)
        with self.store.change():
            self.forget(rows.domain(self.db, domid), device)
        return refusals.script_failed("offline", device.error) if device.error else ()

    def _device(self, domid: int, kind: str, devid: int) -> Attached:
        rows.domain(self.db, domid)
        found = [one for one in wires.read(self.db, domid, kind) if one.devid == devid]
        if not found:
            raise LibxlError(refusals.no_node(f"/libxl/{domid}/device/{kind}/{devid}"))
        return found[0]

    @staticmethod
    def _is_closed(device: Attached, domain: sqlite3.Row, now: float) -> bool:
        """Whether nobody is to be asked any more: also where the domain of the backend is gone."""
        return device.lost or wires.states(device, domain, now)[0] == CLOSED

    def _ask(self, device: Attached, domain: sqlite3.Row, now: float) -> None:
        """Set online to 0 and the backend to Closing; the guest answers, if it can and will."""
        connected = wires.states(device, domain, now)[0] == CONNECTED
        answers = connected and domain["shutdown"] is None and device.closing is None
        answers = answers and not behaviour.has(domain["behaviour"], "no-unplug")
        if answers and _in_use(device, domain):
            at = rows.guest_time(domain, now)
            text = f"vbd vbd-{device.devid}: 16 Device in use; refusing to close"
            life.write(self.db, device.domid, [Line(at, stamped(at, text))])
            answers = False
        closing = rows.guest_time(domain, now) + _REACTION if answers else device.closing
        wires.update(self.db, device._replace(asked=True, closing=closing))

    def _wait(self, device: Attached) -> bool:
        """Whether the guest let go of it in time; also when the domain is gone."""
        until = time.monotonic() + PATIENCE
        for _ in range(int(PATIENCE / _LOOK_AGAIN) + 1):
            with self.store.look() as now:
                found = [one for one in wires.read(self.db, device.domid, device.kind) if one.nth == device.nth]
                if not found or self._is_closed(found[0], rows.domain(self.db, device.domid), now):
                    return True
            if time.monotonic() >= until:
                break
            time.sleep(_LOOK_AGAIN)
        return False

    def forget(self, domain: sqlite3.Row, device: Attached) -> None:
        """Nothing of it is left."""
        others = [one for one in wires.read(self.db, device.domid) if (one.kind, one.nth) != (device.kind, device.nth)]
        gone = [device]
        if device.kind == "usbctrl":
            gone += [one for one in others if one.kind == "usbdev" and one.devid >> 8 == device.devid]
        for one in gone:
            attaching.release(self.db, one, [other for other in others if other not in gone])
            wires.remove(self.db, one)
            domain = rows.domain(self.db, device.domid)
            self.store_config(domain, removed=one.record)
        front = wires.link_of(device, domain, 1)
        for directory in (front.frontend, front.backend, front.mirror):
            self.db.execute("DELETE FROM xenstore WHERE path = ? OR path GLOB ?", (directory, f"{directory}/*"))

    # ---- media

    def change_medium(self, domid: int, disk: Disk) -> Sequence[LibxlMessage]:
        """Put another medium into a CD drive."""
        from xlpy.devices.disk import Disk

        with self.store.change():
            domain = rows.domain(self.db, domid)
            if domain["type"] != "hvm":
                raise refusals.no_cdrom_guest(domid)
            drives = {
                one.record.vdev: one for one in wires.read(self.db, domid, "disk") if isinstance(one.record, Disk)
            }
            drive = drives.get(disk.vdev)
            if drive is None or not isinstance(drive.record, Disk) or not drive.record.is_cdrom:
                raise refusals.no_drive(domid)
            self._swap(domain, drive, disk)
        return ()

    def _swap(self, domain: sqlite3.Row, drive: Attached, disk: Disk) -> None:
        record = drive.record.replace(pdev_path=disk.pdev_path, format=disk.format)
        wires.update(self.db, drive._replace(record=record))
        self.store_config(domain, added=record, removed=drive.record)

    def store_config(
        self, domain: sqlite3.Row, *, added: DeviceRecord | None = None, removed: DeviceRecord | None = None
    ) -> None:
        """What libxl keeps follows the devices, so that a restart has them too."""
        if domain["domid"] == 0:
            return
        config = configs.current(domain, rows.facts(self.db))
        devices = list(config.devices)
        if removed is not None and removed in devices:
            at = devices.index(removed)
            devices[at : at + 1] = [] if added is None else [added]
        elif added is not None:
            devices.append(added)
            devices.sort(key=lambda device: device.AT)
        text = saved.to_text(config.replace(devices=tuple(devices)))
        self.db.execute("UPDATE domain SET config = ? WHERE domid = ?", (text, domain["domid"]))


def _info(device: Attached, domain: sqlite3.Row, now: float, most: int) -> DeviceInfo:
    ends = wires.link_of(device, domain, most)
    front, back = wires.states(device, domain, now)
    return DeviceInfo(
        device=device.record,
        devid=device.devid,
        backend_domid=device.backend,
        kind=ends.kind,
        backend=ends.backend if ends.kind else "",
        frontend=ends.frontend if ends.kind else "",
        state=front,
        backend_state=back,
        front=nodes.front_values(device, domain, now, most),
    )


def _next_devid(kin: Sequence[Attached]) -> int:
    return max((one.devid for one in kin), default=-1) + 1


def _in_use(device: Attached, domain: sqlite3.Row) -> bool:
    """Whether the guest has mounted a disk: the one that its kernel was told to, or the first, from which it booted."""
    if device.kind != "disk" or device.domid == 0:
        return False
    info = nodes.config_of(domain).b_info
    root = next((word[5:] for word in (info.cmdline or "").split() if word.startswith("root=")), "")
    if info.kernel and not info.bootloader and not root:
        return False
    vdev = getattr(device.record, "vdev", "") or ""
    if root.startswith("/dev/"):
        return root.removeprefix("/dev/").startswith(vdev)
    return device.nth == 0 and not getattr(device.record, "is_cdrom", 0)
