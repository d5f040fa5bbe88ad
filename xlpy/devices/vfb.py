"""PV framebuffers: `vfb = [ "SPEC", ... ]`; each brings a virtual keyboard (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from xlpy import vocabulary
from xlpy.devices.vkb import Vkb
from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int, SdlInfo, VncInfo
from xlpy.loss import TUNING, Loss
from xlpy.options.graphics import VNC_IPV6, display_of, is_searched
from xlpy.reader import build
from xlpy.specs import Spec
from xlpy.vocabulary import PV, Key, Reading, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader
    from xlpy.source import Span
    from xlpy.specs import Item
    from xlpy.xenstore import Link, Pair


class Vfb(DeviceRecord):
    """libxl_device_vfb; vnc.passwd is a secret."""

    ARRAY: ClassVar[str] = "vfbs"
    AT: ClassVar[int] = 60
    KIND: ClassVar[str] = "vfb"
    PHASE: ClassVar[int] = 40
    REASON: ClassVar[str] = "before QEMU, which serves it"

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    vnc: VncInfo = VncInfo()
    sdl: SdlInfo = SdlInfo()
    keymap: str | None = None

    def title(self) -> str:
        """`vnc` or `sdl`, whatever is on."""
        return "sdl" if self.sdl.enable else "vnc"

    def back(self, _link: Link) -> Iterator[Pair]:
        """The displays, but not the password."""
        yield "vnc", str(int(self.vnc.enable is not False))
        yield "vnclisten", self.vnc.listen or "127.0.0.1"
        yield "vncdisplay", str(self.vnc.display)
        yield "vncunused", str(int(self.vnc.findunused is not False))
        yield "sdl", str(int(bool(self.sdl.enable)))
        yield "opengl", str(int(bool(self.sdl.opengl)))
        given = {"xauthority": self.sdl.xauthority, "display": self.sdl.display}
        yield from ((name, value) for name, value in given.items() if value)

    def wiring(self, _queues: int) -> tuple[int, int]:
        """Its page is mapped by number, not granted."""
        return 1, 0

    def offers(self, _link: Link) -> Iterator[Pair]:
        """What QEMU can do."""
        yield from (("hotplug-status", "connected"), ("feature-resize", "1"))

    def serves(self, _link: Link) -> Iterator[Pair]:
        """What it asks for."""
        yield "request-update", "1"

    def connects(self, link: Link, port: int, _ref: int) -> Iterator[Pair]:
        """The page with the layout of the screen."""
        yield from (("event-channel", str(port)), ("page-ref", str(link.page(port))))
        yield from (("feature-update", "1"), ("protocol", "x86_64-abi"))

    def wants_device_model(self, _backend: str) -> bool:
        """QEMU is its only backend."""
        return True

    def boot_lines(self, number: int) -> Iterator[str]:
        """What xenfb says."""
        yield f"xenfb: virtual framebuffer {number}, {self.title()}"


def _token(name: str, form: str, field: str, doc: str, good: str, libvirt: Loss | None = None) -> Token:
    return Token(name=name, form=form, field=field, doc=doc, good=f"{name}={good}", libvirt=libvirt)


_NO_DISPLAY = Loss(
    why="libvirt has no framebuffer without a display",
    when=lambda vfb, _: vfb.vnc.enable is False and not vfb.sdl.enable,
)
_FIXED = TUNING.replace(why="libvirt takes the port of vncdisplay as it is", when=lambda vfb, _: is_searched(vfb.vnc))
_NO_SDL = TUNING.replace(
    why="libvirt has one display for a framebuffer, and takes VNC first",
    when=lambda vfb, _: bool(vfb.sdl.enable) and vfb.vnc.enable is not False,
)
_KEYMAP = TUNING.replace(
    why="libvirt has keymaps for VNC", when=lambda vfb, _: bool(vfb.keymap) and vfb.vnc.enable is False
)
_EMULATED = Loss(
    why="libvirt's driver for Xen has one display for an HVM guest, the emulated one",
    when=lambda _, config: config.c_info.type == "hvm",
)

TOKENS = (
    _token("vnc", "boolean", "vnc.enable", "The display by VNC.", "1", _NO_DISPLAY),
    _token("vnclisten", "string", "vnc.listen", "The address to listen on.", "127.0.0.1", VNC_IPV6),
    _token("vncpasswd", "string", "vnc.passwd", "The VNC password.", "secret"),
    _token("vncdisplay", "integer", "vnc.display", "The VNC display: the TCP port is 5900 + this.", "1"),
    _token("vncunused", "boolean", "vnc.findunused", "Take the first free port from vncdisplay on.", "1", _FIXED),
    _token("keymap", "string", "keymap", "The keyboard of the display's user.", "de", _KEYMAP),
    _token("sdl", "boolean", "sdl.enable", "The display in a window on Dom0.", "0", _NO_SDL),
    _token("opengl", "boolean", "sdl.opengl", "OpenGL for the SDL window.", "0", TUNING),
    _token("display", "string", "sdl.display", "The X display for the SDL window.", ":0"),
    _token("xauthority", "string", "sdl.xauthority", "The X authority file.", "/root/.Xauthority"),
)
_HVM_DISPLAY = "b_info.u.hvm."


class _Spec(Spec):
    RECORD = Vfb
    TOKENS = TOKENS
    WORD_ENDS = True

    def unknown(self, item: Item) -> None:
        """Xl skips it in silence."""

    def close(self) -> None:
        """Each framebuffer has a keyboard."""
        super().close()
        self.reader.add(Vkb(devid=self.reader.count(Vkb)), {"": self.places[""]})


def _vfb_from_vnc(reader: Reader) -> None:
    """`vnc = 1` in a PV guest without vfb makes one from the keys of the emulated display."""
    if reader.domain_type != PV:
        return
    if reader.count(Vfb):
        _read_display(reader, ("vnc.", "sdl."), {})  # only to say what is wrong with it
    elif reader.integer("vnc"):
        places: dict[str, Span] = {}  # of no spec, so that there is none of the device itself
        display = _read_display(reader, ("vnc.", "sdl.", "keymap"), places)
        reader.add(build(Vfb, {"devid": 0, **display}), places)
        reader.add(Vkb(devid=reader.count(Vkb)))


def _read_display(reader: Reader, fields: tuple[str, ...], places: dict[str, Span]) -> dict[str, Any]:
    """What the keys of the emulated display say, by the names of a framebuffer's fields; PLACES gets where."""
    found = {}
    for key in vocabulary.all_keys():
        field = key.field.removeprefix(_HVM_DISPLAY)
        if field != key.field and field.startswith(fields):
            value = key.kind.read(reader, key.name)
            if value is not None:
                found[field] = value
                places[field] = reader.entries[key.name].value_span
    return found


def _write_vfbs(config: DomainConfig) -> tuple[Any, ...] | None:
    """Unless the keys of the display say it."""
    return None if isinstance(display_of(config), Vfb) else _Spec.written(config)


READINGS = (Reading(order=2887, apply=_vfb_from_vnc),)

KEYS = (
    Key(
        name="vfb",
        kind=LIST,
        order=2622,
        read=_Spec.read_list,
        write=_write_vfbs,
        doc="The framebuffers of a PV or PVH guest, each a spec of NAME=VALUE.",
        libvirt=_EMULATED,
        good=('["vnc=1, vnclisten=127.0.0.1"]',),
        bad=('"vnc=1"',),
    ),
)
