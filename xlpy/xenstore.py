"""The nodes that libxl writes into xenstore for a domain and its devices: pure functions of configuration and ids.

What a device writes is declared in its class (xlpy/devices/): `kinds`, `back`, `front`, `fixed`; here are the paths,
the generic nodes and the permissions (Xen: libxl_device.c, libxl_create.c, libxl_dom.c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.libxl import DeviceRecord, DomainType

Pair = tuple[str, str]
"""A path below a directory, and a value."""

INITIALISING, INIT_WAIT, INITIALISED, CONNECTED, CLOSING, CLOSED = range(1, 7)
"""XenbusState."""
SCRIPTS = "/etc/xen/scripts"


class Node(NamedTuple):
    """A node; permissions as xenstore-ls -p prints them: the owner with what others may (n: nothing), then who may."""

    path: str
    value: str
    permissions: str


class Link(Record):
    """Both ends of a device. Domids may be words where there is no domain yet, as in a plan."""

    domid: int | str
    devid: int
    kind: str
    """The component of the backend's path; empty where there is no backend."""
    front_kind: str
    backend_domid: int | str = 0
    guest: DomainType = "pv"
    name: str = ""
    """The domain's."""
    index: int = 0
    """Its place among the devices of its class."""
    queues: int = 1
    """How many the drivers agree upon."""
    most_queues: int = 1
    """How many the backend offers: its domain's vCPUs."""
    sectors: int = 20 << 21
    """The size of a disk, in sectors of 512 bytes."""

    def page(self, number: int) -> int:
        """The machine's number of a page of the guest; a likely one."""
        return 0x100000 + int(self.domid) * 0x4000 + number

    @property
    def frontend(self) -> str:
        """The directory of the guest's end."""
        if self.front_kind == "console" and self.devid == 0:
            return f"/local/domain/{self.domid}/console"
        return f"/local/domain/{self.domid}/device/{self.front_kind}/{self.devid}"

    @property
    def backend(self) -> str:
        """The directory of the other end."""
        return f"/local/domain/{self.backend_domid}/backend/{self.kind}/{self.domid}/{self.devid}"

    @property
    def mirror(self) -> str:
        """The toolstack's own directory, which the guest cannot change."""
        return f"/libxl/{self.domid}/device/{self.front_kind}/{self.devid}"


def link(device: DeviceRecord, domid: int | str, devid: int, guest: DomainType, **more: Any) -> Link:
    """The ends of a device; MORE are further fields of Link."""
    kind, front_kind = device.kinds(guest)
    return Link(domid=domid, devid=devid, kind=kind, front_kind=front_kind, guest=guest, **more)


def script_path(script: str) -> str:
    """A hotplug script; a relative name is in Xen's directory."""
    return script if script.startswith("/") else f"{SCRIPTS}/{script}"


def device_nodes(device: DeviceRecord, ends: Link) -> tuple[Node, ...]:
    """All that libxl writes for one device, before any driver has seen it, with the directories themselves."""
    if not ends.front_kind:
        return ()
    if not ends.kind:
        return tuple(_below(ends.mirror, device.back(ends), "n0"))
    frontend, backend = ends.frontend, ends.backend
    online = [("frontend-id", str(ends.domid)), ("online", "1"), ("state", "1"), *device.back(ends)]
    front = [("backend", backend), ("backend-id", str(ends.backend_domid)), ("state", "1"), *device.front(ends)]
    server = f"n{ends.backend_domid},r{ends.domid}"
    both = [("frontend", frontend), ("backend", backend), *online]
    return (
        *_below(frontend, front, f"n{ends.domid},r{ends.backend_domid}"),
        *_named(frontend, device.fixed(ends), server),
        *_below(backend, [("frontend", frontend), *online], server),
        *(_below(ends.mirror, both, "n0") if device.MIRRORED else ()),
    )


def _below(directory: str, pairs: Iterable[Pair], permissions: str) -> list[Node]:
    return [Node(directory, "", permissions), *_named(directory, pairs, permissions)]


def _named(directory: str, pairs: Iterable[Pair], permissions: str) -> list[Node]:
    new, kind = tuple.__new__, Node  # of most nodes, in half the time that the class itself takes
    return [new(kind, (f"{directory}/{name}", value, permissions)) for name, value in pairs]


class Guest(Record):
    """What the nodes of a domain itself are made of; memory in KiB."""

    domid: int | str
    name: str
    uuid: str
    type: DomainType
    online: tuple[int, ...] = (0,)
    max_vcpus: int = 1
    target_kib: int
    max_kib: int
    video_kib: int = 0
    kernel: str = ""
    ramdisk: str = ""
    cmdline: str = ""
    start_time: float = 0
    """Seconds since 1970."""
    store: tuple[int, int] = (0, 1)
    """The ring and the event channel of xenstore."""
    console: tuple[int, int] = (0, 2)
    """Those of the primary console."""
    tty: str = ""
    serials: tuple[str, ...] = ()
    """The ttys of the serial lines of an HVM guest."""
    firmware: str = ""
    """What hvmloader starts; only for HVM guests."""
    device_model: int = 0
    """The process of the device model in Domain-0, if there is one."""
    stub_domain: int | str = 0
    """The domid of the domain in which the device model runs, if it does not run in Domain-0."""
    target: int | str = 0
    """The domid of the guest for which this domain is the device model."""
    driver_domain: bool = False
    """It serves devices of others."""
    acpi: bool = True
    slack_kib: int = 0
    """What the target does not tell the guest, beside video memory: 1 MiB when an HVM guest may balloon up."""


def domain_nodes(guest: Guest) -> tuple[Node, ...]:
    """All that libxl writes for a domain itself, in the order of libxl__domain_make and libxl__build_post."""
    return (*_made(guest), *_built(guest), *_console(guest), *_emulated(guest))


def _made(guest: Guest) -> Iterator[Node]:
    top, of, everyone = f"/local/domain/{guest.domid}", f"n{guest.domid}", f"n0,r{guest.domid}"
    yield Node(top, "", everyone)
    yield Node(f"/vm/{guest.uuid}", "", everyone)
    yield from _below(f"/libxl/{guest.domid}", [("device", ""), ("dm-version", "qemu_xen"), ("type", guest.type)], "n0")
    fixed = [("vm", f"/vm/{guest.uuid}"), ("name", guest.name), ("cpu", ""), ("memory", ""), ("device", "")]
    fixed += [("control", ""), *([("hvmloader", "")] if guest.type == "hvm" else [])]
    fixed += [(f"control/platform-feature-{name}", "1") for name in ("multiprocessor-suspend", "xs_reset_watches")]
    yield from _named(top, fixed, everyone)
    own = ["libxl", "device-model"] if guest.driver_domain else []
    own += ["device/suspend/event-channel", "data", "drivers", "feature", "attr", "error"]
    states = ["poweroff", "reboot", "suspend", *(["s3", "s4"] if guest.type == "hvm" else [])]
    own += ["control/shutdown", "control/sysrq", *(f"control/feature-{state}" for state in states)]
    yield from (Node(f"{top}/{name}", "", of) for name in own)
    yield from (Node(f"/vm/{guest.uuid}/{name}", getattr(guest, name), everyone) for name in ("uuid", "name"))


def _built(guest: Guest) -> Iterator[Node]:
    everyone = f"n0,r{guest.domid}"
    target = guest.target_kib - guest.video_kib - guest.slack_kib
    memory = {"static-max": guest.max_kib, "target": target, "videoram": guest.video_kib}
    pairs = [(f"memory/{name}", str(size)) for name, size in memory.items()]
    pairs += [("domid", str(guest.domid)), ("store", ""), ("store/port", str(guest.store[1]))]
    pairs += [("store/ring-ref", str(guest.store[0]))]
    for vcpu in range(guest.max_vcpus):
        pairs.append((f"cpu/{vcpu}/availability", "online" if vcpu in guest.online else "offline"))
    yield from _named(f"/local/domain/{guest.domid}", pairs, everyone)
    image = {"pv": _pv_image(guest), "hvm": [("rtc/timeoffset", ""), ("image/ostype", "hvm")]}.get(guest.type, [])
    started = [*image, ("start_time", f"{guest.start_time:.2f}")]
    yield from _named(f"/vm/{guest.uuid}", started, everyone)


def _pv_image(guest: Guest) -> list[Pair]:
    given = {"kernel": guest.kernel, "ramdisk": guest.ramdisk, "cmdline": guest.cmdline}
    return [("image/ostype", "linux"), *((f"image/{name}", value) for name, value in given.items() if value)]


def _console(guest: Guest) -> Iterator[Node]:
    """The primary console, which has both ends but no XenbusState to walk through."""
    ends = Link(domid=guest.domid, devid=0, kind="console", front_kind="console", guest=guest.type)
    online = [("frontend-id", str(guest.domid)), ("online", "1"), ("state", "1"), ("protocol", "vt100")]
    back, everyone = [("frontend", ends.frontend), *online], f"n0,r{guest.domid}"
    yield from _below(ends.frontend, [("backend", ends.backend)], everyone)
    yield Node(f"{ends.frontend}/backend-id", "0", f"n{guest.domid},r0")
    front = {"limit": "1048576", "type": "xenconsoled", "output": "pty", "tty": guest.tty}
    front |= {"port": str(guest.console[1]), "ring-ref": str(guest.console[0])}
    yield from _named(ends.frontend, front.items(), everyone)
    yield from _below(ends.backend, back, everyone)
    yield from _below(ends.mirror, [*back, ("backend", ends.backend)], "n0")


def _emulated(guest: Guest) -> Iterator[Node]:
    """What is written for hvmloader and the device model."""
    top, everyone = f"/local/domain/{guest.domid}", f"n0,r{guest.domid}"
    pairs: list[Pair] = []
    if guest.type == "hvm":
        on = str(int(guest.acpi))
        acpi = {"acpi": on, "acpi_s3": on, "acpi_s4": on, "acpi_laptop_slate": "0", "device-model": "qemu_xen"}
        pairs += [(f"platform/{name}", value) for name, value in acpi.items()]
        pairs += [("hvmloader/bios", guest.firmware), ("hvmloader/allow-memory-relocate", "0")]
        pairs += [(f"serial/{at}/tty", tty) for at, tty in enumerate(guest.serials)]
    if guest.target:
        pairs += [("target", str(guest.target))]
    if guest.stub_domain:
        pairs += [("image/device-model-domid", str(guest.stub_domain))]
        yield Node(f"/local/domain/{guest.stub_domain}/device-model/{guest.domid}/state", "running", everyone)
    elif guest.device_model:
        pairs += [("image/device-model-pid", str(guest.device_model))]
        yield Node(f"/local/domain/0/device-model/{guest.domid}/state", "running", f"n0,r{guest.domid}")
    yield from _named(top, pairs, everyone)
