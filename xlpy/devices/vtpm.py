"""Virtual TPMs: `vtpm = [ "SPEC", ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int
from xlpy.loss import LOST
from xlpy.specs import Spec
from xlpy.vocabulary import Attach, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.specs import Item
    from xlpy.xenstore import Link, Pair


class Vtpm(DeviceRecord):
    """libxl_device_vtpm."""

    ARRAY: ClassVar[str] = "vtpms"
    AT: ClassVar[int] = 90
    KIND: ClassVar[str] = "vtpm"
    PHASE: ClassVar[int] = 61

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1
    uuid: str | None = None

    def title(self) -> str:
        """`vtpm0 (vtpmmgr)`."""
        return f"vtpm{max(self.devid, 0)} ({self.backend_domname or 'no backend'})"

    def back(self, link: Link) -> Iterator[Pair]:
        """What vtpmmgr reads."""
        yield "handle", str(link.devid)
        yield "uuid", self.uuid or ""
        yield "resume", "False"

    def front(self, link: Link) -> Iterator[Pair]:
        """What tpmfront reads."""
        yield "handle", str(link.devid)

    def wiring(self, _queues: int) -> tuple[int, int]:
        """One ring."""
        return 1, 1

    def connects(self, _link: Link, port: int, ref: int) -> Iterator[Pair]:
        """The ring."""
        yield from (("ring-ref", str(ref)), ("event-channel", str(port)))


class _Spec(Spec):
    RECORD = Vtpm
    UNKNOWN = "Unknown string `{name}' in vtpm spec"
    WORD_ENDS = True
    TOKENS: ClassVar[tuple[Token, ...]] = (
        Token(
            name="backend",
            field="backend_domname",
            since="4.3",
            doc="The domain that serves the TPM, by name or domid; mandatory in a file.",
            good="backend=vtpmmgr",
            bad="uuid=6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10",
        ),
        Token(
            name="uuid",
            form="uuid",
            field="uuid",
            refusal="Failed to parse vtpm UUID: {value}",
            since="4.3",
            doc="The UUID of the TPM, by which the vTPM manager finds its state.",
            good="backend=vtpmmgr,uuid=6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10",
            bad="backend=vtpmmgr,uuid=6a0c3e62",
        ),
    )

    def take(self, token: Token, item: Item) -> None:
        """The library that reads UUIDs looks for numbers that are too large."""
        super().take(token, item)
        if token.form == "uuid":
            self.reader.stale_overflow = False

    def finish(self) -> None:
        """A file must name the backend."""
        if "backend_domname" not in self.values:
            message = "vtpm spec missing required backend field!"
            self.refuse("vtpm-no-backend", message, advice="name the domain that serves it: backend=DOMAIN")


class _Words(_Spec):
    """The words of xl vtpm-attach are read by another parser."""

    UNKNOWN = "unrecognized argument `{item}'"
    WORD_ENDS = False
    TOKENS = tuple(
        token.replace(refusal="Invalid uuid specified ({value})") if token.form == "uuid" else token
        for token in _Spec.TOKENS
    )

    def finish(self) -> None:
        """Anything goes."""


TOKENS = _Spec.TOKENS
ATTACH = Attach(verb="vtpm-attach", read=_Words.read_words)

KEYS = (
    Key(
        name="vtpm",
        kind=LIST,
        order=2404,
        read=_Spec.read_list,
        write=_Spec.written,
        since="4.3",
        doc="The virtual TPMs of the guest, each served by a domain of its own.",
        libvirt=LOST,
        good=('["backend=vtpmmgr, uuid=6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"]',),
        bad=('["uuid=6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"]', '["backend=vtpmmgr, id=1"]'),
    ),
)
