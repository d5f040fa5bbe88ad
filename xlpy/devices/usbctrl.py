"""USB controllers: `usbctrl = [ "SPEC", ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int
from xlpy.loss import Loss
from xlpy.specs import Spec
from xlpy.vocabulary import Attach, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.libxl import DomainType
    from xlpy.xenstore import Link, Pair

UsbctrlType = Literal["auto", "pv", "devicemodel", "qusb"]


_PORTS = {1: 2, 2: 6, 3: 15}
"""Of an emulated controller, by its version."""


class Usbctrl(DeviceRecord):
    """libxl_device_usbctrl."""

    ARRAY: ClassVar[str] = "usbctrls"
    AT: ClassVar[int] = 170
    KIND: ClassVar[str] = "usbctrl"
    PHASE: ClassVar[int] = 62
    REASON: ClassVar[str] = "after QEMU, before its devices"

    type: UsbctrlType = "auto"
    devid: Int = -1
    version: Int = 0
    ports: Int = 0
    backend_domid: U32 = 0
    backend_domname: str | None = None

    def title(self) -> str:
        """`USB 2 (pv)`."""
        return f"USB {self.version or 'controller'} ({self.type})"

    def kinds(self, guest: DomainType) -> tuple[str, str]:
        """An emulated one has no backend."""
        return {"pv": "vusb", "qusb": "qusb"}.get(self.served(guest), ""), "vusb"

    def served(self, guest: DomainType) -> UsbctrlType:
        """HVM guests get an emulated one, the others one of the kernel's backend."""
        if self.type != "auto":
            return self.type
        return "devicemodel" if guest == "hvm" else "pv"

    def sized(self, guest: DomainType) -> tuple[int, int]:
        """The version of USB and the number of ports, with libxl's defaults."""
        version = self.version or 2
        ports = _PORTS.get(version, 0) if self.served(guest) == "devicemodel" else 8
        return version, self.ports or ports

    def back(self, link: Link) -> Iterator[Pair]:
        """The controller and its ports, which are empty."""
        version, ports = self.sized(link.guest)
        yield "type", self.served(link.guest)
        yield "usb-ver", str(version)
        yield "num-ports", str(ports)
        yield from ((f"port/{port + 1}", "") for port in range(ports))

    def wiring(self, _queues: int) -> tuple[int, int]:
        """Two rings."""
        return 1, 2

    def connects(self, _link: Link, port: int, ref: int) -> Iterator[Pair]:
        """Requests, and devices that come and go."""
        yield from (("urb-ring-ref", str(ref)), ("conn-ring-ref", str(ref + 1)), ("event-channel", str(port)))

    def wants_device_model(self, _backend: str) -> bool:
        """QEMU serves a qusb controller."""
        return self.type == "qusb"


_TYPE = Loss(
    why="libvirt's driver for Xen has the PV controllers of QEMU (qusb)",
    when=lambda ctrl, config: (
        ctrl.type in ("pv", "devicemodel") or (ctrl.type == "auto" and config.c_info.type == "hvm")
    ),
)


class _Spec(Spec):
    RECORD = Usbctrl
    UNKNOWN = "Unknown string `{item}' in usbctrl spec"
    TOKENS = (
        Token(
            name="type",
            form="any case",
            field="type",
            values={"auto": "auto", "pv": "pv", "devicemodel": "devicemodel", "qusb": "qusb"},
            refusal="Invalid usb controller type '{value}'",
            since="4.7",
            doc="pv: a PV controller of the kernel's backend, qusb: one of QEMU's; devicemodel: an emulated one (HVM).",
            libvirt=_TYPE,
            good="type=devicemodel",
            bad="type=ehci",
        ),
        Token(
            name="version",
            form="integer",
            field="version",
            since="4.7",
            doc="The USB version: 1, 2, or 3 for an emulated controller; 2 when it is not given.",
            libvirt=Loss(why="libvirt's driver for Xen has USB 1 and 2", when=lambda ctrl, _: ctrl.version >= 3),
            good="version=3",
        ),
        Token(
            name="ports",
            form="integer",
            field="ports",
            since="4.7",
            doc="How many ports it has: up to 31, 15 for an emulated controller; 8 when it is not given.",
            good="ports=15",
        ),
    )


TOKENS = _Spec.TOKENS
ATTACH = Attach(verb="usbctrl-attach", read=_Spec.read_words)

KEYS = (
    Key(
        name="usbctrl",
        kind=LIST,
        order=2678,
        read=_Spec.read_list,
        write=_Spec.written,
        since="4.7",
        default="controllers for the devices in usbdev",
        doc="The USB controllers of the guest, to which the devices in usbdev are attached.",
        good=('["version=2, ports=4"]', '["type=pv"]', '[""]'),
        bad=('"version=2"', '["type=ehci"]'),
    ),
)
