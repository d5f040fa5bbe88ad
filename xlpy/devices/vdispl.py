"""PV displays: `vdispl = [ "SPEC", ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from xlpy.cstring import scan_resolution, split_pair
from xlpy.differences import VDISPL_EMPTY, VDISPL_RESOLUTION
from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int, Struct
from xlpy.loss import LOST
from xlpy.specs import ERROR_FAIL, Spec
from xlpy.vocabulary import Attach, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.source import Span
    from xlpy.specs import Item
    from xlpy.xenstore import Link, Pair

_ADVICE = "write ID:WIDTHxHEIGHT, as in id0:1920x1080"
_END_OF_FILE = 255
"""The status of a verb that ends with C's EOF."""


class Connector(Struct):
    """libxl_connector_param; width and height are in pixels."""

    unique_id: str | None = None
    width: U32 = 0
    height: U32 = 0


class Vdispl(DeviceRecord):
    """libxl_device_vdispl."""

    ARRAY: ClassVar[str] = "vdispls"
    AT: ClassVar[int] = 120
    KIND: ClassVar[str] = "vdispl"
    PHASE: ClassVar[int] = 66

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    be_alloc: bool = False
    connectors: tuple[Connector, ...] = ()

    def title(self) -> str:
        """`id0 1920x1080, id1 800x600`."""
        return (
            ", ".join(f"{c.unique_id or ''} {c.width}x{c.height}".lstrip() for c in self.connectors) or "no connector"
        )

    def front(self, _link: Link) -> Iterator[Pair]:
        """What the guest's driver reads."""
        yield "be-alloc", str(int(self.be_alloc))
        for at, connector in enumerate(self.connectors):
            yield f"{at}/resolution", f"{connector.width}x{connector.height}"
            yield f"{at}/unique-id", connector.unique_id or ""

    def wiring(self, _queues: int) -> tuple[int, int]:
        """Two rings for each connector."""
        return 2 * len(self.connectors), 2 * len(self.connectors)

    def connects(self, _link: Link, port: int, ref: int) -> Iterator[Pair]:
        """Requests and events of each connector."""
        for at in range(len(self.connectors)):
            for nth, way in enumerate(("req", "evt")):
                yield f"{at}/{way}-ring-ref", str(ref + 2 * at + nth)
                yield f"{at}/{way}-event-channel", str(port + 2 * at + nth)


class _Spec(Spec):
    RECORD = Vdispl
    UNKNOWN = 'Unknown string "{item}" in vdispl spec'
    TOKENS = (
        Token(
            name="backend",
            field="backend_domname",
            since="4.10",
            doc="The domain that shows the display, by name or domid.",
            good="backend=displays,connectors=id0:800x600",
        ),
        Token(
            name="be-alloc",
            form="switch",
            field="be_alloc",
            since="4.10",
            doc="The backend allocates the buffers of the display.",
            good="be-alloc=1,connectors=id0:800x600",
        ),
        Token(
            name="connectors",
            form="connectors",
            field="connectors",
            since="4.10",
            doc="The connectors, ID:WIDTHxHEIGHT in pixels, separated by semicolons; at least one.",
            good="connectors=id0:1920x1080;id1:800x600",
            bad="connectors=id0:1920",
        ),
    )

    @classmethod
    def text(cls, device: DeviceRecord, index: int) -> str:
        """Connectors are written as they are read."""
        assert isinstance(device, Vdispl)
        connectors = ";".join(f"{c.unique_id}:{c.width}x{c.height}" for c in device.connectors)
        return f"{super().text(device.replace(connectors=()), index)},connectors={connectors}".lstrip(",")

    def take(self, token: Token, item: Item) -> None:
        """Connectors are a language of their own."""
        if token.form == "connectors":
            self._connectors(token, item)
        else:
            super().take(token, item)

    def _connectors(self, token: Token, item: Item) -> None:
        """A resolution that does not begin with a number ends the list in peace: xl takes its 0 for success."""
        pieces = list(re.finditer("[^;]+", item.value or ""))
        if not pieces:
            self.refuse(*VDISPL_EMPTY.told(), item.value_span, advice=_ADVICE)
        connectors: list[Connector] = []
        for piece in pieces:
            pair = split_pair(piece[0], ":", self.reader.release)
            if pair is None:
                told = VDISPL_RESOLUTION.told(connector=piece[0])
                self.refuse(*told, item.part(*piece.span()), advice=_ADVICE)
                return
            numbers = scan_resolution(pair[1])
            for number in pair[1].split("x"):
                self.reader.note_overflow(number, 10, signed=False)
            if numbers is None or len(numbers) < 2:
                connectors.append(Connector(unique_id=pair[0]))
                self._unreadable(numbers, item.part(*piece.span()))
                break
            connectors.append(Connector(unique_id=pair[0], width=numbers[0], height=numbers[1]))
        connectors += [Connector()] * (len(pieces) - len(connectors))
        self.store(token.field, tuple(connectors), item.value_span)

    def _unreadable(self, numbers: Sequence[int] | None, span: Span) -> None:
        message = "Can't parse connector resolution"
        if numbers == ():
            self.tell("vdispl-resolution", message, span, advice=_ADVICE)
        else:
            status = _END_OF_FILE if numbers is None else 1
            self.refuse("vdispl-resolution", message, span, advice=_ADVICE, status=status)

    def finish(self) -> None:
        """A display must have a connector."""
        if not self.values.get("connectors"):
            message = "At least one connector should be specified."
            self.refuse("vdispl-no-connector", message, advice="add connectors=ID:WIDTHxHEIGHT", status=ERROR_FAIL)


TOKENS = _Spec.TOKENS
ATTACH = Attach(verb="vdispl-attach", read=_Spec.read_words)

KEYS = (
    Key(
        name="vdispl",
        kind=LIST,
        order=2448,
        read=_Spec.read_list,
        write=_Spec.written,
        since="4.10",
        doc="The PV displays of the guest, each with one or more connectors.",
        libvirt=LOST,
        good=('["backend=displays, connectors=id0:1920x1080;id1:800x600"]',),
        bad=('["id0:1920x1080"]', '["backend=displays"]'),
    ),
)
