"""Virtio devices other than disks, on Arm: `virtio = [ "SPEC", ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from xlpy.cstring import same_word
from xlpy.differences import VIRTIO_LAST
from xlpy.kinds import LIST
from xlpy.libxl import U32, U64, Defbool, DeviceRecord, Int
from xlpy.loss import LOST
from xlpy.specs import Spec
from xlpy.vocabulary import Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.specs import Item
    from xlpy.syntax import Atom
    from xlpy.xenstore import Link, Pair

VirtioTransport = Literal["unknown", "mmio"]


class Virtio(DeviceRecord):
    """libxl_device_virtio."""

    ARRAY: ClassVar[str] = "virtios"
    AT: ClassVar[int] = 80
    KIND: ClassVar[str] = "virtio"
    PHASE: ClassVar[int] = 26
    REASON: ClassVar[str] = "before QEMU"

    backend_domid: U32 = 0
    backend_domname: str | None = None
    type: str | None = None
    transport: VirtioTransport = "unknown"
    grant_usage: Defbool = None
    devid: Int = -1
    irq: U32 = 0
    base: U64 = 0

    def title(self) -> str:
        """Its type, as the device tree names it."""
        return self.type or "no type"

    def back(self, link: Link) -> Iterator[Pair]:
        """What the server of the device reads."""
        yield "irq", str(self.irq)
        yield "base", f"{self.base:#x}"
        yield "type", self.type or ""
        yield "transport", "mmio" if self.transport == "unknown" else self.transport
        grants = link.backend_domid != 0 if self.grant_usage is None else self.grant_usage
        yield "grant_usage", str(int(grants))


class _Spec(Spec):
    RECORD = Virtio
    UNKNOWN = 'Unknown string "{item}" in virtio spec'
    TOKENS = (
        Token(
            name="backend",
            field="backend_domname",
            since="4.18",
            doc="The domain that serves the device, by name or domid.",
            good="backend=drivers",
        ),
        Token(
            name="type",
            field="type",
            since="4.18",
            doc="The compatible string of the device. The one of a generic device has a comma: virtio,device22.",
            good="type=virtio,device22",
            bad="type=virtio",
        ),
        Token(
            name="transport",
            form="any case",
            field="transport",
            values={"mmio": "mmio", "unknown": "unknown"},
            since="4.18",
            doc="How the guest reaches the device; mmio is the only way.",
            good="transport=mmio",
            bad="transport=pci",
        ),
        Token(
            name="grant_usage",
            form="switch",
            field="grant_usage",
            since="4.18",
            doc="The backend maps the guest's memory by grants; without it that depends on whether it is Domain-0.",
            good="grant_usage=1",
        ),
    )

    def split(self, atom: Atom) -> Iterator[Item]:
        """A type that begins with `virtio` goes on over the next comma."""
        items = iter(super().split(atom))
        for item in items:
            if item.name != "type" or item.value is None or not item.value.startswith("virtio"):
                yield item
                continue
            tail = next(items, None)
            if tail is None:
                advice = "as in type=virtio,device22"
                self.refuse(*VIRTIO_LAST.told(value=item.value), item.value_span, advice=advice)
                return
            comma = atom.text.rindex(",", item.start, tail.start)
            more = atom.text[comma : tail.start + len(tail.text)]
            yield item._replace(value=item.value + more, text=item.text + more)

    def take(self, token: Token, item: Item) -> None:
        """Xl gives up in silence where the transport is wrong."""
        if token.name == "transport" and same_word(item.value or "") not in token.values:
            message = f"unknown transport: {item.value}"
            self.refuse("virtio-transport", message, item.value_span, advice="write transport=mmio", silent=True)
        else:
            super().take(token, item)


TOKENS = _Spec.TOKENS

KEYS = (
    Key(
        name="virtio",
        kind=LIST,
        order=3086,
        read=_Spec.read_list,
        write=_Spec.written,
        since="4.18",
        doc="The virtio devices of the guest, served by a backend outside QEMU. Only on Arm.",
        libvirt=LOST,
        good=('["type=virtio,device22, transport=mmio"]',),
        bad=('["type=virtio,device22, transport=pci"]',),
    ),
)
