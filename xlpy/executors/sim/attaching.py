"""Adding devices to simulated domains: what libxl chooses, and what of the host they take."""

from __future__ import annotations

import os

from xlpy.executors.sim import rows, saved, wires

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from xlpy.devices.pci import Pci
    from xlpy.executors.sim.wires import Attached
    from xlpy.host import Claim, HostFacts
    from xlpy.libxl import BuildInfo, DeviceRecord, DomainConfig, DomainType

_MULTI_QUEUE = ("vbd", "vif")
_EVENT_CHANNELS = 1023
_FRAMES = 64
_GRANTS_IN_FRAME = {1: 512, 2: 256}
UNSET32 = 2**32 - 1


def chosen(device: DeviceRecord, devid: int, guest: DomainType, *, hotplug: bool = False) -> DeviceRecord:
    """A device with what libxl fills in and keeps: the devid; of a vif the MAC and the type; of disks about COLO."""
    changes: dict[str, object] = {"devid": devid} if "devid" in device.FIELDS else {}
    if device.KIND == "disk" and not hotplug and getattr(device, "colo_restore_enable", None) is None:
        changes["colo_restore_enable"] = False
    if device.KIND == "vif":
        from xlpy.devices.vif import NO_MAC, Vif

        assert isinstance(device, Vif)
        if device.mac in (None, NO_MAC):
            changes["mac"] = random_mac()
        if device.nictype == "unknown":
            changes["nictype"] = "vif" if hotplug else device.interface(guest)
    return device.replace(**changes) if changes else device


def random_mac() -> str:
    """In Xen's range, as libxl makes them."""
    first, second, third = os.urandom(3)
    return f"00:16:3e:{first & 0x7F:02x}:{second:02x}:{third:02x}"


def new_device(
    device: DeviceRecord, domid: int, nth: int, devid: int, guest: DomainType, backend: int, since: float = 0.0
) -> Attached:
    """A device as it is kept, without event channels and grants yet."""
    return wires.Attached(
        domid=domid,
        kind=device.KIND,
        nth=nth,
        devid=devid,
        backend_kind=device.kinds(guest)[0],
        backend=backend,
        lost=False,
        record=device,
        since=since,
        asked=False,
        closing=None,
        port=0,
        ref=0,
        queues=1,
    )


def with_queues(device: Attached, vcpus: int, most: int) -> Attached:
    """The device with the queues that the guest's vCPUs and those of the backend's domain allow."""
    return device._replace(queues=min(vcpus, most)) if device.backend_kind in _MULTI_QUEUE else device


def implicit(config: DomainConfig) -> list[DeviceRecord]:
    """What libxl adds to an HVM guest: a keyboard, which its configuration does not show, and a USB controller."""
    from xlpy.devices.usbctrl import Usbctrl
    from xlpy.devices.vkb import Vkb
    from xlpy.libxl import Hvm

    union, kinds = config.b_info.u, {device.KIND for device in config.devices}
    if not isinstance(union, Hvm):
        return []
    found: list[DeviceRecord] = []
    if "vkb" not in kinds and union.vkb_device is not False:
        found.append(Vkb())
    if "usbctrl" not in kinds and (union.usb or union.usbdevice or union.usbdevice_list or union.usbversion):
        found.append(Usbctrl(type="devicemodel", version=union.usbversion or 2))
    return found


def wire(db: sqlite3.Connection, domid: int, devices: Sequence[Attached], info: BuildInfo) -> None:
    """Give the devices with which a guest boots queues, event channels and grants, and keep them."""
    row = rows.domain(db, domid)
    most = {one.backend: rows.domain(db, one.backend)["vcpus"] for one in devices}
    queued = [with_queues(one, row["vcpus"], most[one.backend]) for one in devices]
    for device in wires.wired(queued, row["type"], row["vcpus"]):
        wires.insert(db, within_limits(device, info))


def adopt(db: sqlite3.Connection) -> None:
    """Make the devices of domains that were built when a simulated host kept none."""
    for row in db.execute("SELECT * FROM domain WHERE domid > 0 AND config <> ''").fetchall():
        config = saved.config_from_text(row["config"])
        found: list[Attached] = []
        for device in [*config.devices, *implicit(config)]:
            nth = sum(one.kind == device.KIND for one in found)
            devid = device.number(nth)
            backend = 0 if device.backend_domain() == "Domain-0" else rows.lookup(db, device.backend_domain())
            if backend is not None:
                record = chosen(device, devid, row["type"])
                found.append(new_device(record, row["domid"], nth, devid, row["type"], backend))
        wire(db, row["domid"], found, config.b_info)


def most_wires(info: BuildInfo) -> tuple[int, int]:
    """How many event channels and grants a domain may have."""
    frames = _FRAMES if info.max_grant_frames == UNSET32 else info.max_grant_frames
    return info.event_channels or _EVENT_CHANNELS, frames * _GRANTS_IN_FRAME.get(info.max_grant_version, 512)


def within_limits(device: Attached, info: BuildInfo) -> Attached:
    """The device; where its driver gets no event channels or grants any more, its end never connects."""
    ports, refs = device.record.wiring(device.queues)
    most_ports, most_refs = most_wires(info)
    fits = device.port + ports <= most_ports and device.ref + refs <= most_refs
    return device if fits else device._replace(since=wires.NEVER)


# ---- what they take


def holder(db: sqlite3.Connection, domid: int, wanted: Claim) -> str | None:
    """The name of another domain that has something of the host; None where it is free."""
    other = db.execute(
        "SELECT d.name FROM claim JOIN domain d USING (domid)"
        " WHERE claim.kind = ? AND what = ? AND domid <> ? AND NOT (shared AND ?)",
        (wanted.kind, rows.bind(claim_key(wanted)), domid, wanted.shared),
    ).fetchone()
    return None if other is None else rows.text(other["name"])


def take(db: sqlite3.Connection, domid: int, wanted: Claim) -> None:
    """Take something of the host that is free."""
    db.execute(
        "INSERT INTO claim (kind, what, domid, shared) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET shared = shared AND excluded.shared",
        (wanted.kind, rows.bind(claim_key(wanted)), domid, wanted.shared),
    )


def claim_key(wanted: Claim) -> str:
    """What the table of claims calls a thing: links to a disk are the disk, but for what another domain has."""
    elsewhere = ":" in wanted.what.partition("/")[0]
    return os.path.realpath(wanted.what) if wanted.kind == "disk" and not elsewhere else wanted.what


def release(db: sqlite3.Connection, device: Attached, others: Sequence[Attached]) -> None:
    """Give back what a device took, but for what others of the domain have too."""
    kept = {(taken.kind, claim_key(taken)) for other in others for taken in other.record.claims()}
    for taken in device.record.claims():
        if (taken.kind, claim_key(taken)) not in kept:
            db.execute(
                "DELETE FROM claim WHERE kind = ? AND what = ? AND domid = ?",
                (taken.kind, rows.bind(claim_key(taken)), device.domid),
            )


# ---- PCI


def bdf_of(db: sqlite3.Connection, name: str) -> str | None:
    """The address of the assignable device with a name."""
    row = db.execute("SELECT bdf FROM pciback WHERE name = ? AND name <> ''", (rows.bind(name),)).fetchone()
    return None if row is None else str(row[0])


def each(db: sqlite3.Connection, device: DeviceRecord, facts: HostFacts) -> Sequence[DeviceRecord]:
    """A device of a configuration as the devices that it stands for: PCI devices are attached function by function."""
    return functions(db, device, facts) if device.KIND == "pci" else [device]  # type: ignore[arg-type]  # of this KIND


def functions(db: sqlite3.Connection, device: Pci, facts: HostFacts) -> list[Pci]:
    """A PCI device as its functions, each with its address, also where it is known by its name."""
    from xlpy.values import take_bdf

    if device.name:
        bdf = bdf_of(db, device.name)
        if bdf is None:
            return [device]
        at = take_bdf(bdf)[0]
        return [device.replace(domain=at.domain, bus=at.bus, dev=at.dev, func=at.func, vfunc_mask=1 << at.func)]
    if not device.bdf.endswith("*"):
        return [device]
    found = [bdf for bdf in facts.pci_assignable if bdf[:-1] == device.bdf[:-1]]
    return [device.replace(func=int(bdf[-1]), vfunc_mask=1 << int(bdf[-1])) for bdf in found] or [device]
