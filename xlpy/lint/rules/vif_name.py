"""Network interfaces: their names, numbers and addresses in Dom0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.devices.vif import Vif
from xlpy.diagnostic import Related, Severity
from xlpy.lint.helpers import placeholders
from xlpy.lint.helpers.spectexts import taken
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.rules.vif_model import is_emulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.spectexts import SpecText

_LONGEST_NAME = 15
_OF_TAP = "-emu"
_NOT_IN_NAMES = re.compile(r"[/:\s]")
_FILLED_IN = re.compile(r"[{}%$@]")
"""In a name that a script of its own completes."""
_NUMERIC_ADDRESS = re.compile(r"[0-9.]+(?:/[0-9]+)?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:/[0-9]+)?")
_VLAN = re.compile(r"([0-9]+)(?:[pu]?|-([0-9]+)u?|\+([0-9]+)x([0-9]+)u?)")
_LAST_VLAN = 4094


def _bad_name(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        name = vif.ifname or ""
        if _FILLED_IN.search(name):
            continue
        tap = _OF_TAP if is_emulated(guest, vif) else ""
        if _NOT_IN_NAMES.search(name.strip()) or name in (".", ".."):
            yield Finding(
                text.span("vifname"), f"Linux allows no / : or blank in a name as {name}", "name it otherwise"
            )
        elif len((name + tap).encode(errors="surrogateescape")) > _LONGEST_NAME:
            with_tap = f"with the {tap} of the emulated card " if tap else ""
            yield Finding(
                text.span("vifname"),
                f"{name} is too long: {with_tap}it has {len(name + tap)} characters, and Linux allows {_LONGEST_NAME}",
                f"use a name of at most {_LONGEST_NAME - len(tap)} characters",
            )


def _repeated(what: Callable[[Vif], object], word: str, why: str) -> Callable[[Guest], Iterator[Finding]]:
    """A check that no two cards have the same of something."""

    def check(guest: Guest) -> Iterator[Finding]:
        seen: dict[object, SpecText[Vif]] = {}
        for text, vif in taken(guest, Vif):
            value = what(vif)
            first = seen.setdefault(value, text) if value is not None else text
            if first is not text:
                related = (Related("the other one", guest.source, first.span(word)),)
                yield Finding(text.span(word), why.format(value), f"give each a {word} of its own", None, related)

    return check


def _bad_ip(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        item = text.item("ip") if vif.ip else None
        for match in re.finditer(r"\S+", vif.ip or "") if item is not None else ():
            if item is not None and _NUMERIC_ADDRESS.fullmatch(match[0]) and not _is_address(match[0]):
                yield Finding(
                    item.part(*match.span()),
                    f"{match[0]} is no IP address: the scripts of Dom0 set up no rule or route for it",
                    "write addresses as 192.0.2.10 or 2001:db8::1, with blanks between them",
                )


def _is_address(text: str) -> bool:
    from ipaddress import ip_interface

    try:
        return bool(ip_interface(text))
    except ValueError:
        return False


def _bad_vlan(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        item, at = text.item("vlan"), 0
        for term in (vif.vlan or "").split("/") if item is not None and vif.vlan else ():
            if item is not None and not _is_vlan(term) and not placeholders.fills(term):
                yield Finding(
                    item.part(at, at + len(term)) if term else item.value_span,
                    f"{term or 'nothing'} is no VLAN: the script of the card fails",
                    f"write numbers from 1 to {_LAST_VLAN}, as in 10 or 10p/20/30-35",
                )
            at += len(term) + 1


def _is_vlan(term: str) -> bool:
    match = _VLAN.fullmatch(term)
    if match is None:
        return False
    first, last, step, count = (int(one) if one else None for one in match.groups())
    end = last if last is not None else (first or 0) + (step or 0) * (count or 0)
    return first is not None and 1 <= first <= end <= _LAST_VLAN


RULES = (
    Rule(
        code="vif-bad-name",
        group="vif",
        severity=Severity.WARNING,
        summary="a vifname that no interface can have",
        why=(
            "The interface in Dom0 gets this name, of which Linux allows 15 characters. The emulated card of an HVM "
            "guest has a second one with -emu behind it. With a longer name the guest is not created."
        ),
        bad="vif = ['vifname=«webserver-internal»']",
        good="vif = ['vifname=webserver-int']",
        keys=("vif",),
        check=_bad_name,
    ),
    Rule(
        code="vif-name-twice",
        group="vif",
        severity=Severity.WARNING,
        summary="two network cards with one vifname",
        why="Dom0 has one interface of a name: the second card is not set up, and the guest is not created.",
        bad="vif = ['vifname=web0', 'vifname=«web0»']",
        good="vif = ['vifname=web0', 'vifname=web1']",
        keys=("vif",),
        check=_repeated(lambda vif: vif.ifname or None, "vifname", "two cards are to be {} in Dom0"),
    ),
    Rule(
        code="vif-devid-twice",
        group="vif",
        severity=Severity.WARNING,
        summary="two network cards with one number",
        why=(
            "xl numbers cards by their place in the list, from 0, unless devid= says otherwise. libxl refuses a "
            "second card with the same number."
        ),
        bad="vif = ['devid=1', '«bridge=xenbr1»']",
        good="vif = ['devid=2', 'bridge=xenbr1']",
        keys=("vif",),
        check=_repeated(lambda vif: vif.devid, "devid", "two cards have the number {}: the guest is not created"),
    ),
    Rule(
        code="vif-bad-ip",
        group="vif",
        severity=Severity.WARNING,
        summary="an ip= that is no address",
        why=(
            "The scripts of Dom0 make rules of firewalls or routes of the addresses in ip=. With what is none the "
            "guest has no network, or none that is filtered."
        ),
        bad="vif = ['ip=«192.0.2.300»,bridge=xenbr0']",
        good="vif = ['ip=192.0.2.30 2001:db8::30 198.51.100.0/24,bridge=xenbr0']",
        keys=("vif",),
        check=_bad_ip,
    ),
    Rule(
        code="vif-bad-vlan",
        group="vif",
        severity=Severity.WARNING,
        summary="a vlan= that the scripts of Dom0 cannot read",
        why=(
            "vlan= has numbers from 1 to 4094, ranges and series with / between them, p or u behind one that is "
            "untagged. xl does not look at it; the script that does fails."
        ),
        bad="vif = ['vlan=«5000»,bridge=xenbr0']",
        good="vif = ['vlan=10p/20/30-35/100+10x4,bridge=xenbr0']",
        keys=("vif",),
        check=_bad_vlan,
    ),
)
