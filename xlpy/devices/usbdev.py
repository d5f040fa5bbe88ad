"""USB devices passed through: `usbdev = [ "SPEC", ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from xlpy.host import Claim, Problem
from xlpy.kinds import LIST
from xlpy.libxl import U8, DeviceRecord, Int, Struct
from xlpy.loss import TUNING, Loss
from xlpy.planning import Object
from xlpy.reader import build
from xlpy.specs import Spec
from xlpy.vocabulary import Attach, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainType


class Hostdev(Struct):
    """A device of the host, the one member of libxl_device_usbdev's union."""

    MEMBER: ClassVar[str] = "hostdev"

    hostbus: U8 = 0
    hostaddr: U8 = 0


class Usbdev(DeviceRecord):
    """libxl_device_usbdev."""

    ARRAY: ClassVar[str] = "usbdevs"
    AT: ClassVar[int] = 180
    KIND: ClassVar[str] = "usbdev"
    PHASE: ClassVar[int] = 63
    REASON: ClassVar[str] = "after its controller"
    SELECTORS: ClassVar[dict[str, str]] = {"u": "type"}

    ctrl: Int = -1
    port: Int = 0
    u: Hostdev | None = None

    def title(self) -> str:
        """`bus 1 device 3`, numbers as lsusb shows them."""
        return f"bus {self.u.hostbus} device {self.u.hostaddr}" if self.u else "a device without type"

    def problems(self, facts: HostFacts, setting: str) -> Iterator[Problem]:
        """The device must be there."""
        there = {(device.bus, device.address) for device in facts.usb_devices}
        if self.u and there and (self.u.hostbus, self.u.hostaddr) not in there:
            yield Problem(
                code="usb-absent",
                line="libxl: error: USB device is not assignable.",
                advice=f"{facts.name} has no {self.title()}: lsusb lists those that it has",
                setting=setting,
            )

    def objects(self, number: int) -> Iterator[Object]:  # noqa: ARG002 - its place on the host is its number
        """The device of the host."""
        if self.u:
            yield Object("usb", f"{self.u.hostbus}.{self.u.hostaddr}", self.title())

    def claims(self) -> Iterator[Claim]:
        """It, alone."""
        if self.u:
            yield Claim(kind="usb", what=self.title(), advice="a USB device is for one domain at a time")

    def number(self, index: int) -> int:
        """Controller and port, once both are known."""
        return self.ctrl * 256 + self.port if self.ctrl >= 0 and self.port else index

    def kinds(self, _guest: DomainType) -> tuple[str, str]:
        """It is a port of its controller."""
        return "", ""


class _Spec(Spec):
    RECORD = Usbdev
    UNKNOWN = "Unknown string `{item}' in usbdev spec"
    TOKENS = (
        Token(
            name="type",
            form="any case",
            field="u",
            values={"hostdev": Hostdev()},
            refusal="Invalid usb device type: (null)",
            since="4.7",
            doc="hostdev, the only type there is; xl loses hostbus and hostaddr where it is missing.",
            good="type=hostdev",
            bad="type=host",
        ),
        Token(
            name="hostbus",
            form="unsigned",
            field="u.hostbus",
            since="4.7",
            doc="The number of the host's USB bus; a leading 0 makes it octal, as it does for hostaddr.",
            good="type=hostdev,hostbus=1",
        ),
        Token(
            name="hostaddr",
            form="unsigned",
            field="u.hostaddr",
            since="4.7",
            doc="The number of the device on its bus, which changes when it is plugged in again.",
            good="type=hostdev,hostaddr=3",
        ),
        Token(
            name="controller",
            form="integer",
            field="ctrl",
            since="4.7",
            doc="The devid of the guest's controller; any one with a free port when it is not given.",
            libvirt=TUNING.replace(when=lambda dev, _: dev.ctrl >= 0),
            good="controller=0",
        ),
        Token(
            name="port",
            form="integer",
            field="port",
            since="4.7",
            doc="The port of the controller, counted from 1; the first free one when it is not given.",
            libvirt=TUNING,
            good="controller=0,port=2",
        ),
    )

    def build(self) -> Usbdev:
        """Bus and address count only with a type."""
        device = build(Usbdev, self.values)
        return device.replace(u=build(Hostdev, self.values, prefix="u.")) if device.u else device


TOKENS = _Spec.TOKENS
ATTACH = Attach(verb="usbdev-attach", read=_Spec.read_words)

_EMULATED = Loss(
    why="libvirt's driver for Xen puts the device on a PV controller, not an emulated one",
    when=lambda _, config: config.c_info.type == "hvm" and not any(d.KIND == "usbctrl" for d in config.devices),
)

KEYS = (
    Key(
        name="usbdev",
        kind=LIST,
        order=2704,
        read=_Spec.read_list,
        write=_Spec.written,
        since="4.7",
        doc="The host's USB devices that are passed through to the guest.",
        libvirt=_EMULATED,
        good=('["type=hostdev, hostbus=1, hostaddr=3"]',),
        bad=('["hostdev=1.3"]', '["type=usb"]'),
    ),
)
