"""Network interfaces: their limits and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.devices.vif import Vif
from xlpy.diagnostic import Severity
from xlpy.lint.helpers.spectexts import item_at, rewritten, taken, text_at
from xlpy.lint.rule import Finding, Rule
from xlpy.values import parse_rate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest

_FORM = "write it as 10Mb/s (bits) or 10MB/s (bytes), with G, M, K or nothing, and @20ms for another interval"
_LIKE_RATE = re.compile(
    r"[ \t]*(?P<number>[0-9]+)(?:\.(?P<part>[0-9]{1,3}))?[ \t]*(?P<times>[kKmMgG]?)i?"
    r"(?P<unit>[bB]|[bB]its?|[bB]ytes?)(?:[ \t]*(?:ps|/[ \t]*s(?:ec(?:ond)?)?))?[ \t]*"
)
_LIKE_INTERVAL = re.compile(r"[ \t]*(?P<number>[0-9]+)[ \t]*(?P<unit>u|m|)s(?:ecs?|econds?)?[ \t]*", re.IGNORECASE)
_SMALLER = {"G": "M", "M": "K", "K": ""}
_BARE_INTERVAL = re.compile(r"@([0-9]+)$")
_LONG_SECONDS = 1000
_MOST_SECONDS = (2**32 - 1) // 1_000_000
_LEAST_MTU, _MOST_MTU = 68, 65535


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    text = text_at(guest, Vif, told.span) if told.span is not None else None
    item = item_at(text, told.span) if text is not None and told.span is not None else None
    if item is None or item.value is None:
        return None
    rate, at, interval = item.value.partition("@")
    why = _why_not(item.value)
    if not why:
        summary = f"{item.value} is too large to xl, because another number in the file is"
        return Finding(item.value_span, summary, "correct that number first: a limit of xl's own")
    meant = _meant(rate) + (at and at + _meant_interval(interval))
    good = bool(meant) and not _why_not(meant)
    new = rewritten(item, item.value_span, meant) if good else None
    place = item.value_span if item.value else item.span
    form = f"write {rate}Mb/s (megabits) or {rate}MB/s (megabytes), whichever is meant" if rate.isdecimal() else _FORM
    return Finding(place, why, f"write {meant}" if good else form, new)


def _why_not(text: str) -> str:
    """What is wrong with a rate; empty when nothing is."""
    try:
        parse_rate(text)
    except ValueError as error:
        kind = str(error).partition(" in ")[0]
    else:
        return ""
    if "interval overflow" in kind:
        return f"the interval in {text} is out of range: xl takes up to {_MOST_SECONDS} seconds, and not 0"
    if "overflow" in kind:
        return f"the rate {text} is out of range: xl takes 1 to {2**32 - 1} of its unit"
    return {"no rate specified": "rate= has no rate", "invalid rate": f"xl cannot read the rate {text}"}.get(
        kind, f"xl cannot read the interval in {text}"
    )


def _meant(rate: str) -> str:
    """The rate in xl's form; empty when it is not clear, as for 10M."""
    match = _LIKE_RATE.fullmatch(rate)
    if match is None:
        return ""
    number, times = match["number"], match["times"].upper()
    if match["part"]:
        if not times:
            return ""
        number, times = f"{number}{match['part']:0<3}".lstrip("0"), _SMALLER[times]
    unit = match["unit"] if len(match["unit"]) == 1 else "b" if match["unit"].lower().startswith("bit") else "B"
    return f"{number}{times}{unit}/s"


def _meant_interval(text: str) -> str:
    match = _LIKE_INTERVAL.fullmatch(text)
    return f"{match['number']}{match['unit'].lower()}s" if match else text


def _number(guest: Guest, told: Diagnostic) -> Finding | None:
    text = text_at(guest, Vif, told.span) if told.span is not None else None
    item = item_at(text, told.span) if text is not None and told.span is not None else None
    if item is None:
        return None
    place = item.value_span if item.value else item.span
    return Finding(place, f"{item.name} must be a number, not {item.value!r}", f"write {item.name}=1500 or the like")


# ---- limits that do not limit what they seem to


def _interval(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        item = text.item("rate")
        match = _BARE_INTERVAL.search(item.value or "") if item is not None else None
        if item is None or match is None:
            continue
        micro = int(match[1]) >= _LONG_SECONDS
        yield Finding(
            item.part(match.start(1), match.end(1)),
            f"xl takes an interval without a unit for seconds, and this is {vif.rate_interval_usecs // 1_000_000} "
            "of them; its manual says microseconds",
            f"write {match[1]}us or {match[1]}s, whichever is meant",
            rewritten(item, item.part(match.start(1), match.end(1)), f"{match[1]}us") if micro else None,
        )


def _nothing(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        if vif.rate_interval_usecs and not vif.rate_bytes_per_interval:
            yield Finding(
                text.span("rate"),
                f"at this rate not one byte may pass in an interval of {vif.rate_interval_usecs} microseconds",
                "write a larger rate, or a longer interval",
            )


def _mtu(guest: Guest) -> Iterator[Finding]:
    for text, vif in taken(guest, Vif):
        if text.item("mtu") is not None and not _LEAST_MTU <= vif.mtu <= _MOST_MTU:
            why = "is none: libxl takes its default" if not vif.mtu else "is refused by Linux on either side"
            yield Finding(text.span("mtu"), f"an MTU of {vif.mtu} {why}", f"write {_LEAST_MTU} to {_MOST_MTU}")


RULES = (
    Rule(
        code="vif-bad-rate",
        group="vif",
        severity=Severity.ERROR,
        summary="a rate of a network card that xl cannot read",
        why=(
            "A rate is a number, G, M, K or nothing, b for bits or B for bytes, and /s; behind an @ an interval may "
            "follow in us, ms or s. Letters are as here, numbers are whole. xl refuses the file otherwise."
        ),
        bad="vif = ['bridge=xenbr0,rate=«10mbit»']",
        good="vif = ['bridge=xenbr0,rate=10Mb/s', 'rate=1MB/s@20ms']",
        fixed="vif = ['bridge=xenbr0,rate=10Mb/s']",
        told=("vif-rate",),
        retell=_retell,
    ),
    Rule(
        code="vif-not-a-number",
        group="vif",
        severity=Severity.ERROR,
        summary="an MTU or a number of a network card that is no number",
        why="xl refuses the file when mtu= or devid= is anything but a whole number that is not negative.",
        bad="vif = ['bridge=xenbr0,mtu=«jumbo»']",
        good="vif = ['bridge=xenbr0,mtu=9000']",
        told=("vif-mtu", "vif-devid"),
        retell=_number,
    ),
    Rule(
        code="vif-rate-interval",
        group="vif",
        severity=Severity.WARNING,
        summary="an interval of a rate without a unit, which is in seconds",
        why=(
            "The manual of xl says that an interval without a unit is in microseconds; xl takes it for seconds. With "
            "@1000 the guest may send the credit of a quarter of an hour at once, and then has to wait as long."
        ),
        bad="vif = ['bridge=xenbr0,rate=10Mb/s@«3000»']",
        good="vif = ['bridge=xenbr0,rate=10Mb/s@3000us', 'rate=10Mb/s@3s']",
        fixed="vif = ['bridge=xenbr0,rate=10Mb/s@3000us']",
        keys=("vif",),
        check=_interval,
    ),
    Rule(
        code="vif-rate-nothing",
        group="vif",
        severity=Severity.WARNING,
        summary="a rate so low that nothing passes",
        why=(
            "Linux counts whole bytes for each interval, 50 ms if nothing is said. A rate that comes to less than one "
            "is a credit of nothing."
        ),
        bad="vif = ['bridge=xenbr0,rate=«100b/s»']",
        good="vif = ['bridge=xenbr0,rate=100b/s@1s']",
        keys=("vif",),
        check=_nothing,
    ),
    Rule(
        code="vif-bad-mtu",
        group="vif",
        severity=Severity.WARNING,
        summary="an MTU that no network card can have",
        why="Linux takes an MTU from 68 to 65535; with any other one the script of the card fails. 0 is the default.",
        bad="vif = ['bridge=xenbr0,mtu=«15»']",
        good="vif = ['bridge=xenbr0,mtu=1500']",
        keys=("vif",),
        check=_mtu,
    ),
)
