"""PV Calls: sockets of the guest that are sockets of another domain: `pvcalls = [ "SPEC", ... ]` (Xen: xl.cfg(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from xlpy.kinds import LIST
from xlpy.libxl import U32, DeviceRecord, Int
from xlpy.loss import LOST
from xlpy.specs import Spec
from xlpy.vocabulary import Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.xenstore import Link, Pair


class Pvcalls(DeviceRecord):
    """libxl_device_pvcallsif."""

    ARRAY: ClassVar[str] = "pvcallsifs"
    AT: ClassVar[int] = 110
    KIND: ClassVar[str] = "pvcalls"
    PHASE: ClassVar[int] = 25
    REASON: ClassVar[str] = "before QEMU"

    backend_domid: U32 = 0
    backend_domname: str | None = None
    devid: Int = -1

    def title(self) -> str:
        """`pvcalls0 (Domain-0)`."""
        return f"pvcalls{max(self.devid, 0)} ({self.backend_domname or 'Domain-0'})"

    def wiring(self, _queues: int) -> tuple[int, int]:
        """One ring for commands."""
        return 1, 1

    def offers(self, _link: Link) -> Iterator[Pair]:
        """What the server can do."""
        yield from (("versions", "1"), ("max-page-order", "9"), ("function-calls", "1"))

    def connects(self, _link: Link, port: int, ref: int) -> Iterator[Pair]:
        """The ring."""
        yield from (("version", "1"), ("ring-ref", str(ref)), ("port", str(port)))


class _Spec(Spec):
    RECORD = Pvcalls
    UNKNOWN = "Unknown string `{name}' in pvcalls spec"
    WORD_ENDS = True
    TOKENS = (
        Token(
            name="backend",
            field="backend_domname",
            since="4.11",
            doc="The domain whose sockets the guest uses, by name or domid.",
            good="backend=netdom",
        ),
    )


TOKENS = _Spec.TOKENS

KEYS = (
    Key(
        name="pvcalls",
        kind=LIST,
        order=2476,
        read=_Spec.read_list,
        write=_Spec.written,
        since="4.11",
        doc="The PV Calls connections of the guest; an empty spec is one to Domain-0.",
        libvirt=LOST,
        good=('["backend=netdom"]', '[""]'),
        bad=('"backend=netdom"', '["domain=netdom"]'),
    ),
)
