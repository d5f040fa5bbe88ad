"""The display of a guest: what the keys of an HVM guest say, or a framebuffer of a PV or PVH guest."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from xlpy import vocabulary
from xlpy.devices.vfb import Vfb
from xlpy.libxl import Hvm, VncInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlpy.lint.guest import Guest
    from xlpy.source import Span

_FIELD = "b_info.u.hvm."
_LOCAL = ("localhost", "::1")


class Screen(NamedTuple):
    """The VNC server of a display, and where its fields were written."""

    vnc: VncInfo
    places: Mapping[str, Span]


@cache
def display_keys() -> Mapping[str, str]:
    """The keys that say something of a display, and its field: vncdisplay -> vnc.display."""
    fields = {key.name: key.field.removeprefix(_FIELD) for key in vocabulary.all_keys()}
    return {name: field for name, field in fields.items() if field.startswith(("vnc.", "sdl.")) or field == "keymap"}


def screens(guest: Guest) -> Iterator[Screen]:
    """The displays that a guest gets by VNC, those of specs and those of keys."""
    hvm = guest.config.b_info.u
    if isinstance(hvm, Hvm):
        if hvm.vnc.enable is not False:
            yield Screen(hvm.vnc, _of_keys(guest))
        return
    for prefix, framebuffer in guest.devices(Vfb):
        if framebuffer.vnc.enable is not False:
            yield Screen(framebuffer.vnc, _of_spec(guest, prefix) if prefix in guest.where else _of_keys(guest))


def _of_spec(guest: Guest, prefix: str) -> dict[str, Span]:
    places = {field: guest.where.get(f"{prefix}.vnc.{field}") for field in VncInfo.FIELDS}
    return {field: span for field, span in places.items() if span is not None}


def _of_keys(guest: Guest) -> dict[str, Span]:
    found = {}
    for name, field in display_keys().items():
        atom = guest.atom(name)
        if atom is not None and field.startswith("vnc."):
            found[field.removeprefix("vnc.")] = atom.inside(0, len(atom.text)) if atom.text else atom.span
    return found


def address_of(listen: str) -> str:
    """The address in HOST[:DISPLAY] or [HOST][:DISPLAY]."""
    if listen.startswith("["):
        return listen[1:].partition("]")[0]
    return listen.partition(":")[0] if listen.count(":") == 1 else listen


def display_in(listen: str) -> str:
    """The display in HOST:DISPLAY, empty when there is none."""
    _, _, behind = listen.rpartition(":")
    return behind if behind.isdecimal() and (listen.count(":") == 1 or "]:" in listen) else ""


def is_open(address: str) -> bool:
    """Whether others than the host itself reach an address."""
    return not (address.startswith(("127.", "unix")) or address in _LOCAL)


def addressed(address: str) -> str:
    """An address in words."""
    return "all addresses of the host" if address in ("", "0.0.0.0", "::", "*") else address
