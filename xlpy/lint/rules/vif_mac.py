"""Network interfaces: their addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from xlpy.devices.vif import NO_MAC, Vif
from xlpy.diagnostic import Related, Severity
from xlpy.differences import MAC_CUT
from xlpy.lint.helpers.spectexts import item_at, rewritten, taken, text_at
from xlpy.lint.rule import Finding, Rule
from xlpy.values import take_mac

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic, Fix
    from xlpy.lint.guest import Guest
    from xlpy.source import Span
    from xlpy.specs import Item

_XEN = "00:16:3e"
_FORM = "write six bytes in hex, as in 00:16:3e:01:02:03"
_SEPARATORS = re.compile(r"[ \t.:_-]")
_BYTES = 6
_TOLD = ("vif-invalid", MAC_CUT.code)
_GROUP, _LOCAL = 1, 2
"""Bits of the first byte of a MAC: of a group of cards, and not given out by IEEE."""


# ---- what is no address


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    text = text_at(guest, Vif, told.span) if told.span is not None else None
    item = item_at(text, told.span) if text is not None and told.span is not None else None
    if text is None or item is None:
        return None
    mac = text.device.mac if text.device is not None else None
    outcome = f"xl stops there and takes {mac}" if mac else "xl takes a random one at each start"
    written = f"{item.value} is no MAC address" if item.value else "mac= has no address"
    return Finding(item.value_span if item.value else item.span, f"{written}: {outcome}", _FORM, _colons(item))


def _colons(item: Item) -> Fix | None:
    """Twelve hex digits in other groups, or in none."""
    digits = _SEPARATORS.sub("", item.value or "")
    if not re.fullmatch("[0-9a-fA-F]{12}", digits):
        return None
    mac = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2)).lower()
    return rewritten(item, item.value_span, mac)


def _odd(guest: Guest) -> Iterator[Finding]:
    """Addresses about which xl says nothing: it reads on in the next words, or not to the end."""
    told = {one.span for one in guest.loaded.diagnostics if one.code in _TOLD}
    for text, vif in taken(guest, Vif):
        item = text.item("mac")
        if item is None or not item.value:
            continue
        octets, at = take_mac(item.value)
        if len(octets) == _BYTES and item.value[at - 1 :].strip():
            rest = item.part(at - 1, len(item.value))
            yield Finding(rest, f"xl takes {vif.mac} and ignores what stands behind it", _FORM)
        elif len(octets) < _BYTES and item.value_span not in told:
            behind = "in what stands behind it, and"
            yield Finding(item.value_span, f"{item.value} is too short: xl reads on {behind} takes {vif.mac}", _FORM)


# ---- addresses that do not do


@lru_cache(maxsize=1)
def _macs(guest: Guest) -> list[tuple[str, Span]]:
    """The addresses that are written out in full."""
    items = ((text.item("mac"), vif) for text, vif in taken(guest, Vif))
    written = ((item, vif) for item, vif in items if item and len(take_mac(item.value or "")[0]) == _BYTES)
    return [(vif.mac or NO_MAC, item.value_span) for item, vif in written]


def _first_byte(mac: str) -> int:
    return int(mac.partition(":")[0], 16)


def _group(guest: Guest) -> Iterator[Finding]:
    for mac, span in _macs(guest):
        if _first_byte(mac) & _GROUP:
            what = "the broadcast address" if mac == "ff:ff:ff:ff:ff:ff" else "an address of a group of cards"
            advice = f"write an address of one card: the first byte is even, as in {_XEN}:01:02:03"
            yield Finding(span, f"{mac} is {what}: the guest's driver refuses it", advice)


def _zero(guest: Guest) -> Iterator[Finding]:
    for mac, span in _macs(guest):
        if mac == NO_MAC:
            yield Finding(span, "xl takes this for no address: the card gets a random one at each start", _FORM)


def _foreign(guest: Guest) -> Iterator[Finding]:
    for mac, span in _macs(guest):
        if mac != NO_MAC and not mac.startswith(_XEN) and not _first_byte(mac) & (_GROUP | _LOCAL):
            yield Finding(
                span,
                f"{mac} belongs to the maker of other cards, one of which may have it",
                f"use {_XEN}:... , which is Xen's, or set the local bit: {_first_byte(mac) | _LOCAL:02x}{mac[2:]}",
            )


def _twice(guest: Guest) -> Iterator[Finding]:
    seen: dict[str, Span] = {}
    for mac, span in _macs(guest):
        if mac != NO_MAC and seen.setdefault(mac, span) != span:
            related = (Related("here too", guest.source, seen[mac]),)
            summary = f"two cards of the guest have the address {mac}: bridges deliver to one of them"
            yield Finding(span, summary, "give each card an address of its own", None, related)


def _missing(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        if vif.mac is None and text.item("mac") is None:
            yield Finding(
                text.whole,
                "the card has no mac=: it gets another address each time the guest is created",
                f"give it one: mac={_XEN}: and three bytes of your own",
            )


RULES = (
    Rule(
        code="vif-bad-mac",
        group="vif",
        severity=Severity.WARNING,
        summary="a MAC address that xl cannot read, or not as it is written",
        why=(
            "xl reads bytes in hex with any character between them, stops at the first one that is none, and goes on "
            "with what it has: 00:16:3e:xx:xx:xx becomes 00:16:3e:00:00:00, in every guest made of the same template. "
            "Where the address is too short it even reads on in the next word."
        ),
        bad="vif = ['mac=«00163e010203»,bridge=xenbr0']",
        good="vif = ['mac=00:16:3e:01:02:03,bridge=xenbr0']",
        fixed="vif = ['mac=00:16:3e:01:02:03,bridge=xenbr0']",
        keys=("vif",),
        check=_odd,
        told=_TOLD,
        retell=_retell,
    ),
    Rule(
        code="vif-mac-group",
        group="vif",
        severity=Severity.WARNING,
        summary="a MAC address of a group of cards",
        why=(
            "With an odd first byte a MAC address names a group (multicast), which no single card may have. Linux "
            "refuses it, and the guest has no network."
        ),
        bad="vif = ['mac=«01:16:3e:01:02:03»']",
        good="vif = ['mac=02:16:3e:01:02:03']",
        keys=("vif",),
        check=_group,
    ),
    Rule(
        code="vif-mac-zero",
        group="vif",
        severity=Severity.WARNING,
        summary="a MAC address of zeros, which is none to xl",
        why="libxl takes all zeros for no address and makes up a random one each time the guest is created.",
        bad="vif = ['mac=«00:00:00:00:00:00»']",
        good="vif = ['mac=00:16:3e:00:00:01']",
        keys=("vif",),
        check=_zero,
    ),
    Rule(
        code="vif-mac-foreign",
        group="vif",
        severity=Severity.ADVICE,
        summary="a MAC address of another maker",
        why=(
            "The first three bytes tell who gives an address out. 00:16:3e is Xen's, and one with the local bit (2, 6, "
            "a or e as the second digit) is anybody's; any other may be that of a real card in the same network."
        ),
        bad="vif = ['mac=«08:00:27:01:02:03»']",
        good="vif = ['mac=00:16:3e:01:02:03', 'mac=5a:36:0e:be:00:09']",
        keys=("vif",),
        check=_foreign,
    ),
    Rule(
        code="vif-mac-twice",
        group="vif",
        severity=Severity.WARNING,
        summary="two network cards with one MAC address",
        why=(
            "A bridge sends what is for an address to where it has last seen it: with two cards behind one address "
            "packets arrive at either of them."
        ),
        bad="vif = ['mac=00:16:3e:01:02:03', 'mac=«00:16:3E:01:02:03»,bridge=xenbr1']",
        good="vif = ['mac=00:16:3e:01:02:03', 'mac=00:16:3e:01:02:04']",
        keys=("vif",),
        check=_twice,
    ),
    Rule(
        code="vif-no-mac",
        group="vif",
        severity=Severity.ADVICE,
        summary="a network card without a MAC address",
        why=(
            "libxl makes up an address each time the guest is created. Leases of DHCP, rules of firewalls and names "
            "of interfaces in the guest then do not last."
        ),
        bad="vif = ['«bridge=xenbr0»']",
        good="vif = ['mac=00:16:3e:01:02:03,bridge=xenbr0']",
        keys=("vif",),
        check=_missing,
        default=False,
    ),
)
