"""Channels: byte streams between the guest and its backend domain: `channel = [ "SPEC", ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int, Struct
from xlpy.loss import LOST, Loss
from xlpy.reader import build
from xlpy.specs import Spec
from xlpy.vocabulary import Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.libxl import DomainType
    from xlpy.specs import Item
    from xlpy.syntax import Atom
    from xlpy.xenstore import Link, Pair


class Pty(Struct):
    """A channel whose other end is a pseudo-terminal."""

    MEMBER: ClassVar[str] = "pty"


class Socket(Struct):
    """A channel whose other end is a Unix socket."""

    MEMBER: ClassVar[str] = "socket"

    path: str | None = None


class Channel(DeviceRecord):
    """libxl_device_channel; `connection` selects the member of the union `u`."""

    ARRAY: ClassVar[str] = "channels"
    AT: ClassVar[int] = 140
    KIND: ClassVar[str] = "channel"
    PHASE: ClassVar[int] = 20
    REASON: ClassVar[str] = "a console, before QEMU may serve it"
    SELECTORS: ClassVar[dict[str, str]] = {"u": "connection"}

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    name: str | None = None
    u: Pty | Socket | None = None

    def title(self) -> str:
        """`org.example.agent (socket)`."""
        return f"{self.name or 'no name'} ({self.u.MEMBER if self.u else 'no connection'})"

    def number(self, index: int) -> int:
        """Console 0 is the primary console."""
        return super().number(index + 1)

    def kinds(self, _guest: DomainType) -> tuple[str, str]:
        """A channel is a console with a name."""
        return "console", "console"

    def back(self, _link: Link) -> Iterator[Pair]:
        """Where QEMU connects it."""
        yield "protocol", "vt100"
        yield "name", self.name or ""
        if self.u is not None:
            yield "connection", self.u.MEMBER
        if isinstance(self.u, Socket) and self.u.path:
            yield "path", self.u.path

    def front(self, _link: Link) -> Iterator[Pair]:
        """What the guest may change."""
        yield "protocol", "vt100"

    def fixed(self, link: Link) -> Iterator[Pair]:
        """What the guest reads only."""
        yield "name", self.name or ""
        yield "limit", "1048576"
        yield "type", "ioemu"
        yield "output", f"chardev:libxl-channel{link.devid}" if isinstance(self.u, Socket) else "pty"
        yield "tty", ""

    def wiring(self, _queues: int) -> tuple[int, int]:
        """One ring."""
        return 1, 1

    def connects(self, link: Link, port: int, ref: int) -> Iterator[Pair]:
        """The ring, and the terminal that QEMU opened."""
        yield from (("ring-ref", str(ref)), ("port", str(port)))
        if isinstance(self.u, Pty):
            yield "tty", f"/dev/pts/{link.page(link.devid) >> 8}"

    def wants_device_model(self, _backend: str) -> bool:
        """QEMU serves it when its backend is here."""
        return self.backend_domain() == "Domain-0"


class _Spec(Spec):
    RECORD = Channel
    UNKNOWN = "unknown channel parameter '{name}', ignoring"
    TOKENS = (
        Token(
            name="backend",
            field="backend_domname",
            since="4.5",
            doc="The domain at the other end, by name or domid.",
            libvirt=LOST,
            good="connection=pty,backend=agents",
        ),
        Token(
            name="name",
            field="name",
            since="4.5",
            doc="The name by which the guest finds the channel, such as org.example.agent.",
            libvirt=Loss(why="libvirt's driver for Xen needs the name of a channel", judged=True),
            good="connection=pty,name=org.example.agent",
        ),
        Token(
            name="connection",
            form="enum",
            field="u",
            values={"pty": Pty(), "socket": Socket()},
            refusal="unknown channel connection '{value}'",
            since="4.5",
            doc="What the other end is: pty, a pseudo-terminal, or socket, a Unix socket; in lower case.",
            good="connection=pty",
            bad="connection=PTY",
        ),
        Token(
            name="path",
            field="u.path",
            since="4.5",
            doc="The Unix socket, in the backend domain; only with connection=socket.",
            good="connection=socket,path=/run/agent.sock",
            bad="connection=socket,path=",
        ),
    )

    def numbered(self) -> bool:
        """Later releases leave the number to libxl: 0 is the console's."""
        return not self.reader.knows("4.20")

    def split(self, atom: Atom) -> Iterable[Item]:
        """Blanks around names and values do not count."""
        return self.trimmed(atom, "failed to parse channel configuration")

    def unknown(self, item: Item) -> None:
        """Xl goes on."""
        self.tell("channel-unknown", self.UNKNOWN.format(name=item.name), item.span, advice=self.known_names())

    def finish(self) -> None:
        """A channel needs a connection, and a socket a path."""
        if "u" not in self.values:
            message = "channel has unknown 'connection'"
            self.refuse("channel-no-connection", message, advice="add connection=pty or connection=socket")
        elif isinstance(self.values["u"], Socket) and "u.path" not in self.values:
            message = "channel connection 'socket' requires path=.."
            self.refuse("channel-no-path", message, self.places["u"], advice="add path=/run/NAME.sock")

    def build(self) -> Channel:
        """The path belongs to a socket."""
        device = build(Channel, self.values)
        return device.replace(u=Socket(path=self.values["u.path"])) if isinstance(device.u, Socket) else device


TOKENS = _Spec.TOKENS

KEYS = (
    Key(
        name="channel",
        kind=LIST,
        order=2513,
        read=_Spec.read_list,
        write=_Spec.written,
        since="4.5",
        doc="The channels of the guest, which are consoles with names.",
        good=('["connection=socket, name=org.example.agent, path=/run/agent.sock"]', '["connection=pty, name=a"]'),
        bad=('["connection=tcp"]', '["name=org.example.agent"]'),
    ),
)
