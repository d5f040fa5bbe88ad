"""PCI devices passed through: `pci = [ "SPEC", ... ]` (Xen: xl-pci-configuration(5), libxlu_pci.c)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from xlpy.cstring import as_int, atoi, same_word
from xlpy.differences import PCI_NO_FUNCTION
from xlpy.host import Claim, Problem
from xlpy.kinds import INTEGER, LIST
from xlpy.libxl import U8, U32, DeviceRecord, Int, RdmReservePolicy
from xlpy.loss import LOST, TUNING, Loss
from xlpy.planning import Object
from xlpy.tokens import words
from xlpy.values import ALL_FUNCTIONS, SCANF_HEX, NoFunctionError, scan_hex, take_bdf
from xlpy.vocabulary import HVM, PV, Attach, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.reader import Reader
    from xlpy.syntax import Atom
    from xlpy.xenstore import Link, Pair

_POLICIES = ("invalid", "strict", "relaxed")


class Pci(DeviceRecord):
    """libxl_device_pci: by address, or by the name that pci-assignable-add gave it."""

    ARRAY: ClassVar[str] = "pcidevs"
    AT: ClassVar[int] = 30
    KIND: ClassVar[str] = "pci"
    PHASE: ClassVar[int] = 64
    REASON: ClassVar[str] = "after QEMU, which maps it"
    PASSTHROUGH: ClassVar[bool] = True
    MIRRORED: ClassVar[bool] = False

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

    def objects(self, number: int) -> Iterator[Object]:  # noqa: ARG002 - all share one device
        """The function of the host."""
        yield Object("pci", self.bdf, self.title())

    def number(self, _index: int) -> int:
        """All share one device."""
        return 0

    def back(self, link: Link) -> Iterator[Pair]:
        """What pciback reads; `index` of the link counts the devices of the guest."""
        at, switches = link.index, (f"{name}={int(getattr(self, name))}" for name in _SWITCHES[:-1])
        policy = "strict" if self.rdm_policy == "invalid" else self.rdm_policy
        yield "domain", link.name
        yield f"key-{at}", self.bdf
        yield f"dev-{at}", self.bdf
        if self.vdevfn:
            yield f"vdevfn-{at}", f"{self.vdevfn:x}"
        if self.name:
            yield f"name-{at}", self.name
        yield f"opts-{at}", f"{','.join(switches)},rdm_policy={policy}"
        yield f"state-{at}", "1"
        yield "num_devs", str(at + 1)

    def wiring(self, _queues: int) -> tuple[int, int]:
        """One page for all."""
        return 1, 1

    def offers(self, link: Link) -> Iterator[Pair]:
        """Where the guest sees it."""
        yield f"state-{link.index}", "3"
        yield f"vdev-{link.index}", f"0000:00:{link.index:02x}.{self.func:02x}"
        yield from (("root-0", "0000:00"), ("root_num", "1"))

    def connects(self, _link: Link, port: int, ref: int) -> Iterator[Pair]:
        """The page for requests."""
        yield from (("pci-op-ref", str(ref)), ("event-channel", str(port)), ("magic", "7"))

    def claims(self) -> Iterator[Claim]:
        """Each function, alone; a device is only a name until the host knows which one."""
        if self.name is None or self.domain or self.bus or self.dev or self.func:
            functions = range(8) if self.bdf.endswith("*") else (self.func,)
            for function in functions:
                what = f"{self.bdf[:-1]}{function:x}"
                yield Claim(kind="pci", what=what, advice="a PCI device is for one domain at a time")

    def problems(self, facts: HostFacts, setting: str) -> Iterator[Problem]:
        """The device must be there, and bound to pciback or be seized."""
        wanted = self.bdf.removesuffix("*")
        address = f"{self.domain:x}:{self.bus:x}:{self.dev:x}.{self.func:x}"
        line = f"libxl: error: PCI device {address} is not assignable"
        known = [device.bdf for device in facts.pci_devices]
        if self.name is not None or any(bdf.startswith(wanted) for bdf in facts.pci_assignable):
            return
        if known and not any(bdf.startswith(wanted) for bdf in known):
            advice = f"{facts.name} has no device there: lspci -D lists those that it has"
            yield Problem(code="pci-absent", line=line, advice=advice, setting=setting)
        elif not self.seize:
            advice = "bind it to pciback first, or let Xen do so with seize=1"
            yield Problem(code="pci-not-assignable", line=line, advice=advice, setting=setting)

    def boot_lines(self, number: int) -> Iterator[str]:
        """What pcifront says."""
        yield f"pcifront pci-0: {self.title()} is device {number}"


def _switch(name: str, doc: str, since: str) -> Token:
    good = f"03:00.0,{name}=1"
    loss = TUNING if name in ("msitranslate", "power_mgmt") else None
    return Token(name=name, form="boolean", field=name, doc=doc, since=since, good=good, bad=good[:-2], libvirt=loss)


TOKENS = (
    Token(
        name="bdf",
        form="bdf",
        doc="The address, when it is not the first word.",
        since="4.15",
        libvirt=Loss(why="libvirt passes one function through, of which the guest gets the first", judged=True),
        good="bdf=03:00.0",
        bad="bdf=03:00",
    ),
    Token(
        name="vslot",
        form="slot",
        field="vdevfn",
        doc="The slot at which the guest sees it, in hex up to 1f; also @SLOT after the address.",
        since="4.15",
        libvirt=LOST,
        good="03:00.0,vslot=5",
        bad="03:00.0,vslot=20",
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
        libvirt=Loss(when=lambda pci, _: pci.rdm_policy == "relaxed"),
        good="03:00.0,rdm_policy=relaxed",
        bad="03:00.0,rdm_policy=never",
    ),
    Token(
        name="name", field="name", doc="The name from pci-assignable-add.", since="4.15", good="name=nic1", libvirt=LOST
    ),
)
_BY_NAME = {token.name: token for token in TOKENS}
_SWITCHES = ("msitranslate", "power_mgmt", "permissive", "seize")
"""Of the words, and but for the last of what stands in xenstore."""


class _BadSpecError(ValueError):
    """The spec does not parse; what xl prints before its own line, and its exit status."""

    def __init__(self, said: str = "", status: int = 6) -> None:
        super().__init__(said)
        self.said = said
        self.status = status


class _Spec:
    """One spec while it is read: the fields, and the pieces of the text that they come from."""

    def __init__(self, text: str, defaults: dict[str, Any]) -> None:
        self.text = text
        self.values = dict(defaults)
        self.places: dict[str, tuple[int, int]] = {}
        self.piece = (0, len(text))
        """The piece that is read."""

    def read(self) -> None:
        """Read the pieces; _BadSpecError where one does not fit, or no device is named."""
        for start, end in _options(self.text, self._address()):
            self.piece = start, end
            self._store(_option(self.text[start:end]))
        self.piece = (0, len(self.text))
        if ("vfunc_mask" in self.values) == ("name" in self.values):
            raise _BadSpecError

    def _address(self) -> int:
        """Read BDF[@SLOT]; gives the offset behind it, which is 0 where there is none."""
        try:
            bdf, end = take_bdf(self.text)
        except ValueError:
            return 0
        slot, _, _ = self.text[end:].partition(",")
        self.piece = 0, end + len(slot)
        if slot and not (slot.startswith("@") and re.fullmatch(SCANF_HEX, slot[1:])):
            raise _BadSpecError
        self._store(bdf._asdict() | ({"vdevfn": _slot(slot[1:])} if slot else {}))
        return self.piece[1] + 1

    def _store(self, fields: dict[str, Any]) -> None:
        self.values |= fields
        self.places |= dict.fromkeys(fields, self.piece)


def _options(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where each NAME=VALUE begins and ends; to xl's scanner a name goes up to the next equals sign."""
    while at < len(text):
        equals = text.find("=", at)
        comma = text.find(",", equals) if equals >= 0 else -1
        end = len(text) if comma < 0 else comma
        yield at, end
        at = end + 1


def _slot(text: str) -> int:
    slot = scan_hex(text)
    if slot > 0x1F:
        raise _BadSpecError
    return slot << 3


def _option(item: str) -> dict[str, Any]:
    name, equals, value = item.partition("=")
    if not equals:
        raise _BadSpecError
    token = _BY_NAME.get(name)
    if token is None:
        raise _BadSpecError(f"Unknown PCI_SPEC_STRING option: {name}")
    if token.form == "bdf":
        return take_bdf(value)[0]._asdict()
    return {token.field: _value(token, value)}


def _value(token: Token, text: str) -> Any:
    if token.form == "slot":
        return _slot(text)
    if token.form == "boolean":
        return atoi(text) != 0
    if token.form == "policy":
        if same_word(text) not in _POLICIES:
            raise _BadSpecError(f"Unknown RDM policy: {text}", 3)
        return same_word(text)
    return text


def _read_default(reader: Reader, key: Key) -> None:
    """Kept for the devices, which are read later."""
    reader.draft[key.name] = bool(as_int(reader.integer(key.name) or 0))


def _read_pci(reader: Reader, key: Key) -> None:
    """All devices share the defaults of the pci_* keys."""
    defaults: dict[str, Any] = {name: reader.get(f"pci_{name}", False) for name in _SWITCHES}
    defaults["rdm_policy"] = reader.get("b_info.u.hvm.rdm.policy", "invalid") if reader.domain_type == HVM else "strict"
    for atom in reader.atoms(key.name) or ():
        _add(reader, atom, defaults)
    if reader.domain_type == PV and reader.count(Pci):
        reader.put("b_info.u.pv.e820_host", True, key.name)


def _add(reader: Reader, atom: Atom, defaults: dict[str, Any], *, on_command_line: bool = False) -> None:
    spec = _Spec(atom.text, defaults)
    try:
        spec.read()
    except NoFunctionError:
        span, status = atom.inside(*spec.piece), 2 if on_command_line else 6
        reader.refuse(*PCI_NO_FUNCTION.told(text=atom.text), span=span, status=status)
    except ValueError as error:
        bad = error if isinstance(error, _BadSpecError) else _BadSpecError()
        line, status = f"{bad.said}unable to parse PCI_SPEC_STRING `{atom.text}' for passthrough", bad.status
        if on_command_line:
            line, status = f'{bad.said}pci-attach: malformed PCI_SPEC_STRING "{atom.text}"', 2
        summary = bad.said or f"not a PCI device: {atom.text}"
        advice = "write DDDD:BB:SS.F[,NAME=VALUE...], all numbers in hex"
        reader.say("bad-pci", summary, (line,), span=atom.inside(*spec.piece), exit_status=status, advice=advice)
    else:
        for value in re.findall(f"(?:{'|'.join(_SWITCHES)})=([^,]*)", atom.text):
            reader.note_overflow(value, 10, signed=True)
        reader.add(Pci(**spec.values), {"": atom.span, **{f: atom.inside(*at) for f, at in spec.places.items()}})


def _read_words(reader: Reader, words: tuple[Atom, ...]) -> None:
    """The words behind the first do not count."""
    for word in words[:1]:
        _add(reader, word, {}, on_command_line=True)


def _default(name: str, order: int, since: str) -> Key:
    return Key(
        name=f"pci_{name}",
        kind=INTEGER,
        order=order,
        read=_read_default,
        default="0",
        since=since,
        doc=f"The default of {name} for all devices in pci.",
        good=("1",),
        bad=('"yes"',),
        beside='pci = ["03:00.0"]',
    )


def _write_pci(config: DomainConfig) -> tuple[str, ...] | None:
    return tuple(map(_text_of, config.devices_of(Pci))) or None


def _text_of(device: Pci) -> str:
    address = [] if device.name is not None else [device.bdf]
    slot = [f"vslot={device.vdevfn >> 3:x}"] if device.vdevfn else []
    return ",".join([*address, *slot, *words(TOKENS, device.replace(vdevfn=0))])


ATTACH = Attach(verb="pci-attach", read=_read_words)

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
        write=_write_pci,
        doc="The PCI devices that are passed through to the guest.",
        good=('["0000:03:00.0"]', '["03:00.0,permissive=1"]'),
        bad=('["03:00"]', '["eth0"]'),
    ),
)
