"""What a person sees, hears and types: graphics, video, sound, input."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from xlpy.devices.vfb import Vfb
from xlpy.libxl import UNSET64, Hvm
from xlpy.lower.guest import element, yes_no
from xlpy.options.graphics import NO_CARD, displays_asked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.libxl import SdlInfo, SpiceInfo, VncInfo
    from xlpy.lower.guest import Guest

_FIRST_VNC_PORT = 5900
_LAST_PORT = 2**16 - 1
_LOCALHOST = "127.0.0.1"
_EVERYWHERE = "0.0.0.0"
"""Where SPICE listens when nothing is said."""
_HOST = re.compile("[a-zA-Z0-9.-]+")
_MOST_VIDEO_KIB = 2**32 - 1
_CARDS = {"unknown": "cirrus", "cirrus": "cirrus", "std": "vga", "qxl": "qxl"}
SOUNDS = {"hda": "ich6", "ac97": "ac97", "es1370": "es1370", "sb16": "sb16"}
"""Emulated sound cards by xl's names, and libvirt's."""
INPUTS = ("tablet", "mouse")


def graphics(guest: Guest) -> Iterator[Element]:
    """The display of an HVM guest, of which the driver has one, or the framebuffers of another."""
    hvm = guest.config.b_info.u
    if isinstance(hvm, Hvm):
        yield from _emulated(guest, hvm)
        return
    for index, framebuffer in enumerate(guest.config.devices_of(Vfb)):
        field = f"vfb[{index}]"
        made = _display(guest, "vfb", field, framebuffer.vnc, framebuffer.sdl, framebuffer.keymap)
        if made is not None:
            yield made


def _emulated(guest: Guest, hvm: Hvm) -> Iterator[Element]:
    """SPICE before VNC before SDL; without a card there is nothing to show, and libvirt would add one."""
    if hvm.vga.kind == "none":
        for name in displays_asked(guest.config):
            guest.lose(name, f"b_info.u.hvm.{name}.enable", name, why=NO_CARD)
        return
    if hvm.spice.enable:
        yield _spice(guest, hvm.spice, hvm.keymap)
        return
    made = _display(guest, "", "b_info.u.hvm", hvm.vnc, hvm.sdl, hvm.keymap)
    if made is not None:
        yield made


def _display(guest: Guest, key: str, field: str, vnc: VncInfo, sdl: SdlInfo, keymap: str | None) -> Element | None:
    """VNC is on where nothing is said; KEY is that of the spec, if it is one."""
    if vnc.enable is not False:
        return _vnc(guest, key, field, vnc, keymap)
    if not sdl.enable:
        return None
    return element(
        "graphics",
        type="sdl",
        display=guest.text(key or "display", f"{field}.sdl.display", sdl.display),
        xauth=guest.text(key or "xauthority", f"{field}.sdl.xauthority", sdl.xauthority),
    )


def _vnc(guest: Guest, key: str, field: str, vnc: VncInfo, keymap: str | None) -> Element:
    """A display that was chosen is kept; libvirt looks for a free port only from the first one on."""
    address, display = listening(vnc)
    if is_ipv6(address):
        guest.lose(key or "vnclisten", f"{field}.vnc.listen", f"vnclisten={address}", token="vnclisten" if key else "")
    port = _FIRST_VNC_PORT + display
    automatic = display == 0 and vnc.findunused is not False
    if not _FIRST_VNC_PORT <= port <= _LAST_PORT:
        guest.lose(key or "vncdisplay", f"{field}.vnc.display", f"vncdisplay={display}", why="there is no such port")
        automatic = True
    listen = _host(guest, key or "vnclisten", f"{field}.vnc.listen", address)
    return element(
        "graphics",
        _listen(listen),
        type="vnc",
        port=-1 if automatic else port,
        autoport=yes_no(flag=automatic),
        listen=listen,
        keymap=guest.text(key or "keymap", f"{field}.keymap", keymap),
        passwd=guest.text(key or "vncpasswd", f"{field}.vnc.passwd", vnc.passwd),
    )


def _host(guest: Guest, key: str, field: str, address: str) -> str:
    """An address or a host's name; for anything else that of this machine."""
    if is_ipv6(address) or _HOST.fullmatch(address):
        return address
    guest.lose(key, field, key, why="libvirt takes an address or the name of a host")
    return _LOCALHOST


def _listen(address: str) -> Element:
    return element("listen", type="address", address=address)


def listening(vnc: VncInfo) -> tuple[str, int]:
    """The address, without brackets, and the display, which may stand behind the address."""
    listen = vnc.listen or _LOCALHOST
    host, colon, display = listen.rpartition(":")
    if is_ipv6(_bare(listen)) or not (colon and display.isascii() and display.isdecimal()):
        return _bare(listen), vnc.display
    return _bare(host) or _LOCALHOST, int(display)


def is_ipv6(address: str) -> bool:
    """Whether it is an address with colons in it."""
    try:
        return ip_address(address).version == 6
    except ValueError:
        return False


def _bare(address: str) -> str:
    return address.removeprefix("[").removesuffix("]")


def _spice(guest: Guest, spice: SpiceInfo, keymap: str | None) -> Element:
    """A password is asked for where there is one; the driver joins the agent with the clipboard."""
    field = "b_info.u.hvm.spice"
    listen = _host(guest, "spicehost", f"{field}.host", _bare(spice.host or _EVERYWHERE))
    if not 0 <= spice.port <= _LAST_PORT:
        guest.lose("spiceport", f"{field}.port", f"spiceport = {spice.port}", why="there is no such port")
    port = spice.port if 0 < spice.port <= _LAST_PORT else None
    password = None if spice.disable_ticketing else guest.text("spicepasswd", f"{field}.passwd", spice.passwd)
    return element(
        "graphics",
        _listen(listen),
        element("mouse", mode="server" if spice.agent_mouse is False else "client"),
        element("clipboard", copypaste=yes_no(flag=bool(spice.vdagent and spice.clipboard_sharing))),
        type="spice",
        port=port,
        autoport=yes_no(flag=port is None),
        listen=listen,
        keymap=guest.text("keymap", "b_info.u.hvm.keymap", keymap),
        passwd=password,
    )


def videos(guest: Guest) -> Iterator[Element]:
    """The card, without which the driver gives the guest none."""
    info = guest.config.b_info
    if isinstance(info.u, Hvm) and info.u.vga.kind in _CARDS:
        memory = info.video_memkb if info.video_memkb <= _MOST_VIDEO_KIB else None
        if memory is None and info.video_memkb != UNSET64:
            guest.lose("videoram", "b_info.video_memkb", "videoram", why="libvirt takes less than 4 TiB")
        yield element("video", element("model", type=_CARDS[info.u.vga.kind], vram=memory))


def sounds(guest: Guest) -> Iterator[Element]:
    """The driver takes one."""
    hvm = guest.config.b_info.u
    if isinstance(hvm, Hvm) and hvm.soundhw in SOUNDS:
        yield element("sound", model=SOUNDS[hvm.soundhw])


def inputs(guest: Guest) -> Iterator[Element]:
    """Emulated USB devices, of which the driver knows two."""
    hvm = guest.config.b_info.u
    if isinstance(hvm, Hvm):
        wanted = hvm.usbdevice_list or (() if hvm.usbdevice is None else (hvm.usbdevice,))
        yield from (element("input", type=name, bus="usb") for name in wanted if name in INPUTS)
