"""Specs of NAME=VALUE: the items of each, and the device that it makes."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, cast

from xlpy.libxl import DeviceRecord
from xlpy.lint import edits
from xlpy.specs import split

if TYPE_CHECKING:
    from xlpy.diagnostic import Fix
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom
    from xlpy.source import Span
    from xlpy.specs import Item

D = TypeVar("D", bound=DeviceRecord)


class SpecText(NamedTuple, Generic[D]):
    """One spec; `device` is None, and `path` (vif[0]) empty, where xl refuses it."""

    atom: Atom
    items: tuple[Item, ...]
    device: D | None
    path: str

    def item(self, name: str) -> Item | None:
        """The last item of a name, which is the one that counts."""
        return next((item for item in reversed(self.items) if item.name == name), None)

    def span(self, name: str) -> Span:
        """Where the value of a name stands, or the whole spec."""
        item = self.item(name)
        return item.value_span if item is not None and item.text else self.whole

    @property
    def whole(self) -> Span:
        """Where the spec stands, between its quotes."""
        return self.atom.inside(0, len(self.atom.text)) if self.atom.text else self.atom.span


def spec_texts(guest: Guest, record: type[D]) -> tuple[SpecText[D], ...]:
    """The specs of a class of devices, whose key has the name of its kind."""
    return cast("tuple[SpecText[D], ...]", _read(guest, record.KIND))


@lru_cache(maxsize=4)
def _read(guest: Guest, kind: str) -> tuple[SpecText[DeviceRecord], ...]:
    devices = (device for device in guest.config.devices if kind == device.KIND)
    paths = ((f"{kind}[{index}]", device) for index, device in enumerate(devices))
    made = {guest.where[path]: (device, path) for path, device in paths}
    texts = ((atom, tuple(split(atom)), *made.get(atom.span, (None, ""))) for atom in guest.atoms(kind))
    return tuple(SpecText(*text) for text in texts)


def taken(guest: Guest, record: type[D]) -> tuple[tuple[SpecText[D], D], ...]:
    """The specs that xl takes, each with its device."""
    return cast("tuple[tuple[SpecText[D], D], ...]", _taken(guest, record.KIND))


@lru_cache(maxsize=4)
def _taken(guest: Guest, kind: str) -> tuple[tuple[SpecText[DeviceRecord], DeviceRecord], ...]:
    return tuple((text, text.device) for text in _read(guest, kind) if text.device is not None)


def text_at(guest: Guest, record: type[D], span: Span) -> SpecText[D] | None:
    """The spec that a diagnostic is about."""
    texts = spec_texts(guest, record)
    index = bisect_right(texts, span.start, key=lambda text: text.atom.span.start) - 1
    return texts[index] if index >= 0 and span.start < texts[index].atom.span.end else None


def item_at(text: SpecText[D], span: Span) -> Item | None:
    """The item that a diagnostic is about."""
    index = bisect_right(text.items, span.start, key=lambda item: item.span.start) - 1
    return text.items[index] if index >= 0 and span.start <= text.items[index].span.end else None


def rewritten(item: Item, span: Span, new: str, *, safe: bool = False) -> Fix | None:
    """Another text in a place of an item, where that is written without escapes."""
    if item.atom.escapes or not item.atom.quoted:
        return None
    return edits.replace(f"write {new}", span, new, safe=safe)
