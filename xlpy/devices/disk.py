"""Disks: `disk = [ "SPEC", ... ]` (Xen: xl-disk-configuration(5), libxlu_disk_l.l)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from xlpy.cstring import atoi
from xlpy.host import Claim, Problem
from xlpy.kinds import LIST
from xlpy.libxl import U32, U64, Defbool, DeviceRecord, Int
from xlpy.reader import build
from xlpy.source import Span
from xlpy.specs import words
from xlpy.syntax import Atom, scan_disk
from xlpy.values import parse_vdev
from xlpy.vocabulary import Attach, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig, DomainType
    from xlpy.reader import Reader
    from xlpy.syntax import Token as Piece

DiskFormat = Literal["unknown", "qcow", "qcow2", "vhd", "raw", "empty", "qed"]
DiskBackend = Literal["unknown", "phy", "tap", "qdisk", "standalone"]
DiskSpecification = Literal["unknown", "xen", "virtio"]
DiskTransport = Literal["unknown", "mmio"]


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

    def claims(self) -> Iterator[Claim]:
        """Its image, alone if it may write."""
        if self.pdev_path:
            domain = self.backend_domain()
            yield Claim(
                kind="disk",
                what=self.pdev_path if domain == "Domain-0" else f"{domain}:{self.pdev_path}",
                shared=not self.readwrite,
                advice="a disk that a guest writes is for it alone: use another, or access=ro in both",
            )

    def problems(self, facts: HostFacts, setting: str) -> Iterator[Problem]:
        """The image must be there, unless a driver domain or a script brings it; phy needs it raw."""
        local = self.backend_domain() == "Domain-0" and not self.script
        if local and self.pdev_path and not facts.has(self.pdev_path):
            yield Problem(
                code="no-such-disk",
                line=f"libxl: error: Disk vdev={self.vdev} failed to stat: {self.pdev_path}: No such file or directory",
                advice="create the image or volume, or correct the path",
                setting=f"{setting}.pdev_path",
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


_REST = "vdev=xvda,target=/dev/vg0/web"


def _flag(name: str, field: str, value: object, doc: str, since: str = "4.2") -> Token:
    return Token(name=name, form="flag", field=field, sets=value, doc=doc, since=since, good=f"{name},{_REST}")


def _text(name: str, field: str, doc: str, value: str, since: str = "4.2") -> Token:
    return Token(name=name, field=field, doc=doc, since=since, good=f"{name}={value},{_REST}")


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
        good=f"grant_usage=1,{_REST}",
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

_BY_NAME = {token.name: token for token in TOKENS}
_SCRIPT_PREFIXES = ("iscsi", "nbd", "enbd", "drbd")
_RESPECIFIABLE = {"access", "devtype", "colo-port", "grant_usage"}


class _Spec:
    """One disk spec while it is scanned: slots are filled by name or by position."""

    def __init__(self, reader: Reader, atom: Atom) -> None:
        self.reader = reader
        self.atom = atom
        self.values: dict[str, Any] = {"readwrite": 1}
        self.places: dict[str, Span] = {"": atom.span}
        self.prefixed = False
        self.access_set = False
        self.errors: list[tuple[str, str, Span, str]] = []

    @classmethod
    def read_list(cls, reader: Reader, key: Key) -> None:
        """Read the disks of a key."""
        for atom in reader.atoms(key.name) or ():
            cls(reader, atom)._read((atom,))

    @classmethod
    def read_words(cls, reader: Reader, words: tuple[Atom, ...]) -> None:
        """Read the disk of a command line: the words fill the slots together."""
        words = words or (Atom("", Span(0, 0), quoted=False),)
        cls(reader, words[0])._read(words)

    def _read(self, atoms: tuple[Atom, ...]) -> None:
        """Scan, check, and add the disk when nothing was wrong."""
        for self.atom in atoms:
            at: int | None = 0
            while at is not None:
                at = self._scan(at)
            if self.errors:
                break
        if not self.errors:
            self._finish()
        for index, (code, message, span, advice) in enumerate(self.errors):
            line = f"{self.reader.source.name}: config parsing error in disk specification: {message}"
            status = 1 if index == len(self.errors) - 1 else None
            self.reader.say(code, message, (line,), span=span, exit_status=status, advice=advice)
        if not self.errors:
            self.reader.add(build(Disk, self.values), self.places)

    def _scan(self, start: int) -> int | None:
        """Read pieces from START on; gives the offset from which xl's scanner would look again, or None at the end."""
        for piece in scan_disk(self.atom.text, start):
            again = getattr(self, f"_{piece.kind.lower()}")(piece)
            if again is not None:
                return again if again < len(self.atom.text) else None
        return None

    def _error(self, message: str, near: str | None, start: int, end: int, advice: str = "") -> None:
        spec = self.atom.text
        words = f"{message} in `{spec}'" if near is None else f"{message}: near `{near}' in `{spec}'"
        span = self.atom.span if near is None else self.atom.inside(start, end)
        code = f"disk-{message.partition(' (')[0].replace(' ', '-')}"
        self.errors.append((code, words, span, advice))

    # ---- one method for each terminal of grammar/disk.lark

    def _prefix(self, piece: Piece) -> None:
        name = piece.text[:-1]
        self.prefixed = True
        if name in _SCRIPT_PREFIXES:
            self._put(_BY_NAME["script"], f"block-{name}", piece.start, piece.end - 1)
        elif name in _BY_NAME["format"].values:
            self._put(_BY_NAME["format"], name, piece.start, piece.end - 1)

    def _unknown_prefix(self, piece: Piece) -> int:
        self._error("unknown deprecated disk prefix", piece.text, piece.start, piece.end)
        return len(self.atom.text)

    def _target(self, piece: Piece) -> None:
        self._named(piece)

    def _named(self, piece: Piece) -> int | None:
        name, _, rest = piece.text.partition("=")
        value = rest.removesuffix(",")
        token = self._token(name)
        if token is not None and (token.form == "digit" and value[:1] in token.values and value):
            self._put(token, value[:1], piece.start + len(name) + 1, piece.end)
            return piece.start + len(name) + 2 + (rest[1:2] == ",")
        if token is not None and token.form not in ("flag", "digit"):
            self._put(token, value, piece.start + len(name) + 1, piece.end, whole=piece.text)
            return None
        return self._unnamed(piece, name, rest)

    def _unnamed(self, piece: Piece, name: str, rest: str) -> int:
        """xl's scanner takes one byte of the value of an unknown name, or only the name when that does not fit."""
        equals = piece.start + len(name)
        if "_" not in name and rest[:1] not in ("", ","):
            end = equals + 2 + (rest[1:2] == ",")
            advice = f"known names: {', '.join(sorted(t.name for t in TOKENS))}"
            byte = rest[0].encode(errors="surrogateescape")[:1].decode(errors="surrogateescape")
            comma = "," * (rest[:2] == f"{byte},")
            self._error("unknown parameter", f"{name}={byte}{comma}", piece.start, equals, advice)
            return end
        again = self._take_word(name, piece.start)
        return self._bad_from(equals) if again is None else again

    def _bad(self, piece: Piece) -> int:
        return self._bad_from(piece.start)

    def _bad_from(self, start: int) -> int:
        text = self.atom.text[start:].split("\n")[0]
        if len(text) > 1:  # xl's scanner loses a last lone character
            self._error("bad disk syntax", text, start, start + len(text))
        return len(self.atom.text)

    def _word(self, piece: Piece) -> int | None:
        return self._take_word(piece.text.removesuffix(","), piece.start)

    def _take_word(self, text: str, start: int) -> int | None:
        """A flag, or a word that fills a slot."""
        token = self._token(text)
        if token is not None and token.form == "flag":
            self._store(token.field, token.sets, start, start + len(text))
            return None
        return self._positional(text, start)

    # ---- slots

    def _token(self, name: str) -> Token | None:
        token = _BY_NAME.get(name)
        return token if token is not None and self.reader.knows(token.since) else None

    def _positional(self, text: str, start: int) -> int | None:
        """Target, format, vdev, access: the first that is not filled yet."""
        end = start + len(text)
        if self.errors:
            return None
        if "pdev_path" not in self.values:
            self._put(_BY_NAME["target"], text, start, end)
        elif not self.prefixed and "format" not in self.values:
            self._format_or_empty_drive(text, start)
        elif "vdev" not in self.values:
            self._vdev(text, start)
        elif not self.access_set:
            self.access_set = True
            self._put(_BY_NAME["access"], text, start, end)
        else:
            self._error("too many positional parameters", text, start, end)
            return len(self.atom.text)
        return None

    def _format_or_empty_drive(self, text: str, start: int) -> None:
        """An empty target directly followed by `hdc:cdrom` is an empty drive."""
        if self.values["pdev_path"] == "" and ":" in text:
            self._store("format", "empty", start, start)
            self._vdev(text, start)
        else:
            self._put(_BY_NAME["format"], text, start, start + len(text))

    def _vdev(self, text: str, start: int) -> None:
        vdev, colon, devtype = text.rpartition(":")
        if colon:
            devtypes = _BY_NAME["devtype"].values
            at = start + len(vdev) + 1
            if devtype in devtypes:
                self._store("is_cdrom", devtypes[devtype], at, at + len(devtype))
            else:
                self._error("unknown deprecated type", devtype, at, at + len(devtype))
        self._put(_BY_NAME["vdev"], vdev if colon else text, start, start + len(vdev if colon else text))

    def _put(self, token: Token, text: str, start: int, end: int, whole: str = "") -> None:
        """Set a field from the text of its value; XL's words when the text does not fit or the field is taken."""
        end = min(end, start + len(text))
        value: Any = text
        if token.form == "port":
            value = atoi(text)
            if value == 0:
                self._error("unknown value for colo_port", text, start, end)
                return
        elif token.values:
            if text not in token.values:
                kind = "type" if token.name == "devtype" else token.name
                near = whole if token.name == "devtype" else text
                self._error(f"unknown value for {kind}", near or text, start, end, _advice(token, text))
                return
            value = token.values[text]
        old = self.values.get(token.field)
        if (
            token.name not in _RESPECIFIABLE
            and token.form != "port"
            and old not in (None, "", value if token.values else "")
        ):
            self._error(f"{token.name.removesuffix('type')} respecified", text, start, end)
        else:
            self._store(token.field, value, start, end)

    def _store(self, field: str, value: Any, start: int, end: int) -> None:
        self.values[field] = value
        self.places[field] = self.atom.inside(start, end)

    def _finish(self) -> None:
        """What xl checks and completes at the end of a spec."""
        self.values.setdefault("format", "raw")
        if self.values.get("is_cdrom"):
            self.values |= {"removable": 1, "readwrite": 0}
            if not self.values.get("pdev_path"):
                self.values["format"] = "empty"
        if self.values.get("vdev") is None:
            self._error("no vdev specified", None, 0, 0, "say where the guest sees it: vdev=xvda, or the third word")
        elif self.values.get("pdev_path") is None and not self.values.get("removable"):
            self._error(
                "no target specified (and device not removable)", None, 0, 0, "name the image or device: target=/path"
            )


def _advice(token: Token, text: str) -> str:
    """What may have been meant by a value that does not fit."""
    if text.lower() in token.values:
        return f"write it in lower case: {text.lower()}"
    if token.name == "format":
        return "the words are target, format, vdev, access; an absent format still needs its comma"
    return f"one of {', '.join(sorted(value for value in token.values if value))}"


def _write_disks(config: DomainConfig) -> tuple[str, ...] | None:
    return tuple(map(_text_of, config.devices_of(Disk))) or None


def _text_of(disk: Disk) -> str:
    """Parameters by name; the target comes last, for it takes all the rest but one comma."""
    access = ["access=ro"] if not disk.readwrite and not disk.is_cdrom else []
    text = ",".join([*access, *words(TOKENS, disk)])
    return f"{text}," if text.endswith(",") else text


ATTACH = Attach(verb="block-attach", read=_Spec.read_words)

KEYS = (
    Key(
        name="disk",
        kind=LIST,
        order=2318,
        read=_Spec.read_list,
        write=_write_disks,
        default="no disks",
        doc="The disks of the guest, each a spec: target, format, vdev, access by position, or NAME=VALUE.",
        good=('["/dev/vg0/web,raw,xvda,rw"]', '["format=qcow2, vdev=xvda, access=rw, target=/srv/web.qcow2"]'),
        bad=('["/srv/web.img,xvda,w"]', '"phy:/dev/vg0/web,xvda,w"'),
    ),
)
