"""PV framebuffers: `vfb = [ "SPEC", ... ]`; each brings a virtual keyboard (Xen: xl.cfg(5))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from xlpy import vocabulary
from xlpy.devices.vkb import Vkb
from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int, SdlInfo, VncInfo
from xlpy.reader import wrap
from xlpy.syntax import ListNode, scan_pairs
from xlpy.vocabulary import PV, Key, Reading, Token

if TYPE_CHECKING:
    from xlpy.reader import Reader
    from xlpy.source import Span


class Vfb(DeviceRecord):
    """libxl_device_vfb; vnc.passwd is a secret."""

    ARRAY: ClassVar[str] = "vfbs"
    AT: ClassVar[int] = 60
    KIND: ClassVar[str] = "vfb"

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    vnc: VncInfo = VncInfo()
    sdl: SdlInfo = SdlInfo()
    keymap: str | None = None

    def title(self) -> str:
        """`vnc` or `sdl`, whatever is on."""
        return "sdl" if self.sdl.enable else "vnc"


def _token(name: str, form: str, field: str, doc: str, good: str, since: str = "4.1") -> Token:
    return Token(name=name, form=form, field=field, doc=doc, good=f"{name}={good}", since=since)


TOKENS = (
    _token("vnc", "boolean", "vnc.enable", "The display by VNC.", "1"),
    _token("vnclisten", "string", "vnc.listen", "The address to listen on.", "127.0.0.1"),
    _token("vncpasswd", "string", "vnc.passwd", "The VNC password.", "secret"),
    _token("vncdisplay", "integer", "vnc.display", "The VNC display: the TCP port is 5900 + this.", "1"),
    _token("vncunused", "boolean", "vnc.findunused", "Take the first free port from vncdisplay on.", "1"),
    _token("keymap", "string", "keymap", "The keyboard of the display's user.", "de"),
    _token("sdl", "boolean", "sdl.enable", "The display in a window on Dom0.", "0"),
    _token("opengl", "boolean", "sdl.opengl", "OpenGL for the SDL window.", "0"),
    _token("display", "string", "sdl.display", "The X display for the SDL window.", ":0"),
    _token("xauthority", "string", "sdl.xauthority", "The X authority file.", "/root/.Xauthority"),
)
_BY_NAME = {token.name: token for token in TOKENS}
_HVM_DISPLAY = "b_info.u.hvm."


def _read_vfbs(reader: Reader, key: Key) -> None:
    """Unknown names are skipped in silence, and the first word without a value ends the spec."""
    for item in reader.items(key.name) or ():
        if isinstance(item, ListNode):
            break
        values: dict[str, Any] = {}
        places: dict[str, Span] = {"": item.span}
        for pair in scan_pairs(item.text):
            if pair.value is None:
                break
            token = _BY_NAME.get(pair.name)
            if token is not None:
                values[token.field] = _convert(token, pair.value)
                places[token.field] = item.inside(pair.start + len(pair.name) + 1, pair.end)
        _add(reader, values, places)


def _convert(token: Token, text: str) -> Any:
    """C's atoi for numbers: text that is no number is 0."""
    if token.form == "string":
        return text
    number = int((re.match(r"\s*[-+]?[0-9]+", text) or ["0"])[0])
    return number != 0 if token.form == "boolean" else wrap(number, "Int")


def _add(reader: Reader, values: dict[str, Any], places: dict[str, Span] | None = None) -> None:
    """A framebuffer and its keyboard; xl numbers both from 0."""
    devid = sum(isinstance(device, Vfb) for device in reader.devices)
    vnc, sdl = ({f.partition(".")[2]: v for f, v in values.items() if f.startswith(p)} for p in ("vnc.", "sdl."))
    reader.add(Vfb(devid=devid, vnc=VncInfo(**vnc), sdl=SdlInfo(**sdl), keymap=values.get("keymap")), places)
    reader.add(Vkb(devid=devid), places and {"": places[""]})


def _vfb_from_vnc(reader: Reader) -> None:
    """`vnc = 1` in a PV guest without vfb makes one from the keys of the emulated display."""
    if reader.domain_type != PV or any(isinstance(device, Vfb) for device in reader.devices):
        return
    if not reader.integer("vnc"):
        return
    values = {}
    for key in vocabulary.all_keys():
        field = key.field.removeprefix(_HVM_DISPLAY)
        if field != key.field and field.startswith(("vnc.", "sdl.", "keymap")):
            value = key.kind.read(reader, key.name)
            if value is not None:
                values[field] = value
    _add(reader, values)


READINGS = (Reading(order=2887, apply=_vfb_from_vnc),)

KEYS = (
    Key(
        name="vfb",
        kind=LIST,
        order=2622,
        read=_read_vfbs,
        doc="The framebuffers of a PV or PVH guest, each a spec of NAME=VALUE.",
        good=('["vnc=1, vnclisten=127.0.0.1"]',),
        bad=('"vnc=1"',),
    ),
)
