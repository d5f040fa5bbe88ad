"""A host of Xen as libvirt-python shows it, for tests; it fails as libvirt does, on demand."""

# ruff: noqa: N802 - the names of libvirt

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring

from tests.libvirt.samples import CAPABILITIES
from xlpy.executors.libvirt.vcpus import BLOCKED, RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable

URI = "xen:///system"
UUID = "11111111-2222-3333-4444-55555555555{}"
PARAVIRT, START_PAUSED, NONBLOCK, LIVE, SAVE_PAUSED, INACTIVE = 16, 1, 1, 1, 4, 2
"""Flags."""
_STATES = {"running": 1, "paused": 3, "shutoff": 5}
_STOPPED, _ENDED_BY_ITSELF, _DESTROYED, _SAVED = 5, 0, 1, 4


class Error(Exception):
    """libvirtError."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code

    def get_error_code(self) -> int:
        return self.code

    def get_error_message(self) -> str:
        return str(self)


NO_DOMAIN = Error(42, "Domain not found")
NOT_RUNNING = Error(55, "Requested operation is not valid: domain is not running")


class Domain:
    """virDomain; `deaf` guests have no PV drivers."""

    def __init__(self, host: Xen, xml: str, domid: int, *, deaf: bool = False) -> None:
        root = fromstring(xml)
        self.host, self.xml, self.domid, self.deaf = host, xml, domid, deaf
        self.title = root.findtext("name") or ""
        self.memory = int(root.findtext("memory") or 0)
        online = [element.get("current", element.text or "1") for element in root.findall("vcpu")]
        self.online = int([*online, "1"][0])
        self.uuid = root.findtext("uuid") or UUID.format(domid)
        self.state_, self.reason = "running", 0
        self.persistent = False
        self.defined = ""
        self.starts_with_libvirt = False
        self.metadata = ""
        self.on_reboot = root.findtext("on_reboot") or "destroy"
        self.vcpu_states = [BLOCKED] * self.online
        self.time = 10**9

    def _alive(self) -> None:
        if self.domid == -1:
            raise NOT_RUNNING
        if self.domid == 0:
            raise Error(55, "Requested operation is not valid: Domain-0 does not support requested operation")

    def ID(self) -> int:
        return self.domid

    def name(self) -> str:
        return self.title

    def UUIDString(self) -> str:
        return self.uuid

    def connect(self) -> Xen:
        return self.host

    def isActive(self) -> int:
        return int(self.domid != -1)

    def isPersistent(self) -> int:
        return int(self.persistent)

    def OSType(self) -> str:
        return fromstring(self.xml).findtext("./os/type") or "linux"

    def info(self) -> list[int]:
        return [_STATES[self.state_], self.memory, self.memory, self.online, 1_500_000_000]

    def state(self) -> list[int]:
        return [_STATES[self.state_], self.reason]

    def autostart(self) -> int:
        return int(self.starts_with_libvirt)

    def setAutostart(self, wanted: int) -> None:
        self.starts_with_libvirt = bool(wanted)

    def undefine(self) -> None:
        self.host.asked.append(("undefine", self.title))
        self.host.known.remove(self)

    def XMLDesc(self, flags: int) -> str:
        if self.defined and (flags & INACTIVE or self.domid == -1):
            return self.defined
        return self.xml.replace("</name>", f"</name><uuid>{self.uuid}</uuid>{self.metadata}", 1)

    def schedulerType(self) -> list[object]:
        return ["credit2", 2]

    def schedulerParameters(self) -> dict[str, int]:
        return {"weight": 256, "cap": 0}

    def setMetadata(self, _kind: int, xml: str, key: str, uri: str, _flags: int) -> None:
        element = xml.replace("<", f"<{key}:", 1).replace(" ", f' xmlns:{key}="{uri}" ', 1)
        self.metadata = f"<metadata>{element}</metadata>"

    def suspend(self) -> None:
        self._alive()
        self.state_ = "paused"

    def resume(self) -> None:
        self._alive()
        self.state_ = "running"

    def destroy(self) -> None:
        self._alive()
        self.host.end(self, _DESTROYED)

    def shutdownFlags(self, flags: int) -> None:
        self._alive()
        self.host.asked.append(("shutdown", self.domid, flags))
        if self.deaf and flags == PARAVIRT:
            raise Error(1, "Library function returned error but did not set virError")

    def reboot(self, _flags: int) -> None:
        self._alive()
        self.host.asked.append(("reboot", self.domid))
        if self.deaf:
            raise Error(1, f"internal error: Failed to reboot domain '{self.domid}' with libxenlight")

    def interfaceStats(self, name: str) -> list[int]:
        self.host.asked.append(("stats", name))
        return [*range(8)]

    def blockStats(self, _name: str) -> list[int]:
        return [7, 1024, 8, 2048, 0]

    def setMemoryFlags(self, kib: int, flags: int) -> None:
        self._alive()
        if kib > self.memory and flags == LIVE:
            raise Error(8, "invalid argument: cannot set memory higher than max memory")
        self.host.asked.append(("memory", self.domid, kib, flags))

    def setVcpusFlags(self, count: int, flags: int) -> None:
        self.host.asked.append(("vcpus", self.domid, count, flags))

    def setSchedulerParameters(self, changes: dict[str, int]) -> None:
        self.host.asked.append(("share", self.domid, changes))

    def attachDeviceFlags(self, xml: str, flags: int) -> None:
        self.host.asked.append(("attach", self.domid, xml, flags))

    def updateDeviceFlags(self, xml: str, flags: int) -> None:
        self.host.asked.append(("update", self.domid, xml, flags))

    def detachDeviceFlags(self, xml: str, flags: int) -> None:
        self.host.asked.append(("detach", self.domid, xml, flags))

    def save(self, path: str) -> None:
        self._alive()
        self.host.asked.append(("save", self.domid, path))
        self.host.saved[path] = self.xml
        self.host.end(self, _SAVED)

    def coreDump(self, path: str, flags: int) -> None:
        self.host.asked.append(("dump", self.domid, path, flags))

    def migrateToURI3(self, uri: str, parameters: dict[str, Any], flags: int) -> None:
        self.host._check("migrateToURI3")
        self.host.asked.append(("migrate", self.domid, uri, parameters, flags))

    def pMSuspendForDuration(self, target: int, seconds: int) -> None:
        self.host.asked.append(("suspend", self.domid, target, seconds))

    def pMWakeup(self, flags: int) -> None:
        self.host.asked.append(("wake", self.domid, flags))

    def openConsole(self, _device: None, stream: Stream, _flags: int) -> None:
        self._alive()
        stream.said = self.host.console


class NodeDevice:
    """virNodeDevice: a PCI device."""

    def __init__(self, slot: int, driver: str) -> None:
        self.name, self.slot, self.driver = f"pci_0000_00_{slot:02x}_0", slot, driver

    def XMLDesc(self, _flags: int) -> str:
        where = f"<domain>0</domain><bus>0</bus><slot>{self.slot}</slot><function>0</function>"
        return (
            f"<device><driver><name>{self.driver}</name></driver><capability type='pci'>{where}</capability></device>"
        )

    def detachFlags(self, driver: None) -> None:
        assert driver is None
        self.driver = "pciback"

    def reAttach(self) -> None:
        self.driver = "e1000e"


class Stream:
    """virStream, which does not block."""

    def __init__(self) -> None:
        self.said: list[bytes | int] = []
        self.taken = b""
        self.room = [3]

    def recv(self, _most: int) -> bytes | int:
        return self.said.pop(0) if self.said else -2

    def send(self, data: bytes) -> int:
        count = self.room.pop(0) if self.room else len(data)
        self.taken += data[: max(0, count)]
        return min(count, len(data))


class Xen:
    """virConnect, and all that is behind it."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.fails: dict[str, Error] = {}
        self.kind = "Xen"
        self.next_domid = 1
        self.known: list[Domain] = []
        self.listener: Callable[..., None] | None = None
        self.console: list[bytes | int] = []
        self.streams: list[Stream] = []
        self.slow = threading.Event()
        self.slow.set()
        self.started = threading.Event()
        self.closed = False
        self.saved: dict[str, str] = {}
        self.devices: list[NodeDevice] = []
        self.add("<domain><name>Domain-0</name><memory>1572864</memory><vcpu>2</vcpu></domain>", 0)
        self.known[0].vcpu_states = [BLOCKED, RUNNING]

    # ---- for tests

    def add(self, xml: str, domid: int | None = None, *, deaf: bool = False) -> Domain:
        domain = Domain(self, xml, self.next_domid if domid is None else domid, deaf=deaf)
        self.next_domid += domid is None
        self.known.append(domain)
        return domain

    def end(self, domain: Domain, how: int = _ENDED_BY_ITSELF, *, restart: bool = False, quiet: bool = False) -> None:
        """It stops, and runs again at once with RESTART; then the event comes, unless QUIET."""
        if domain.persistent:
            domain.domid = -1
        else:
            self.known.remove(domain)
        if restart:
            self.add(domain.xml).uuid = domain.uuid
        if not quiet:
            self.tell_end(domain, how)

    def tell_end(self, domain: Domain, how: int) -> None:
        if self.listener is not None:
            self.listener(self, domain, _STOPPED, how, None)

    def _check(self, name: str) -> None:
        if name in self.fails:
            raise self.fails[name]

    # ---- libvirt's

    def setKeepAlive(self, _interval: int, _count: int) -> int:
        return 0

    def close(self) -> int:
        self.closed = True
        return 0

    def getType(self) -> str:
        return self.kind

    def getURI(self) -> str:
        return URI

    def getHostname(self) -> str:
        return "dom0"

    def getVersion(self) -> int:
        return 4017000

    def getInfo(self) -> list[Any]:
        return ["x86_64", 4095, 4, 2596, 2, 1, 2, 1]

    def getFreeMemory(self) -> int:
        return 2_637_131_776

    def getCapabilities(self) -> str:
        return CAPABILITIES

    def listAllDomains(self, _flags: int) -> list[Domain]:
        self._check("listAllDomains")
        return [domain for domain in self.known if domain.domid != -1]

    def lookupByID(self, domid: int) -> Domain:
        self._check("lookupByID")
        return self._first(lambda domain: domain.domid == domid)

    def lookupByName(self, name: str) -> Domain:
        return self._first(lambda domain: domain.title == name)

    def lookupByUUIDString(self, uuid: str) -> Domain:
        return self._first(lambda domain: domain.uuid == uuid)

    def _first(self, fits: Callable[[Domain], bool]) -> Domain:
        for domain in self.known:
            if fits(domain):
                return domain
        raise NO_DOMAIN

    def createXML(self, xml: str, flags: int) -> Domain:
        self.started.set()
        self.slow.wait(10)
        self._check("createXML")
        name = fromstring(xml).findtext("name")
        if any(domain.title == name for domain in self.known):
            raise Error(9, f"operation failed: domain '{name}' already exists with uuid {UUID}")
        domain = self.add(xml)
        domain.state_ = "paused" if flags & START_PAUSED else "running"
        self.asked.append(("create", domain.title, flags, xml))
        return domain

    def restoreFlags(self, path: str, xml: None, flags: int) -> None:
        assert xml is None
        self.add(self.saved[path]).state_ = "paused" if flags & SAVE_PAUSED else "running"

    def listAllDevices(self, _flags: int) -> list[NodeDevice]:
        return self.devices

    def nodeDeviceLookupByName(self, name: str) -> NodeDevice:
        return next(device for device in self.devices if device.name == name)

    def defineXML(self, xml: str) -> Domain:
        self._check("defineXML")
        self.asked.append(("define", xml))
        domain = self.lookupByName(fromstring(xml).findtext("name") or "")
        domain.persistent, domain.defined = True, xml
        return domain

    def domainXMLToNative(self, form: str, xml: str) -> str:
        self._check("domainXMLToNative")
        assert form == "xen-xl"
        root = fromstring(xml)
        memory = int(root.findtext("memory") or 0) // 1024
        return f'name = "{root.findtext("name")}"\nuuid = "{root.findtext("uuid")}"\nmemory = {memory}\nkernel = "/k"\n'

    def domainEventRegisterAny(self, _domain: None, _kind: int, callback: Callable[..., None], _opaque: None) -> int:
        self.listener = callback
        return 7

    def domainEventDeregisterAny(self, number: int) -> None:
        assert number == 7
        self.listener = None

    def newStream(self, flags: int) -> Stream:
        assert flags == NONBLOCK
        self.streams.append(Stream())
        return self.streams[-1]
