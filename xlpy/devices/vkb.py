"""Virtual keyboards and pointers: `vkb = [ "SPEC", ... ]`; each framebuffer brings one, too (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int
from xlpy.loss import Loss
from xlpy.specs import ERROR_FAIL, Spec
from xlpy.vocabulary import Attach, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.libxl import DomainConfig, DomainType
    from xlpy.xenstore import Link, Pair

VkbBackend = Literal["unknown", "qemu", "linux"]


class Vkb(DeviceRecord):
    """libxl_device_vkb; sizes are in pixels."""

    ARRAY: ClassVar[str] = "vkbs"
    AT: ClassVar[int] = 70
    KIND: ClassVar[str] = "vkb"
    PHASE: ClassVar[int] = 30
    REASON: ClassVar[str] = "before QEMU, which serves it"

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    backend_type: VkbBackend = "unknown"
    unique_id: str | None = None
    feature_disable_keyboard: bool = False
    feature_disable_pointer: bool = False
    feature_abs_pointer: bool = False
    feature_raw_pointer: bool = False
    feature_multi_touch: bool = False
    width: U32 = 0
    height: U32 = 0
    multi_touch_width: U32 = 0
    multi_touch_height: U32 = 0
    multi_touch_num_contacts: U32 = 0

    def wants_device_model(self, _backend: str) -> bool:
        """QEMU serves it unless the backend is a Linux driver."""
        return self.backend_type != "linux"

    def boot_lines(self, number: int) -> Iterator[str]:
        """What xen-kbdfront says."""
        yield f"input: Xen Virtual Keyboard as /devices/virtual/input/input{number}"

    def title(self) -> str:
        """`vkb0 (qemu)`; those that belong to a framebuffer name no backend."""
        return f"vkb{max(self.devid, 0)} ({'framebuffer' if self.backend_type == 'unknown' else self.backend_type})"

    def kinds(self, _guest: DomainType) -> tuple[str, str]:
        """A Linux backend has a kind of its own."""
        return "vinput" if self.backend_type == "linux" else "vkbd", "vkbd"

    def back(self, _link: Link) -> Iterator[Pair]:
        """Only what is set."""
        if self.unique_id:
            yield "unique-id", self.unique_id
        for name in self.FIELDS:
            value = getattr(self, name)
            if value and (name.startswith(("feature_", "multi_touch_")) or name in ("width", "height")):
                yield name.replace("_", "-"), str(int(value))

    def wiring(self, _queues: int) -> tuple[int, int]:
        """One page."""
        return 1, 1

    def offers(self, _link: Link) -> Iterator[Pair]:
        """What QEMU says of itself."""
        if self.backend_type != "linux":
            yield from (("hotplug-status", "connected"), ("feature-abs-pointer", "1"), ("feature-raw-pointer", "1"))

    def connects(self, link: Link, port: int, ref: int) -> Iterator[Pair]:
        """The page is granted, and named by its number for old backends."""
        yield from (("event-channel", str(port)), ("page-gref", str(ref)), ("page-ref", str(link.page(ref))))
        yield "request-abs-pointer", "1"


def _token(name: str, form: str, doc: str, example: str) -> Token:
    good = f"backend-type=linux,{name}={example}"
    return Token(name=name, form=form, field=name.replace("-", "_"), since="4.12", doc=doc, good=good)


_TOUCH_SIZES = ("multi-touch-width", "multi-touch-height", "multi-touch-num-contacts")


class _Spec(Spec):
    RECORD = Vkb
    UNKNOWN = 'Unknown string "{item}" in vkb spec'
    STATUS = 255
    TOKENS = (
        Token(
            name="backend",
            field="backend_domname",
            since="4.12",
            doc="The domain that has the real devices, by name or domid.",
            good="backend-type=linux,backend=inputs",
        ),
        Token(
            name="backend-type",
            form="any case",
            field="backend_type",
            values={"qemu": "qemu", "linux": "linux", "unknown": "unknown"},
            refusal='Unknown backend_type "{value}" in vkb spec',
            since="4.12",
            doc="The program that serves it: qemu, or a backend of Linux; mandatory.",
            good="backend-type=linux",
            bad="backend-type=unknown",
        ),
        _token("unique-id", "string", "The name by which the backend knows the device.", "T0"),
        _token("feature-disable-keyboard", "switch", "It has no keyboard.", "1"),
        _token("feature-disable-pointer", "switch", "It has no pointer.", "1"),
        _token("feature-abs-pointer", "switch", "The pointer tells positions, not movements.", "1"),
        _token("feature-raw-pointer", "switch", "The pointer tells positions unscaled.", "1"),
        Token(
            name="feature-multi-touch",
            form="switch",
            field="feature_multi_touch",
            since="4.12",
            doc="It is a touch screen; any size or number of contacts says so too.",
            good="backend-type=linux,feature-multi-touch=1,multi-touch-width=1920",
            bad="backend-type=linux,feature-multi-touch=1",
        ),
        _token("multi-touch-width", "unsigned", "The width of the touch screen, in pixels.", "1920"),
        _token("multi-touch-height", "unsigned", "The height of the touch screen, in pixels.", "1080"),
        _token("multi-touch-num-contacts", "unsigned", "How many fingers it can tell apart.", "10"),
        _token("width", "unsigned", "The width of the area of the pointer, in pixels.", "1920"),
        _token("height", "unsigned", "The height of the area of the pointer, in pixels.", "1080"),
    )

    def finish(self) -> None:
        """A backend is needed, and sizes for a touch screen."""
        where = "" if self.on_command_line else " for multi touch in vkb spec"
        if self.values.get("backend_type", "unknown") == "unknown":
            message = "backend-type should be set" + where.replace(" for multi touch", "")
            advice = "add backend-type=linux or backend-type=qemu"
            self.refuse("vkb-no-backend-type", message, advice=advice, status=ERROR_FAIL)
        elif any(self.values.get(name.replace("-", "_")) for name in _TOUCH_SIZES):
            self.values["feature_multi_touch"] = True
        elif self.values.get("feature_multi_touch"):
            message = f"{', '.join(_TOUCH_SIZES)} should be set{where}"
            span = self.places["feature_multi_touch"]
            self.refuse("vkb-no-touch-size", message, span, advice="add one of them", status=ERROR_FAIL)


def _write_vkbs(config: DomainConfig) -> tuple[str, ...] | None:
    """Without those that framebuffers bring: they say nothing of their backend."""
    vkbs = enumerate(config.devices_of(Vkb))
    return tuple(_Spec.text(vkb, index) for index, vkb in vkbs if vkb.replace(devid=-1) != Vkb()) or None


TOKENS = _Spec.TOKENS
ATTACH = Attach(verb="vkb-attach", read=_Spec.read_words)

KEYS = (
    Key(
        name="vkb",
        kind=LIST,
        order=3085,
        read=_Spec.read_list,
        write=_write_vkbs,
        since="4.12",
        doc="The virtual keyboards, pointers and touch screens of the guest.",
        libvirt=Loss(when=lambda vkb, _: vkb.replace(devid=-1) != Vkb()),
        good=('["backend-type=linux, unique-id=T0, feature-abs-pointer=1"]',),
        bad=('["feature-abs-pointer=1"]', '["backend-type=linux, unique_id=T0"]'),
    ),
)
