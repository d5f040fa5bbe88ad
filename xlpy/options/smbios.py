"""Strings of the guest's SMBIOS tables: `smbios = [ "KEY=VALUE", ... ]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from xlpy.cstring import same_word
from xlpy.kinds import LIST
from xlpy.libxl import Hvm, Smbios, SmbiosType
from xlpy.loss import LOST
from xlpy.nodes import ListNode
from xlpy.vocabulary import HVM, Key, Token

if TYPE_CHECKING:
    from xlpy.libxl import DomainConfig
    from xlpy.nodes import Atom
    from xlpy.reader import Reader

_MOST_OEM = 99


def _token(name: str) -> Token:
    table, _, what = name.partition("_")
    doc = f"The {what.replace('_', ' ')} of the {table}." if what else "A further string, up to 99 times."
    return Token(name=name, field="smbios", doc=doc, since="4.18", good=f"{name}=Acme", bad=f"{name}=")


TOKENS = tuple(_token(name) for name in get_args(SmbiosType))
_KINDS: dict[str, SmbiosType] = {name: name for name in get_args(SmbiosType)}


class _BadItemError(Exception):
    """An item does not parse; the text is xl's message."""


def _read_smbios(reader: Reader, key: Key) -> None:
    items = reader.items(key.name)
    if items is None:
        if key.name in reader.entries:
            reader.refuse("bad-smbios", "xl: Unable to parse smbios options.", key=key.name)
        return
    strings: list[Smbios] = []
    for number, item in enumerate(items):
        if isinstance(item, ListNode):
            reader.refuse("nested-list", f"xl: Unable to get element #{number} in smbios list", span=item.span)
            return
        try:
            strings.append(_parsed(item, strings))
        except _BadItemError as error:
            reader.refuse("bad-smbios", str(error), span=item.span)
            return
    reader.put(key.field, tuple(strings), key.name)


def _parsed(atom: Atom, before: list[Smbios]) -> Smbios:
    name, equals, value = atom.text.partition("=")
    if not equals:
        raise _BadItemError(f"xl: failed to split \"{atom.text}\" at '='")
    if not value:
        raise _BadItemError(f'xl: empty value not allowed for smbios "{atom.text}"')
    kind = _KINDS.get(same_word(name))
    if kind is None:
        raise _BadItemError(f"xl: unknown smbios type '{name}'")
    if kind == "oem" and sum(string.key == "oem" for string in before) >= _MOST_OEM:
        raise _BadItemError(f"xl: smbios limited to {_MOST_OEM} oem strings")
    return Smbios(key=kind, value=value)


def _write_smbios(config: DomainConfig) -> tuple[str, ...] | None:
    strings = config.b_info.u.smbios if isinstance(config.b_info.u, Hvm) else ()
    return tuple(f"{string.key}={string.value}" for string in strings) or None


KEYS = (
    Key(
        name="smbios",
        kind=LIST,
        order=2003,
        read=_read_smbios,
        write=_write_smbios,
        field="b_info.u.hvm.smbios",
        guests=(HVM,),
        since="4.18",
        doc="Strings by which software recognizes the machine: the names of its maker, model, serial number and so on.",
        libvirt=LOST,
        good=('["bios_vendor=Acme", "system_serial_number=42"]',),
        bad=('["colour=red"]', '["bios_vendor="]', '"bios_vendor=Acme"'),
    ),
)
