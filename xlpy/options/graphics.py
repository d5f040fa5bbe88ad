"""Emulated graphics: the card, VNC, SDL, SPICE. PV guests have `vfb` instead, which the VNC keys can make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.cstring import as_int
from xlpy.diagnostic import Severity
from xlpy.kinds import BOOLEAN, INTEGER, STRING, choice
from xlpy.libxl import Hvm, SpiceInfo, VncInfo
from xlpy.loss import LOST, TUNING, Loss
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
KEYMAPS = tuple(
    "ar bepo cz da de de-ch en-gb en-us es et fi fo fr fr-be fr-ca fr-ch hr hu is it ja lt lv mk nl nl-be no pl pt "  # noqa: SIM905 - reads better than a list of so many words
    "pt-br ru sl sv th tr".split()
)
"""The keyboards that QEMU has tables of."""


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


def _spice(config: DomainConfig) -> SpiceInfo:
    return config.b_info.u.spice if isinstance(config.b_info.u, Hvm) else SpiceInfo()


def is_searched(vnc: VncInfo) -> bool:
    """Whether a free port is looked for from some display on that is not the first."""
    return vnc.enable is not False and vnc.findunused is not False and vnc.display != 0


def display_taken(config: DomainConfig) -> str:
    """The display of an HVM guest that libvirt's driver takes: spice, vnc, sdl; empty without one or for others."""
    hvm = config.b_info.u
    if not isinstance(hvm, Hvm) or hvm.vga.kind == "none":
        return ""
    if hvm.spice.enable:
        return "spice"
    return "vnc" if hvm.vnc.enable is not False else "sdl" if hvm.sdl.enable else ""


def displays_asked(config: DomainConfig) -> tuple[str, ...]:
    """The displays that somebody wants of an HVM guest: VNC by a setting of its own, too, where it is not off."""
    hvm = config.b_info.u
    if not isinstance(hvm, Hvm):
        return ()
    vnc = hvm.vnc.enable is not False and hvm.vnc != VncInfo()
    wanted = {"spice": hvm.spice.enable, "vnc": vnc, "sdl": hvm.sdl.enable}
    return tuple(name for name, is_wanted in wanted.items() if is_wanted)


def _is_second(name: str, config: DomainConfig) -> bool:
    """Whether a display is wanted, and libvirt's driver takes another one."""
    return name in displays_asked(config) and display_taken(config) not in ("", name)


def _has_no_use_of_keymap(keymap: str | None, config: DomainConfig) -> bool:
    hvm = config.b_info.u
    shown = isinstance(hvm, Hvm) and (hvm.vnc.enable is not False or hvm.spice.enable or hvm.sdl.enable)
    return bool(keymap and shown) and display_taken(config) in ("", "sdl")


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
        libvirt=_LOSSES.get(name),
        doc=doc,
        since=since,
        good=(good,),
        bad=(bad,),
    )


_ONE_DISPLAY = "libvirt's driver for Xen has one display: SPICE, else VNC, else SDL"
NO_CARD = "libvirt's driver for Xen gives a guest without a card no display"
VNC_IPV6 = Loss(why="libxl wants the display behind an IPv6 address, where libvirt does not put it", judged=True)
_LOSSES = {
    "vnclisten": VNC_IPV6,
    "vnc": TUNING.replace(why=_ONE_DISPLAY, when=lambda _, config: _is_second("vnc", config)),
    "vncunused": TUNING.replace(
        why="libvirt takes the port of vncdisplay as it is",
        when=lambda _, config: display_taken(config) == "vnc" and is_searched(config.b_info.u.vnc),
    ),
    "sdl": TUNING.replace(why=_ONE_DISPLAY, when=lambda _, config: _is_second("sdl", config)),
    "spice": Loss(why=NO_CARD, judged=True),
    "opengl": TUNING,
    "keymap": TUNING.replace(
        why="libvirt has keymaps for VNC and SPICE",
        when=_has_no_use_of_keymap,
    ),
    "spicetls_port": LOST,
    "spicedisable_ticketing": Loss(
        why="libvirt's driver for Xen asks for no password where there is none",
        when=lambda flag, config: not flag and display_taken(config) == "spice" and not _spice(config).passwd,
    ),
    "spicevdagent": Loss(
        why="libvirt's driver for Xen has the agent only together with the clipboard",
        when=lambda flag, config: bool(flag) and not _spice(config).clipboard_sharing,
    ),
    "spiceusbredirection": LOST,
    "spice_image_compression": TUNING,
    "spice_streaming_video": TUNING,
}
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
        absent_too=True,
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
        rewritten={"1": 'vga = "stdvga"', "0": 'vga = "cirrus"'},
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
