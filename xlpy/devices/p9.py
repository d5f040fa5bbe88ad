"""Shared directories: `p9 = [ "SPEC", ... ]`, served by the 9P protocol (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int
from xlpy.loss import LOST
from xlpy.specs import Spec
from xlpy.vocabulary import Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.libxl import DomainType
    from xlpy.reader import Reader
    from xlpy.source import Span
    from xlpy.specs import Item
    from xlpy.syntax import Atom
    from xlpy.xenstore import Link, Pair

P9Type = Literal["unknown", "qemu", "xen_9pfsd"]
LOG_DIR = "/var/log/xen"
_REQUIRED = ("path", "security_model", "tag")
_KEPT = (*_REQUIRED, "backend_domname")


class P9(DeviceRecord):
    """libxl_device_p9."""

    ARRAY: ClassVar[str] = "p9s"
    AT: ClassVar[int] = 100
    KIND: ClassVar[str] = "p9"
    PHASE: ClassVar[int] = 68
    SINCE: ClassVar[dict[str, str]] = dict.fromkeys(
        ("type", "max_space", "max_files", "max_open_files", "auto_delete"), "4.19"
    )

    backend_domid: U32 = 0
    backend_domname: str | None = None
    tag: str | None = None
    path: str | None = None
    security_model: str | None = None
    devid: Int = -1
    type: P9Type = "unknown"
    max_space: Int = 0
    max_files: Int = 0
    max_open_files: Int = 0
    auto_delete: bool = False

    def title(self) -> str:
        """`share (/srv/share)`."""
        return f"{self.tag or 'Xen'} ({self.path or 'no path'})"

    def kinds(self, _guest: DomainType) -> tuple[str, str]:
        """Who serves it is seen in the backend's kind."""
        return "xen_9pfs" if self.type == "xen_9pfsd" else "9pfs", "9pfs"

    def back(self, _link: Link) -> Iterator[Pair]:
        """The directory, and the limits of Xen's own server."""
        yield "path", self.path or ""
        yield "security_model", self.security_model or ""
        if self.type == "xen_9pfsd":
            for name in ("max_space", "max_files", "max_open_files", "auto_delete"):
                yield name.replace("_", "-"), str(int(getattr(self, name)))

    def front(self, _link: Link) -> Iterator[Pair]:
        """What the guest mounts."""
        yield "tag", self.tag or "Xen"

    def wiring(self, _queues: int) -> tuple[int, int]:
        """A ring of 512 pages, and one that lists them."""
        return 1, 513

    def offers(self, _link: Link) -> Iterator[Pair]:
        """What the server can do."""
        yield from (("versions", "1"), ("max-rings", "1"), ("max-ring-page-order", "9"))

    def connects(self, _link: Link, port: int, ref: int) -> Iterator[Pair]:
        """The ring."""
        yield from (("version", "1"), ("num-rings", "1"), ("ring-ref0", str(ref)), ("event-channel-0", str(port)))

    def wants_device_model(self, _backend: str) -> bool:
        """QEMU serves it unless another type is asked for."""
        return self.type in ("unknown", "qemu")


def _limit(name: str, field: str, doc: str) -> Token:
    return Token(
        name=name, form="count", field=field, since="4.19", doc=doc, good=f"type=xen_9pfsd,{name}=5", bad=f"{name}=all"
    )


def _text(name: str, field: str, doc: str, value: str) -> Token:
    spec = {"tag": "share", "path": "/srv/share", "security_model": "none", name: value}
    good = ",".join(f"{name}={value}" for name, value in spec.items())
    return Token(name=name, field=field, since="4.9", doc=doc, good=good)


class _Spec(Spec):
    """From Xen 4.18 on."""

    RECORD = P9
    UNKNOWN = "Unknown 9pfs parameter '{name}'"
    TOKENS = (
        _text("tag", "tag", "The name by which the guest mounts it; with xen_9pfsd it is Xen if not given.", "share"),
        _text("path", "path", "The directory in the backend domain.", "/srv/share"),
        _text("security_model", "security_model", "Who owns new files, as in QEMU: none, mapped, passthrough.", "none"),
        _text("backend", "backend_domname", "The domain that serves it, by name or domid.", "files"),
        Token(
            name="type",
            form="any case",
            field="type",
            values={"unknown": "unknown", "qemu": "qemu", "xen_9pfsd": "xen_9pfsd"},
            refusal="failed to parse 9pfs type: {value}",
            since="4.19",
            doc="The program that serves it; unknown is qemu. With xen_9pfsd the path can be left out.",
            good="type=xen_9pfsd",
            bad="type=nfs",
        ),
        _limit("max-files", "max_files", "The most files there may be; 0 is no limit. Only with xen_9pfsd."),
        _limit("max-open-files", "max_open_files", "The most files that may be open at once. Only with xen_9pfsd."),
        _limit(
            "max-space", "max_space", "The most space that may be used, in MiB; 0 is no limit. Only with xen_9pfsd."
        ),
        Token(
            name="auto-delete",
            form="switch",
            field="auto_delete",
            since="4.19",
            doc="Make room by removing the oldest files that are not open. Only with xen_9pfsd.",
            good="type=xen_9pfsd,auto-delete=1",
        ),
    )

    def numbered(self) -> bool:
        """The initialiser of libxl runs twice, the second time over the number."""
        return False

    def split(self, atom: Atom) -> Iterable[Item]:
        """Blanks around names and values do not count."""
        return self.trimmed(atom, "failed to parse 9pfs configuration")

    def finish(self) -> None:
        """The daemon shares a directory of the guest's own where none is named."""
        if not self.reader.knows("4.19"):
            self.require()
        elif self.values.get("type") == "xen_9pfsd" and "path" not in self.values:
            self.values["path"] = f"{LOG_DIR}/guests/{self.reader.get('c_info.name')}"

    def require(self) -> None:
        """What xl itself asked for up to Xen 4.18."""
        missing = [name for name in _REQUIRED if name not in self.values]
        if missing:
            self.refuse("p9-incomplete", "9pfs spec missing required field!", advice=f"missing: {', '.join(missing)}")


class _OldSpec(_Spec):
    """Up to Xen 4.17; what a spec says holds for those behind it, too."""

    UNKNOWN = "Unknown string `{name}' in 9pfs spec"
    WORD_ENDS = True

    def __init__(self, reader: Reader, span: Span, *, on_command_line: bool = False) -> None:
        super().__init__(reader, span, on_command_line=on_command_line)
        before = next((device for device in reversed(reader.devices) if isinstance(device, P9)), P9())
        self.values |= {name: getattr(before, name) for name in _KEPT if getattr(before, name) is not None}

    def split(self, atom: Atom) -> Iterable[Item]:
        """Blanks count, but in front of a name."""
        return Spec.split(self, atom)


def _read_p9(reader: Reader, key: Key) -> None:
    (_Spec if reader.knows("4.18") else _OldSpec).read_list(reader, key)


TOKENS = _Spec.TOKENS

KEYS = (
    Key(
        name="p9",
        kind=LIST,
        order=2334,
        read=_read_p9,
        write=_Spec.written,
        since="4.9",
        doc="The directories that are shared with the guest by 9pfs.",
        libvirt=LOST,
        good=('["tag=share, path=/srv/share, security_model=none"]',),
        bad=('["/srv/share"]', '"tag=share"'),
    ),
)
