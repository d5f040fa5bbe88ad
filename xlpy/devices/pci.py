"""PCI devices passed through: `pci = [ "SPEC", ... ]` (Xen: xl-pci-configuration(5), libxlu_pci.c)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from xlpy.kinds import INTEGER, LIST
from xlpy.libxl import U8, U32, DeviceRecord, Int, RdmReservePolicy
from xlpy.syntax import ListNode
from xlpy.vocabulary import HVM, PV, Key, Token

if TYPE_CHECKING:
    from xlpy.reader import Reader
    from xlpy.source import Span
    from xlpy.syntax import Atom

ALL_FUNCTIONS = 2**32 - 1
_SCANF_HEX = r"\s*[-+]?(?:0[xX])?[0-9a-fA-F]*"
_BDF = re.compile(
    r"(?:(?P<domain>[0-9a-fA-F]+):)?(?P<bus>[0-9a-fA-F]+):"
    rf"(?P<dev>{_SCANF_HEX})\.(?:\*|(?P<func>{_SCANF_HEX}))"
)
_POLICIES = ("invalid", "strict", "relaxed")


class Pci(DeviceRecord):
    """libxl_device_pci: by address, or by the name that pci-assignable-add gave it."""

    ARRAY: ClassVar[str] = "pcidevs"
    AT: ClassVar[int] = 30
    KIND: ClassVar[str] = "pci"

    func: U8 = 0
    dev: U8 = 0
    bus: U8 = 0
    domain: Int = 0
    vdevfn: U32 = 0
    vfunc_mask: U32 = 0
    msitranslate: bool = False
    power_mgmt: bool = False
    permissive: bool = False
    seize: bool = False
    rdm_policy: RdmReservePolicy = "invalid"
    name: str | None = None

    @property
    def bdf(self) -> str:
        """The address as Xen writes it: 0000:03:00.0, or .* for all functions."""
        func = "*" if self.vfunc_mask == ALL_FUNCTIONS else f"{self.func:x}"
        return f"{self.domain:04x}:{self.bus:02x}:{self.dev:02x}.{func}"

    def title(self) -> str:
        """Its address or name."""
        return self.name or self.bdf


def _switch(name: str, doc: str, since: str) -> Token:
    return Token(name=name, form="boolean", field=name, doc=doc, since=since, good=f"{name}=1", bad=name)


TOKENS = (
    Token(name="bdf", form="bdf", doc="The address, when it is not the first word.", since="4.15", good="bdf=03:00.0"),
    Token(
        name="vslot",
        form="slot",
        field="vdevfn",
        doc="The slot at which the guest sees it, in hex up to 1f; also @SLOT after the address.",
        since="4.15",
        good="vslot=5",
        bad="vslot=20",
    ),
    _switch("permissive", "Let the guest write the whole configuration space.", "4.2"),
    _switch("msitranslate", "Translate the guest's INTx to MSI.", "4.1"),
    _switch("seize", "Take the device from its driver in Dom0 without asking.", "4.5"),
    _switch("power_mgmt", "Let the guest program the power states.", "4.1"),
    Token(
        name="rdm_policy",
        form="policy",
        field="rdm_policy",
        doc="What to do about reserved memory regions: strict or relaxed.",
        since="4.6",
        good="rdm_policy=relaxed",
        bad="rdm_policy=never",
    ),
    Token(name="name", field="name", doc="The name from pci-assignable-add.", since="4.15", good="name=nic1"),
)
_BY_NAME = {token.name: token for token in TOKENS}
_SWITCHES = ("msitranslate", "power_mgmt", "permissive", "seize")


class _BadSpecError(Exception):
    """The spec does not parse; what xl prints before its own line, and its exit status."""

    def __init__(self, said: str = "", status: int = 6) -> None:
        super().__init__(said)
        self.said = said
        self.status = status


def _parse(text: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """The fields of a spec: [BDF[@SLOT]][,NAME=VALUE...]."""
    values = dict(defaults)
    first, comma, rest = text.partition(",")
    if "=" in first:
        rest, comma = text, ","
    else:
        _address(first, values, positional=True)
    items = rest.removesuffix(",").split(",") if comma and rest else []
    while items:
        item = items.pop(0)
        if not item and items:
            items[0] = f",{items[0]}"  # xl's scanner takes a doubled comma for a part of the name
            continue
        name, equals, value = item.partition("=")
        if not equals:
            raise _BadSpecError
        _option(name, value, values)
    if ("vfunc_mask" in values) == ("name" in values):
        raise _BadSpecError
    return values


def _address(text: str, values: dict[str, Any], *, positional: bool) -> None:
    match = _BDF.match(text)
    tail = text[match.end() :] if match else ""
    if match is None or (positional and tail and not tail.startswith("@")):
        raise _BadSpecError
    numbers = {name: _hex("0" if match[name] is None else match[name]) for name in ("domain", "bus", "dev")}
    func = 0 if match["func"] is None else _hex(match["func"])
    if numbers["domain"] > 0xFFFF or numbers["bus"] > 0xFF or numbers["dev"] > 0x1F or func > 7:
        raise _BadSpecError
    values |= {**numbers, "func": func, "vfunc_mask": ALL_FUNCTIONS if match["func"] is None else 1}
    if positional and tail:
        if not re.fullmatch(_SCANF_HEX, tail[1:]):
            raise _BadSpecError
        values["vdevfn"] = _slot(tail[1:])


def _hex(text: str) -> int:
    """A number as C's scanf reads it with %x: a lone 0x is 0, a sign makes it too large."""
    digits = text.strip().lower().removeprefix("+")
    if digits == "0x":
        return 0
    if not re.fullmatch(r"(0x)?[0-9a-f]+", digits):
        raise _BadSpecError
    return int(digits, 16)


def _slot(text: str) -> int:
    match = re.match(_SCANF_HEX, text)
    slot = _hex(match[0] if match else "")
    if slot > 0x1F:
        raise _BadSpecError
    return slot << 3


def _option(name: str, value: str, values: dict[str, Any]) -> None:
    token = _BY_NAME.get(name)
    if token is None:
        raise _BadSpecError(f"Unknown PCI_SPEC_STRING option: {name}")
    if token.form == "bdf":
        _address(value, values, positional=False)
    elif token.form == "slot":
        values[token.field] = _slot(value)
    elif token.form == "boolean":
        number = re.match(r"\s*[-+]?[0-9]+", value)
        values[token.field] = number is not None and int(number[0]) != 0
    elif token.form == "policy":
        if value.lower() not in _POLICIES:
            raise _BadSpecError(f"Unknown RDM policy: {value}", 3)
        values[token.field] = value.lower()
    else:
        values[token.field] = value


def _read_pci(reader: Reader, key: Key) -> None:
    """All devices share the defaults of the pci_* keys."""
    defaults: dict[str, Any] = {name: bool(reader.integer(f"pci_{name}")) for name in _SWITCHES}
    defaults["rdm_policy"] = "invalid" if reader.domain_type == HVM else "strict"
    for item in reader.items(key.name) or ():
        if isinstance(item, ListNode):
            break
        _add(reader, item, defaults)
    if reader.domain_type == PV and any(isinstance(device, Pci) for device in reader.devices):
        reader.put("b_info.u.pv.e820_host", True, key.name)


def _add(reader: Reader, atom: Atom, defaults: dict[str, Any]) -> None:
    places: dict[str, Span] = {"": atom.span}
    try:
        reader.add(Pci(**_parse(atom.text, defaults)), places)
    except _BadSpecError as bad:
        line = f"{bad.said}unable to parse PCI_SPEC_STRING `{atom.text}' for passthrough"
        summary = bad.said or f"not a PCI device: {atom.text}"
        advice = "write DDDD:BB:SS.F[,NAME=VALUE...], all numbers in hex"
        reader.say("bad-pci", summary, (line,), span=atom.span, exit_status=bad.status, advice=advice)


def _default(name: str, order: int, since: str) -> Key:
    return Key(
        name=f"pci_{name}",
        kind=INTEGER,
        order=order,
        with_key="pci",
        default="0",
        since=since,
        doc=f"The default of {name} for all devices in pci.",
        good=("1",),
        bad=('"yes"',),
    )


KEYS = (
    _default("msitranslate", 1692, "4.1"),
    _default("power_mgmt", 1695, "4.1"),
    _default("permissive", 1698, "4.2"),
    _default("seize", 1701, "4.5"),
    Key(
        name="pci",
        kind=LIST,
        order=1712,
        read=_read_pci,
        doc="The PCI devices that are passed through to the guest.",
        good=('["0000:03:00.0"]', '["03:00.0,permissive=1"]'),
        bad=('["03:00"]', '["eth0"]'),
    ),
)
