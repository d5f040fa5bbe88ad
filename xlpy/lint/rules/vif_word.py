"""Network interfaces: words that xl does not know, or passes over."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from xlpy.devices.vif import TOKENS, Vif
from xlpy.diagnostic import Edit, Fix, Related, Severity
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.helpers.spectexts import item_at, rewritten, spec_texts, taken, text_at
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.spectexts import SpecText
    from xlpy.specs import Item

_BY_NAME = {token.name: token for token in TOKENS}
_COMMON = tuple(name for name in _BY_NAME if not name.startswith("colo_"))
_MEANT = {
    "address": "mac", "bandwidth": "rate", "br": "bridge", "dev": "vifname", "hwaddr": "mac", "ifname": "vifname",
    "ipaddr": "ip", "limit": "rate", "macaddr": "mac", "name": "vifname", "target": "vifname",
}  # fmt: skip
"""What other tools call it."""
_OF_THE_GUEST = ("gateway", "gw", "netmask", "dns", "nameserver", "broadcast", "dhcp")
"""What xl sets for no guest."""
_FORMS = (
    ("mac", re.compile(r"(?:[0-9a-fA-F]{1,2}[:-]){5}[0-9a-fA-F]{1,2}")),
    ("ip", re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]+)?")),
    ("rate", re.compile(r"[0-9]+[GMK]?[bB]/s(?:@.*)?")),
    ("bridge", re.compile(r"(?:x|xen|vir|vm|ovs|lx[cd])?-?br(?:idge)?-?[a-z0-9]*[-.0-9]*|eth[0-9]+(?:\.[0-9]+)?")),
)
"""What a word without a name likely is."""
_ON = ("1", "yes", "true", "on")


# ---- words that xl does not know


def _unknown(guest: Guest, told: Diagnostic) -> Finding | None:
    text = text_at(guest, Vif, told.span) if told.span is not None else None
    item = item_at(text, told.span) if text is not None and told.span is not None else None
    if item is None:
        return None
    name, value = item.name.strip(), item.value
    if name in _BY_NAME and not _BY_NAME[name].known_to(guest.release):
        since = _BY_NAME[name].since
        summary = f"xl of Xen {guest.release} has no {name}, which came with {since}, and ignores it"
        return Finding(item.span, summary, f"leave it out, or use Xen {since}")
    return _bare(item) if value is None else _named(item, name, value)


def _bare(item: Item) -> Finding:
    """A word without =."""
    word = item.text.strip()
    meant = _form(word)
    advice = f"write {meant}" if meant else "write NAME=VALUE, as in bridge=xenbr0"
    new = rewritten(item, _trimmed(item), meant) if meant else None
    return Finding(_trimmed(item), f"xl does not know what {word} is to be, and ignores it", advice, new)


def _trimmed(item: Item) -> Span:
    return item.atom.inside(item.start, item.start + len(item.text.rstrip()))


def _form(word: str) -> str:
    """The word as NAME=VALUE; empty when it is not clear."""
    match = re.fullmatch(r"([a-z]+)[ \t]*[: \t][ \t]*([^ \t].*)", word)
    if match and match[1] in _BY_NAME:
        return f"{match[1]}={match[2]}"
    return next((f"{name}={word}" for name, form in _FORMS if form.fullmatch(word)), "")


def _named(item: Item, name: str, value: str) -> Finding:
    place = item.atom.inside(item.start, item.start + len(item.name))
    token = _BY_NAME.get(name)
    if token is not None and token.form == "flag":
        new = rewritten(item, item.span, name) if value.strip().lower() in _ON else None
        return Finding(item.span, f"{name} is a flag: xl ignores it with a value", f"write {name} alone", new)
    if token is not None:
        new = rewritten(item, item.span, f"{name}={value.strip()}")
        summary = f"xl takes the blank for a part of the name, and ignores {item.text}"
        return Finding(place, summary, f"write {name}={value.strip()}", new)
    if name.lower() in _OF_THE_GUEST:
        advice = "remove it: the guest itself, or its DHCP server, sets that"
        return Finding(place, f"xl knows no parameter {name} of a network card, and ignores {item.text}", advice)
    meant = _MEANT.get(name.lower()) or nearest(name, _COMMON)
    advice = f"did you mean {meant}?" if meant else f"what there is: {either(sorted(_COMMON))}"
    new = rewritten(item, place, meant) if meant else None
    return Finding(place, f"xl knows no parameter {name} of a network card, and ignores {item.text}", advice, new)


def _type(guest: Guest, told: Diagnostic) -> Finding | None:
    text = text_at(guest, Vif, told.span) if told.span is not None else None
    item = item_at(text, told.span) if text is not None and told.span is not None else None
    if item is None:
        return None
    value = (item.value or "").strip()
    meant = "vif" if value.lower() in ("netfront", "pv", "paravirtualised") else nearest(value, ("vif", "ioemu"))
    kept = "both the emulated and the PV card" if guest.kind == "hvm" else "a PV card"
    advice = f"type={meant}" if meant else "type=vif for a PV card alone, or type=ioemu for an emulated one beside it"
    return Finding(
        item.value_span if item.value else item.span,
        f"xl knows no type {value or 'without a word'} and ignores it: the guest has {kept}",
        f"write {advice}" + (", which gives the guest a PV card alone" if meant == "vif" else ""),
        rewritten(item, item.value_span, meant) if meant and item.value else None,
    )


def _accel(guest: Guest, told: Diagnostic) -> Finding | None:
    text = text_at(guest, Vif, told.span) if told.span is not None else None
    item = item_at(text, told.span) if text is not None and told.span is not None else None
    if item is None:
        return None
    new = pieces.without("remove accel", item.atom, item.start, item.start + len(item.text), safe=True)
    return Finding(item.span, "xl has no use for accel= and ignores it", "remove it", new)


def _netdev(guest: Guest, told: Diagnostic) -> Finding | None:
    text = text_at(guest, Vif, told.span) if told.span is not None else None
    item = item_at(text, told.span) if text is not None and told.span is not None else None
    if item is None:
        return None
    place = item.atom.inside(item.start, item.start + len(item.name))
    new = edits.replace("write gatewaydev", place, "gatewaydev")
    return Finding(place, "netdev is the old name of gatewaydev", "write gatewaydev=", new)


# ---- words that are lost


def _twice(guest: Guest) -> Iterator[Finding]:
    for text in spec_texts(guest, Vif):
        last = {_field(item): item for item in text.items if item.name in _BY_NAME}
        for item in text.items:
            winner = last.get(_field(item))
            if winner is not None and winner is not item and winner.text != item.text:
                related = (Related("this one counts", guest.source, winner.span),)
                summary = f"{item.text.strip()} is lost: xl takes the last one, {winner.text.strip()}"
                yield Finding(item.span, summary, "keep one of them", None, related)


def _field(item: Item) -> str:
    token = _BY_NAME.get(item.name)
    return token.field or token.name if token is not None else item.name


def _blanks(guest: Guest) -> Iterator[Finding]:
    for text, _ in taken(guest, Vif):
        for item in text.items:
            token, value = _BY_NAME.get(item.name), item.value or ""
            if token is None or token.form != "string" or token.name == "ip" or value in ("", value.strip()):
                continue
            leading = len(value) - len(value.lstrip())
            start, end = (0, leading) if leading else (len(value.rstrip()), len(value))
            where = "in front of" if leading else "behind"
            yield Finding(
                item.part(start, end),
                f"xl takes the blank {where} {value.strip()} for a part of it, and finds no such {item.name}",
                f"write {item.name}={value.strip()}",
                rewritten(item, item.value_span, value.strip()),
            )


def _scattered(guest: Guest) -> Iterator[Finding]:
    """A card whose parameters stand in texts of their own: each text is a card to xl."""
    texts = spec_texts(guest, Vif)
    names = [text.items[0].name if _is_single(text) else "" for text in texts]
    if len(texts) < 2 or not all(names) or len(set(names)) < len(names) or not {"mac", "bridge"} & set(names):
        return
    whole = Span(texts[0].atom.span.start, texts[-1].atom.span.end)
    yield Finding(
        whole,
        f"xl makes {len(texts)} network cards of this, one of each text",
        "put the words of a card in one text, with commas between them",
        _joined(guest, texts),
    )


def _is_single(text: SpecText[Vif]) -> bool:
    """Whether it is one NAME=VALUE and no more."""
    return len(text.items) == 1 and text.items[0].name in _BY_NAME and text.items[0].value is not None


def _joined(guest: Guest, texts: tuple[SpecText[Vif], ...]) -> Fix | None:
    """What stands between the texts becomes a comma, where that is nothing but blanks and the comma of the list."""
    gaps = [Span(first.atom.span.end - 1, second.atom.span.start + 1) for first, second in pairwise(texts)]
    quotes = {guest.text[at] for gap in gaps for at in (gap.start, gap.end - 1)}
    between = all(guest.text[gap.start + 1 : gap.end - 1].strip(" \t\n") == "," for gap in gaps)
    if len(quotes) > 1 or not between:
        return None
    return Fix(title="put them in one text", edits=tuple(Edit(gap, ",") for gap in gaps), safe=False)


RULES = (
    Rule(
        code="vif-unknown",
        group="vif",
        severity=Severity.WARNING,
        summary="a word in a vif that xl does not know",
        why=(
            "xl mentions a word that it does not know and goes on without it: the card ends on the default bridge, "
            "gets a random address, or is not limited. Words are lower-case, with no blank in front of the =."
        ),
        bad="vif = ['«xenbr1»', 'mac=00:16:3e:01:02:03,«brige»=xenbr1']",
        good="vif = ['bridge=xenbr1', '']",
        fixed="vif = ['bridge=xenbr1', 'mac=00:16:3e:01:02:03,bridge=xenbr1']",
        told=("vif-unrecognized",),
        retell=_unknown,
    ),
    Rule(
        code="vif-type",
        group="vif",
        severity=Severity.WARNING,
        summary="a type of a network card that xl does not know",
        why=(
            "type is vif for the PV card alone, or ioemu for an emulated one beside it, which HVM guests have if "
            "nothing is said. xl mentions another word and goes on without it."
        ),
        bad="type = 'hvm'\nvif = ['type=«netfront», bridge=xenbr0']",
        good="type = 'hvm'\nvif = ['type=vif, bridge=xenbr0']",
        fixed="type = 'hvm'\nvif = ['type=vif, bridge=xenbr0']",
        told=("vif-type",),
        retell=_type,
    ),
    Rule(
        code="vif-word-twice",
        group="vif",
        severity=Severity.WARNING,
        summary="a word that is given twice in one vif",
        why="xl takes the last one and says nothing about the others.",
        bad="vif = ['«bridge=xenbr0»,bridge=xenbr1']",
        good="vif = ['bridge=xenbr0', 'bridge=xenbr1']",
        keys=("vif",),
        check=_twice,
    ),
    Rule(
        code="vif-blank",
        group="vif",
        severity=Severity.WARNING,
        summary="a blank that becomes part of a value in a vif",
        why=(
            "xl skips blanks in front of a word; those behind the = or in front of the comma belong to the value. No "
            "bridge and no script is called that, and the guest is not created."
        ),
        bad="vif = ['bridge=« »xenbr0']",
        good="vif = [' bridge=xenbr0, ip=10.0.0.2 10.0.0.3 ,mac=00:16:3e:01:02:03 ']",
        fixed="vif = ['bridge=xenbr0']",
        keys=("vif",),
        check=_blanks,
    ),
    Rule(
        code="vif-one-as-two",
        group="vif",
        severity=Severity.WARNING,
        summary="one network card that is written as several",
        why=(
            "Each text in the list is a network card of its own. With mac= in one and bridge= in the next the guest "
            "has two cards: one on the default bridge, and one with a random address."
        ),
        bad="vif = [«'mac=00:16:3e:01:02:03', 'bridge=xenbr1'»]",
        good="vif = ['mac=00:16:3e:01:02:03,bridge=xenbr1', 'mac=00:16:3e:01:02:04,bridge=xenbr2']",
        fixed="vif = ['mac=00:16:3e:01:02:03,bridge=xenbr1']",
        keys=("vif",),
        check=_scattered,
    ),
    Rule(
        code="vif-accel",
        group="vif",
        severity=Severity.WARNING,
        summary="accel= of a network card",
        why="accel= chose a plugin for certain cards in xm. xl says that it does not support it, and goes on.",
        bad="vif = ['bridge=xenbr0,«accel=1»']",
        good="vif = ['bridge=xenbr0']",
        fixed="vif = ['bridge=xenbr0']",
        told=("vif-accel",),
        retell=_accel,
    ),
    Rule(
        code="vif-netdev",
        group="vif",
        severity=Severity.ADVICE,
        summary="netdev=, the old name of gatewaydev=",
        why="xl takes netdev= for gatewaydev= and says that it is deprecated.",
        bad="vif = ['script=vif-route,«netdev»=eth0']",
        good="vif = ['script=vif-route,gatewaydev=eth0']",
        fixed="vif = ['script=vif-route,gatewaydev=eth0']",
        told=("vif-netdev",),
        retell=_netdev,
    ),
)
