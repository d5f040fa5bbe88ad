"""Emulated graphics: the card, VNC, SDL, SPICE. PV guests have `vfb` instead, which the VNC keys can make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.cstring import as_int
from xlpy.diagnostic import Severity
from xlpy.kinds import BOOLEAN, INTEGER, STRING, choice
from xlpy.vocabulary import HVM, PV, PVH, Key, Reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader
    from xlpy.vocabulary import Kind

_VGA = choice(
    {"stdvga": "std", "cirrus": "cirrus", "none": "none", "qxl": "qxl"},
    'Unknown vga "{value}" specified',
    "unknown-vga",
)


def _read_vga(reader: Reader, key: Key) -> None:
    """`stdvga` is looked at only when there is no `vga`."""
    if reader.domain_type != HVM:
        return
    if reader.atom(key.name) is not None:
        kind = _VGA.read(reader, key.name)
        if kind is not None:
            reader.put("b_info.u.hvm.vga.kind", kind, key.name)
        return
    stdvga = reader.integer("stdvga")
    if stdvga is not None:
        reader.put("b_info.u.hvm.vga.kind", "std" if stdvga else "cirrus", "stdvga")


def _read_vncviewer(reader: Reader, key: Key) -> None:
    if reader.integer(key.name) is not None:
        line = 'WARNING: ignoring "vncviewer" option. Use "-V" option of "xl create" to automatically spawn vncviewer.'
        span = reader.entries[key.name].value_span
        reader.say("vncviewer", "vncviewer does nothing", (line,), span=span, severity=Severity.WARNING)


def _check_displays(reader: Reader) -> None:
    """The display may stand in `vnclisten` or in `vncdisplay`, not in both; xl looks after the other HVM keys."""
    listen, display = reader.get("b_info.u.hvm.vnc.listen", ""), reader.get("b_info.u.hvm.vnc.display", 0)
    if reader.domain_type == HVM and as_int(display) and ":" in listen:
        message = "ERROR: Display specified both in vnclisten and vncdisplay!"
        reader.refuse("two-vnc-displays", message, key="vncdisplay")


def display_of(config: DomainConfig) -> Any:
    """What the keys of the display are written from: that of an HVM guest, or the framebuffer of a PV guest when it
    is the only one and a spec cannot hold its texts.
    """
    if config.c_info.type != PV:
        return config.b_info.u
    framebuffers: list[Any] = [device for device in config.devices if device.KIND == "vfb"]
    for display in framebuffers if len(framebuffers) == 1 else ():
        texts = (display.vnc.listen, display.vnc.passwd, display.sdl.display, display.sdl.xauthority, display.keymap)
        return display if display.vnc.enable and any("," in (text or "") for text in texts) else None
    return None


def _writer(field: str) -> Callable[[DomainConfig], Any]:
    *parents, name = field.split(".")

    def write(config: DomainConfig) -> Any:
        struct = display_of(config)
        for parent in parents:
            struct = getattr(struct, parent, None)
        value = getattr(struct, name, None)
        return None if value == getattr(type(struct), name, None) else value

    return write


def _key(name: str, order: int, kind: Kind, field: str, doc: str, good: str, bad: str, since: str = "4.2") -> Key:
    """A key of the emulated display; PV guests share those of VNC and SDL."""
    shared = field.startswith(("vnc.", "sdl.", "keymap"))
    return Key(
        name=name,
        kind=kind,
        order=order,
        field=f"b_info.u.hvm.{field}",
        guests=(HVM, PV) if shared else (HVM,),
        read_for=(HVM, PVH) if field.startswith(("vnc.", "sdl.")) else (),
        write=_writer(field) if shared else None,
        doc=doc,
        since=since,
        good=(good,),
        bad=(bad,),
    )


_YES = '"yes"'
_OLD = "4.1"

KEYS = (
    Key(
        name="vncviewer",
        kind=INTEGER,
        order=1799,
        read=_read_vncviewer,
        since="4.2",
        deprecated="xl create -V",
        doc="Does nothing; `xl create -V` starts a viewer.",
        good=("0",),
        bad=('"yes"',),
    ),
    Key(
        name="vga",
        kind=_VGA,
        order=2912,
        read=_read_vga,
        field="b_info.u.hvm.vga.kind",
        guests=(HVM,),
        default='"cirrus"',
        since="4.3",
        doc="The emulated graphics card.",
        good=('"stdvga"', '"none"'),
        bad=('"std"',),
    ),
    Key(
        name="stdvga",
        kind=INTEGER,
        order=2925,
        with_key="vga",
        field="b_info.u.hvm.vga.kind",
        guests=(HVM,),
        deprecated="vga",
        doc='The old way to write vga="stdvga".',
        good=("1",),
        bad=('"yes"',),
    ),
    _key("vnc", 2903, BOOLEAN, "vnc.enable", "The display by VNC; on unless switched off, for HVM.", "1", _YES, _OLD),
    _key(
        "vnclisten",
        2904,
        STRING,
        "vnc.listen",
        "The address to listen on, with :DISPLAY if wanted.",
        '"::1"',
        "[]",
        _OLD,
    ),
    Key(
        name="vncpasswd",
        kind=STRING,
        order=2904,
        field="b_info.u.hvm.vnc.passwd",
        write=_writer("vnc.passwd"),
        guests=(HVM, PV),
        read_for=(HVM, PVH),
        secret=True,
        doc="The VNC password; an empty one means none is asked.",
        good=('"secret"',),
        bad=("[]",),
    ),
    Key(
        name="vncdisplay",
        kind=INTEGER,
        order=2905,
        field="b_info.u.hvm.vnc.display",
        write=_writer("vnc.display"),
        guests=(HVM, PV),
        read_for=(HVM, PVH),
        doc="The VNC display: the TCP port is 5900 + this.",
        good=("3",),
        bad=('":3"',),
    ),
    _key("vncunused", 2905, BOOLEAN, "vnc.findunused", "Take the first free port from vncdisplay on.", "1", _YES, _OLD),
    _key("sdl", 2906, BOOLEAN, "sdl.enable", "The display in a window on Dom0.", "0", _YES, _OLD),
    _key("opengl", 2906, BOOLEAN, "sdl.opengl", "OpenGL for the SDL window.", "0", _YES, _OLD),
    _key("display", 2906, STRING, "sdl.display", "The X display for the SDL window.", '":0"', "[]", "4.5"),
    _key("xauthority", 2906, STRING, "sdl.xauthority", "The X authority file.", '"/root/.Xauthority"', "[]", "4.5"),
    _key(
        "keymap", 2936, STRING, "keymap", "The keyboard of the display's user; en-us if not given.", '"de"', "[]", _OLD
    ),
    _key("spice", 2937, BOOLEAN, "spice.enable", "The display by SPICE.", "1", _YES),
    _key("spiceport", 2938, INTEGER, "spice.port", "The port of SPICE.", "6000", '"any"'),
    _key("spicetls_port", 2940, INTEGER, "spice.tls_port", "The TLS port of SPICE.", "6001", '"any"'),
    _key("spicehost", 2942, STRING, "spice.host", "The address on which SPICE listens.", '"127.0.0.1"', "[]"),
    _key("spicedisable_ticketing", 2944, BOOLEAN, "spice.disable_ticketing", "Ask for no password.", "0", _YES),
    Key(
        name="spicepasswd",
        kind=STRING,
        order=2946,
        field="b_info.u.hvm.spice.passwd",
        guests=(HVM,),
        since="4.2",
        secret=True,
        doc="The SPICE password, needed unless ticketing is disabled.",
        good=('"secret"',),
        bad=("[]",),
    ),
    _key("spiceagent_mouse", 2948, BOOLEAN, "spice.agent_mouse", "The agent in the guest moves the mouse.", "1", _YES),
    _key("spicevdagent", 2950, BOOLEAN, "spice.vdagent", "The channel of the SPICE agent.", "1", _YES, "4.4"),
    _key("spice_clipboard_sharing", 2952, BOOLEAN, "spice.clipboard_sharing", "Share the clipboard.", "1", _YES, "4.4"),
    _key("spiceusbredirection", 2954, INTEGER, "spice.usbredirection", "USB channels, 1 to 4.", "4", _YES, "4.4"),
    _key("spice_image_compression", 2956, STRING, "spice.image_compression", "As in QEMU.", '"auto_glz"', "[]", "4.6"),
    _key("spice_streaming_video", 2958, STRING, "spice.streaming_video", "As in QEMU.", '"filter"', "[]", "4.6"),
)
READINGS = (Reading(order=3020, apply=_check_displays),)
