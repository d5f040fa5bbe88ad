"""Disks: `disk = [ "SPEC", ... ]` (Xen: xl-disk-configuration(5), libxlu_disk_l.l)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from xlpy.diskspec import read_spec, scanner
from xlpy.host import Claim, Problem, missing_script
from xlpy.kinds import LIST
from xlpy.libxl import U32, U64, Defbool, DeviceRecord, Int
from xlpy.loss import LOST, TUNING, Loss
from xlpy.planning import Object
from xlpy.reader import build
from xlpy.source import Span
from xlpy.syntax import Atom
from xlpy.tokens import words
from xlpy.values import parse_vdev
from xlpy.vocabulary import Attach, Key, Token
from xlpy.xenstore import script_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig, DomainType
    from xlpy.reader import Reader
    from xlpy.xenstore import Link, Pair

DiskFormat = Literal["unknown", "qcow", "qcow2", "vhd", "raw", "empty", "qed"]
DiskBackend = Literal["unknown", "phy", "tap", "qdisk", "standalone"]
DiskSpecification = Literal["unknown", "xen", "virtio"]
DiskTransport = Literal["unknown", "mmio"]


def _is_vdev(text: str) -> bool:
    """Whether libxl knows the name."""
    try:
        parse_vdev(text)
    except ValueError:
        return False
    return True


class Disk(DeviceRecord):
    """libxl_device_disk."""

    ARRAY: ClassVar[str] = "disks"
    AT: ClassVar[int] = 10
    KIND: ClassVar[str] = "disk"
    PHASE: ClassVar[int] = 10
    REASON: ClassVar[str] = "before QEMU, which opens them"
    SINCE: ClassVar[dict[str, str]] = {"grant_usage": "4.19"}

    backend_domid: U32 = 0
    backend_domname: str | None = None
    pdev_path: str | None = None
    vdev: str | None = None
    backend: DiskBackend = "unknown"
    format: DiskFormat = "unknown"
    script: str | None = None
    removable: Int = 0
    readwrite: Int = 0
    is_cdrom: Int = 0
    direct_io_safe: bool = False
    discard_enable: Defbool = None
    specification: DiskSpecification = "unknown"
    transport: DiskTransport = "unknown"
    irq: U32 = 0
    base: U64 = 0
    colo_enable: Defbool = None
    colo_restore_enable: Defbool = None
    colo_host: str | None = None
    colo_port: Int = 0
    colo_export: str | None = None
    active_disk: str | None = None
    hidden_disk: str | None = None
    trusted: Defbool = None
    grant_usage: Defbool = None

    def title(self) -> str:
        """`xvda (/dev/vg0/web)`."""
        return f"{self.vdev} ({self.pdev_path or 'empty'})"

    def kinds(self, guest: DomainType) -> tuple[str, str]:
        """All but virtio disks are vbd to the guest."""
        kind = _KINDS[self.backend_kind(guest)]
        return kind, "virtio_disk" if kind == "virtio_disk" else "vbd"

    def back(self, link: Link) -> Iterator[Pair]:
        """The image and who opens it."""
        program = self.backend_kind(link.guest)
        yield from self._image(program)
        yield "removable", str(int(bool(self.removable)))
        yield "bootable", "1"
        yield "dev", self.vdev or ""
        yield "type", "vbd3" if program == "tap" else program
        yield "mode", "w" if self.readwrite else "r"
        yield "device-type", _device_type(self)
        if self.direct_io_safe:
            yield "direct-io-safe", "1"
        discard = bool(self.readwrite) if self.discard_enable is None else self.discard_enable
        yield "discard-enable", str(int(discard))
        yield "specification", "xen" if self.specification == "unknown" else self.specification

    def _image(self, program: str) -> Iterator[Pair]:
        path = self.pdev_path or ""
        if program in ("qdisk", "tap"):
            form = "aio" if self.format in ("raw", "empty") else self.format
            yield "params", f"{form}:{path}"
        else:
            yield "params", path
        if program in ("phy", "tap"):
            yield "script", script_path(self.script or ("block" if program == "phy" else "block-tap"))

    def front(self, link: Link) -> Iterator[Pair]:
        """What the guest's blkfront reads."""
        yield "virtual-device", str(link.devid)
        yield "device-type", _device_type(self)
        yield "trusted", str(int(self.trusted is not False))
        if link.guest == "pv":
            yield "protocol", "x86_64-abi"

    def wiring(self, queues: int) -> tuple[int, int]:
        """A ring for each queue, and a page that stays granted."""
        return queues, queues + 1

    def offers(self, link: Link) -> Iterator[Pair]:
        """The size and features of the image, and where the hotplug script found it."""
        yield "hotplug-status", "connected"
        yield "max-ring-page-order", "4"
        if link.kind == "qdisk":
            yield "feature-flush-cache", "1"
            yield from self._geometry(link)
            return
        yield "feature-max-indirect-segments", "256"
        yield "multi-queue-max-queues", str(link.most_queues)
        block = (self.pdev_path or "").startswith("/dev/")
        at = link.index + (int(link.domid) << 4)
        node = self.pdev_path if block else f"/dev/loop{at}"
        yield "node", node or ""
        yield "physical-device", f"{'fd' if block else 7}:{at:x}"
        yield "physical-device-path", node or ""

    def serves(self, link: Link) -> Iterator[Pair]:
        """What blkback knows once it has opened the image."""
        if link.kind != "vbd":
            return
        yield from ((f"feature-{name}", "1") for name in ("barrier", "flush-cache", "persistent"))
        if self.readwrite if self.discard_enable is None else self.discard_enable:
            yield "feature-discard", "1"
            yield from (("discard-alignment", "0"), ("discard-granularity", "4096"), ("discard-secure", "0"))
        yield "physical-sector-size", "512"
        yield from self._geometry(link)

    def _geometry(self, link: Link) -> Iterator[Pair]:
        yield "info", str(_CDROM * bool(self.is_cdrom) + _READONLY * (not self.readwrite))
        yield "sector-size", "512"
        yield "sectors", str(link.sectors if self.pdev_path else 0)

    def connects(self, link: Link, port: int, ref: int) -> Iterator[Pair]:
        """What blkfront chooses."""
        yield "feature-persistent", "1"
        yield "protocol", "x86_64-abi"
        if link.queues > 1:
            yield "multi-queue-num-queues", str(link.queues)
        for queue in range(link.queues):
            below = f"queue-{queue}/" if link.queues > 1 else ""
            yield f"{below}event-channel", str(port + queue)
            yield f"{below}ring-ref", str(ref + queue)

    def number(self, index: int) -> int:
        """The vdev's number: 51712 for xvda."""
        try:
            return parse_vdev(self.vdev or "").number
        except ValueError:
            return index

    def backend_kind(self, guest: DomainType) -> str:
        """The first that fits, as libxl tries them (Xen: libxl__device_disk_set_backend)."""
        if self.backend != "unknown":
            return self.backend
        if self.specification == "virtio":
            return "standalone"
        if self.format not in ("raw", "empty") or self.colo_enable or (self.is_cdrom and guest == "hvm"):
            return "qdisk"
        return "phy"

    def wants_device_model(self, backend: str) -> bool:
        """QEMU serves qdisks of Domain-0."""
        return backend == "qdisk" and self.backend_domain() == "Domain-0"

    def boot_target(self) -> str:
        """Its image."""
        return self.pdev_path or ""

    def objects(self, number: int) -> Iterator[Object]:  # noqa: ARG002 - a vdev is its own number
        """VBD, VDI, SR, PBD; an empty drive has but the first."""
        yield Object("vbd", self.vdev or "", self.vdev or "")
        path = self.pdev_path or ""
        folder, _, name = path.rpartition("/")
        if path:
            yield Object("vdi", path, name)
            yield Object("sr", folder, folder or self.script or "by its script")
            by = self.script or ("block devices" if folder.startswith("/dev") else "files")
            yield Object("pbd", f"{by} {folder}", by)

    def claims(self) -> Iterator[Claim]:
        """Its image, alone if it may write; nobody looks who else has the medium of a CD drive."""
        if self.pdev_path and not self.is_cdrom:
            domain = self.backend_domain()
            yield Claim(
                kind="disk",
                what=self.pdev_path if domain == "Domain-0" else f"{domain}:{self.pdev_path}",
                shared=not self.readwrite,
                advice="a disk that a guest writes is for it alone: use another, or access=ro in both",
            )

    def problems(self, facts: HostFacts, setting: str) -> Iterator[Problem]:
        """The image must be there, unless a driver domain or a script brings it; phy needs it raw."""
        local = self.backend_domain() == "Domain-0"
        if local and not self.script and self.pdev_path and not facts.has(self.pdev_path):
            yield Problem(
                code="no-such-disk",
                line=f"libxl: error: Disk vdev={self.vdev} failed to stat: {self.pdev_path}: No such file or directory",
                advice="create the image or volume, or correct the path",
                setting=f"{setting}.pdev_path",
                fatal=self.backend != "qdisk",  # QEMU is left to find out
            )
        if not _is_vdev(self.vdev or ""):
            yield Problem(
                code="bad-vdev",
                line=f"libxl: error: Invalid or unsupported virtual disk identifier {self.vdev}",
                advice="name it like xvda, or like hda or sda for an emulated disk",
                setting=f"{setting}.vdev",
            )
        if local and self.script and not facts.has_script(self.script):
            yield missing_script(self.script, facts, f"{setting}.script")
        if not self.is_cdrom and (self.format == "empty" or not self.pdev_path):
            yield Problem(
                code="disk-empty",
                line=f"libxl: error: Disk vdev={self.vdev} is empty but not cdrom",
                advice="give it an image or volume, or make it a CD drive with devtype=cdrom",
                setting=setting,
                status=6,
            )
        if self.backend in ("phy", "standalone") and self.format not in ("raw", "empty"):
            yield Problem(
                code="no-disk-backend",
                line=f"libxl: error: no suitable backend for disk {self.vdev}",
                advice=f"leave backendtype={self.backend} out: format {self.format} needs qdisk",
                setting=f"{setting}.backend",
            )

    def boot_lines(self, number: int) -> Iterator[str]:
        """What blkfront says."""
        kind = "CD drive" if self.is_cdrom else "disk"
        mode = "read-write" if self.readwrite else "read-only"
        yield f"blkfront: {self.vdev}: {kind} {number}, {self.pdev_path or 'empty'}, {mode}"


_CDROM, _READONLY = 1, 4
_KINDS = {"phy": "vbd", "tap": "vbd3", "qdisk": "qdisk", "standalone": "virtio_disk"}


def _device_type(disk: Disk) -> str:
    return "cdrom" if disk.is_cdrom else "disk"


_REST = "vdev=xvda,target=/dev/vg0/web"
_LOSSES = {"direct-io-safe": TUNING, "colo": LOST, "untrusted": Loss(when=lambda disk, _: disk.trusted is False)}


def _flag(name: str, field: str, value: object, doc: str, since: str = "4.2") -> Token:
    token = Token(name=name, form="flag", field=field, sets=value, doc=doc, since=since, good=f"{name},{_REST}")
    return token.replace(libvirt=_LOSSES.get(name))


def _text(name: str, field: str, doc: str, value: str, since: str = "4.2") -> Token:
    loss = None if name == "backend" else LOST
    return Token(name=name, field=field, doc=doc, since=since, good=f"{name}={value},{_REST}", libvirt=loss)


TOKENS = (
    Token(
        name="format",
        form="enum",
        field="format",
        values={
            "raw": "raw",
            "": "raw",
            "qcow": "qcow",
            "qcow2": "qcow2",
            "vhd": "vhd",
            "empty": "empty",
            "qed": "qed",
        },
        since="4.2",
        doc="The format of the image.",
        good=f"format=qcow2,{_REST}",
        bad=f"format=QCOW2,{_REST}",
    ),
    _flag("cdrom", "is_cdrom", 1, "The disk is a CD drive: read-only, and it may be empty."),
    Token(
        name="devtype",
        form="enum",
        field="is_cdrom",
        values={"cdrom": 1, "disk": 0},
        since="4.2",
        doc="The type of the device; devtype=cdrom is the same as cdrom.",
        good=f"devtype=cdrom,{_REST}",
        bad=f"devtype=floppy,{_REST}",
    ),
    Token(
        name="access",
        form="enum",
        field="readwrite",
        values={"r": 0, "ro": 0, "w": 1, "rw": 1, "": 1},
        since="4.2",
        doc="Whether the guest may write.",
        good=f"access=ro,{_REST}",
        bad=f"access=w!,{_REST}",
    ),
    _text("backend", "backend_domname", "The domain that serves the disk, by name or domid.", "storage", "4.3"),
    Token(
        name="backendtype",
        form="enum",
        field="backend",
        values={"phy": "phy", "tap": "tap", "qdisk": "qdisk", "standalone": "standalone"},
        since="4.2",
        doc="The program that serves the disk; libxl chooses when it is not given.",
        libvirt=Loss(when=lambda disk, _: disk.backend == "standalone"),
        good=f"backendtype=qdisk,{_REST}",
        bad=f"backendtype=loop,{_REST}",
    ),
    Token(
        name="specification",
        form="enum",
        field="specification",
        values={"xen": "xen", "virtio": "virtio"},
        since="4.17",
        doc="The interface that the guest sees.",
        libvirt=Loss(when=lambda disk, _: disk.specification == "virtio"),
        good=f"specification=virtio,{_REST}",
        bad=f"specification=scsi,{_REST}",
    ),
    Token(
        name="vdev",
        field="vdev",
        since="4.2",
        doc="The virtual device: xvdX, hdX, sdX.",
        good=_REST,
        bad="target=/dev/vg0/web",
    ),
    _text(
        "script", "script", "The hotplug script; a relative name is looked up in Xen's script directory.", "block-iscsi"
    ),
    _flag("direct-io-safe", "direct_io_safe", True, "The backend may use O_DIRECT without harm.", "4.5"),
    _flag("discard", "discard_enable", True, "Discard requests of the guest are passed on.", "4.5"),
    _flag("no-discard", "discard_enable", False, "Discard requests of the guest are not passed on.", "4.5"),
    _flag("colo", "colo_enable", True, "COLO replication of the disk (unstable upstream).", "4.7"),
    _flag("no-colo", "colo_enable", False, "No COLO replication.", "4.7"),
    _text("colo-host", "colo_host", "The host of the COLO secondary.", "192.0.2.7", "4.7"),
    Token(
        name="colo-port",
        form="port",
        field="colo_port",
        since="4.7",
        doc="The port of the COLO secondary.",
        libvirt=LOST,
        good=f"colo-port=9000,{_REST}",
        bad=f"colo-port=0,{_REST}",
    ),
    _text("colo-export", "colo_export", "The export name of the COLO secondary.", "disk0", "4.7"),
    _text("active-disk", "active_disk", "The active disk of a COLO secondary.", "/dev/vg0/active", "4.7"),
    _text("hidden-disk", "hidden_disk", "The hidden disk of a COLO secondary.", "/dev/vg0/hidden", "4.7"),
    _flag("trusted", "trusted", True, "The backend is trusted by the guest.", "4.19"),
    _flag("untrusted", "trusted", False, "The guest is told to protect itself from the backend.", "4.19"),
    Token(
        name="grant_usage",
        form="digit",
        field="grant_usage",
        values={"1": True, "0": False},
        since="4.19",
        doc="Whether a virtio backend maps the guest's memory by grants.",
        libvirt=Loss(when=lambda disk, _: disk.grant_usage is not None),
        good=f"grant_usage=1,{_REST}",
        bad=f"grant_usage=2,{_REST}",
    ),
    Token(
        name="target",
        field="pdev_path",
        since="4.2",
        doc="The image or block device; takes the rest of the spec, commas too.",
        good=_REST,
        bad="vdev=xvda",
    ),
)


scanned = scanner({token.name: token for token in TOKENS})
"""What a spec says, in one text or, on a command line, in several."""


def _read_disks(reader: Reader, key: Key) -> None:
    for atom in reader.atoms(key.name) or ():
        _add(reader, (atom,))


def _read_words(reader: Reader, words: tuple[Atom, ...]) -> None:
    """The words of a command line fill the slots together."""
    _add(reader, words or (Atom("", Span(0, 0), quoted=False),))


def _add(reader: Reader, atoms: tuple[Atom, ...]) -> None:
    spec = scanned(tuple(atom.text for atom in atoms), reader.release)
    places = read_spec(reader, spec, atoms)
    if places is not None:
        reader.add(build(Disk, spec.values), places)


def _write_disks(config: DomainConfig) -> tuple[str, ...] | None:
    return tuple(map(_text_of, config.devices_of(Disk))) or None


def _text_of(disk: Disk) -> str:
    """Parameters by name; the target comes last, for it takes all the rest but one comma."""
    access = ["access=ro"] if not disk.readwrite and not disk.is_cdrom else []
    text = ",".join([*access, *words(TOKENS, disk)])
    return f"{text}," if text.endswith(",") else text


ATTACH = Attach(verb="block-attach", read=_read_words)

KEYS = (
    Key(
        name="disk",
        kind=LIST,
        order=2318,
        read=_read_disks,
        write=_write_disks,
        default="no disks",
        doc="The disks of the guest, each a spec: target, format, vdev, access by position, or NAME=VALUE.",
        good=('["/dev/vg0/web,raw,xvda,rw"]', '["format=qcow2, vdev=xvda, access=rw, target=/srv/web.qcow2"]'),
        bad=('["/srv/web.img,xvda,w"]', '"phy:/dev/vg0/web,xvda,w"'),
    ),
)
