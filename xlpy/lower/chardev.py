"""Serial ports, the console, channels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from xlpy.devices.channel import Channel, Socket
from xlpy.libxl import Hvm
from xlpy.lower.guest import element

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.lower.guest import Guest

_SERVER = r"(?P<server>,server(?:=on)?,(?:nowait|wait=off))?"
_ADDRESS = r"(?P<host>[^:,@\[\]]*):(?P<port>\w+)"
_FORMS = (
    (r"pty|null|stdio|vc", "{0}"),
    (r"(?P<type>file|pipe):(?P<path>[^,]+)", "{type}"),
    (r"(?P<path>/[^,]+)", "dev"),
    (rf"(?P<protocol>tcp|telnet):{_ADDRESS}{_SERVER}", "tcp"),
    (rf"unix:(?P<path>[^,]+){_SERVER}", "unix"),
    (rf"udp:{_ADDRESS}(?:@(?P<bind>[^:,@\[\]]*):(?P<bound>\w+))?", "udp"),
)
"""What QEMU takes as -serial and the driver can say again, and the type of it in libvirt's words."""
_NONE = "none"


def serials(guest: Guest) -> Iterator[Element]:
    """The first port of an HVM guest: the driver writes through a null pointer when there are two."""
    hvm = guest.config.b_info.u
    if not isinstance(hvm, Hvm):
        return
    specs = [*hvm.serial_list] or ([] if hvm.serial is None else [hvm.serial])
    field = "b_info.u.hvm.serial_list" if hvm.serial_list else "b_info.u.hvm.serial"
    if any(spec != _NONE for spec in specs[1:]):
        guest.lose("serial", field, "serial", why="libvirt's daemon ends when a domain has more than one serial port")
    text = guest.text("serial", field, specs[0]) if specs and specs[0] != _NONE else None
    if text is not None:
        yield from _serial(guest, field, text)


def _serial(guest: Guest, field: str, spec: str) -> Iterator[Element]:
    """Nothing for what cannot be said, which is noted."""
    what = f'serial = "{spec}"'
    for form, kind in _FORMS:
        match = re.fullmatch(form, spec)
        if match is not None:
            parts = match.groupdict()
            if "path" in parts and guest.path("serial", field, parts["path"], what) is None:
                return
            sources = _SOURCES.get(kind.format(spec, **parts), _path)(parts)
            yield element("serial", *sources, element("target", port=0), type=kind.format(spec, **parts))
            return
    guest.lose("serial", field, what)


def _path(parts: dict[str, Any]) -> Iterator[Element]:
    if "path" in parts:
        yield element("source", path=parts["path"])


def _tcp(parts: dict[str, Any]) -> Iterator[Element]:
    """Libvirt needs a host: a server without one listens everywhere, a client connects to its own machine."""
    is_server = parts["server"] is not None
    host = parts["host"] or ("0.0.0.0" if is_server else "127.0.0.1")
    yield element("source", mode="bind" if is_server else "connect", host=host, service=parts["port"])
    yield element("protocol", type="raw" if parts["protocol"] == "tcp" else "telnet")


def _unix(parts: dict[str, Any]) -> Iterator[Element]:
    yield element("source", mode="connect" if parts["server"] is None else "bind", path=parts["path"])


def _udp(parts: dict[str, Any]) -> Iterator[Element]:
    if parts["bound"] is not None:
        yield element("source", mode="bind", host=parts["bind"] or None, service=parts["bound"])
    yield element("source", mode="connect", host=parts["host"] or None, service=parts["port"])


_SOURCES = {"tcp": _tcp, "unix": _unix, "udp": _udp}


def consoles(guest: Guest) -> Iterator[Element]:
    """The console that each PV or PVH guest has."""
    if guest.type != "hvm":
        yield element("console", element("target", type="xen", port=0), type="pty")


def channels(guest: Guest) -> Iterator[Element]:
    """The driver knows a channel by its name alone."""
    for index, channel in enumerate(guest.config.devices_of(Channel)):
        field = f"channel[{index}]"
        name = guest.text("channel", f"{field}.name", channel.name, "name")
        if name is None or channel.u is None:
            guest.lose("channel", field, f"channel {channel.title()}", token="name")
            continue
        target = element("target", type="xen", name=name)
        if isinstance(channel.u, Socket):
            path = guest.path("channel", f"{field}.u.path", channel.u.path, "path")
            source = None if path is None else element("source", mode="bind", path=path)
            yield element("channel", source, target, type="unix")
        else:
            yield element("channel", target, type="pty")
