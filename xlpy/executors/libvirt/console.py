"""A console through libvirt: a stream of bytes in both directions."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring

from xlpy.executors import Failure
from xlpy.executors.libvirt import errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from xlpy.executors.libvirt.access import Access
    from xlpy.executors.libvirt.link import Link

_CHUNK = 65536
_NOT_NOW = -2
"""What the stream gives when it has nothing, or takes nothing, at the moment."""
_LIMIT = 10.0
_PAUSE = 0.02


def open_console(access: Access, domid: int, kind: str, number: int) -> LibvirtConsole:
    """The primary console of a domain; Failure where KIND (pv, serial, vuart) and NUMBER name another one."""
    if kind:
        _check_is_primary(fromstring(access.on(domid, lambda domain: domain.XMLDesc(0))), kind, number)
    return LibvirtConsole(access.link, access.on(domid, lambda domain: _open(access.api, domain)))


def _open(api: Any, domain: Any) -> Any:
    stream = domain.connect().newStream(api.VIR_STREAM_NONBLOCK)
    domain.openConsole(None, stream, 0)
    return stream


def _check_is_primary(root: Element, kind: str, number: int) -> None:
    target = root.find("./devices/console[1]/target")
    on_serial = root.findtext("./os/type") == "hvm" if target is None else target.get("type") == "serial"
    primary = "serial" if on_serial else "pv"
    if (kind, number) != (primary, 0):
        raise Failure(
            advice=f"libvirt opens the first console of a domain alone, which is -t {primary} -n 0 here; Xen's own xl "
            "opens the others"
        )


class LibvirtConsole:
    """The guest's side of a console; see ConsoleStream."""

    def __init__(self, link: Link, stream: Any) -> None:
        self._link = link
        self._stream = stream

    def read(self) -> str | None:
        """What is new; None when the domain is gone, or another console took its place."""
        data = self._link.call(lambda _: self._stream.recv(_CHUNK))
        if data == _NOT_NOW:
            return ""
        return data.decode("utf-8", "surrogateescape").replace("\r\n", "\n") if data else None

    def _sending(self, data: bytes) -> Callable[[Any], int]:
        return lambda _: self._stream.send(data)

    def write(self, text: str) -> None:
        """Type; what the guest does not take in time is an error."""
        data, since = text.encode("utf-8", "surrogateescape"), monotonic()
        while data:
            taken = self._link.call(self._sending(data))
            if taken == _NOT_NOW and monotonic() - since > _LIMIT:
                raise errors.timeout(self._link.uri, _LIMIT)
            if taken == _NOT_NOW:
                sleep(_PAUSE)
            else:
                data = data[taken:]
