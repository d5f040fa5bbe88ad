"""PV framebuffers: words of their specs that xl passes over, and keys of the display that do nothing beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.devices.vfb import TOKENS, Vfb
from xlpy.diagnostic import Edit, Fix, Severity
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.helpers.keyed import declared, is_numeric, is_secret
from xlpy.lint.helpers.screens import display_keys
from xlpy.lint.helpers.specwords import meant
from xlpy.lint.rule import Finding, Rule
from xlpy.source import Span
from xlpy.specs import split
from xlpy.vocabulary import HVM, PV

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom, Setting
    from xlpy.specs import Item

_BY_NAME = {token.name: token for token in TOKENS}
_OF_XM = {"type=vnc": "vnc=1", "type=sdl": "sdl=1"}
"""What xm's configurations say, which xl does not know any more."""


def _words(guest: Guest) -> Iterator[Finding]:
    for atom in guest.atoms(Vfb.KIND):
        items = list(split(atom))
        for number, item in enumerate(items):
            if item.value is None:
                if item.text.strip(" \t"):
                    secret = number > 0 and is_secret(items[number - 1].name)
                    yield _bare(atom, item, items[number + 1 :], "what follows" if secret else item.text.strip(" \t"))
                break
            if item.name not in _BY_NAME:
                yield _unknown(atom, item, {other.name for other in items})


def _bare(atom: Atom, item: Item, behind: list[Item], word: str) -> Finding:
    """A word without a value ends the spec."""
    lost = f", and with it {', '.join(other.name for other in behind)}" if behind else ""
    if word in _BY_NAME and _BY_NAME[word].form == "boolean":
        fix = edits.replace(f"write {word}=1", item.span, f"{word}=1", safe=False)
        return Finding(item.span, f"{word} has no value: xl stops here{lost}", f"write {word}=1", fix)
    fix = pieces.without("remove it", atom, item.start, item.start + len(item.text), safe=not behind)
    return Finding(
        item.span, f"{word} is no NAME=VALUE: xl stops reading here{lost}", "remove it, or give it a value", fix
    )


def _unknown(atom: Atom, item: Item, given: set[str]) -> Finding:
    """A name that xl passes over."""
    name = Span(item.span.start, item.span.start + len(item.name))
    new = _OF_XM.get(item.text.strip(" \t"))
    if new and new.partition("=")[0] not in given:
        fix = edits.replace(f"write {new}", item.span, new, safe=False)
        return Finding(item.span, f"{item.text} was for xm: xl passes over it", f"write {new}", fix)
    near = meant(item.name, _BY_NAME)
    if near and near not in given:
        fix = edits.replace(f"write {near}", name, near, safe=False)
        return Finding(name, f"a framebuffer has no {item.name}: xl passes over it", f"did you mean {near}?", fix)
    fix = pieces.without("remove it", atom, item.start, item.start + len(item.text), safe=True)
    return Finding(
        name, f"a framebuffer has no {item.name}: xl passes over it", f"there are {', '.join(_BY_NAME)}", fix
    )


def _hvm(guest: Guest) -> Iterator[Finding]:
    if guest.kind == HVM and any(True for _ in guest.atoms(Vfb.KIND)):
        yield Finding(
            guest.entries[Vfb.KIND].name_span,
            "an HVM guest has no framebuffer: libxl does nothing with vfb, and the display is as the keys say",
            "write what it says as keys of the file, as in vnc = 1",
            _as_keys(guest),
            covers=Span(guest.entries[Vfb.KIND].name_span.start, guest.span(Vfb.KIND).end),
        )


def _as_keys(guest: Guest) -> Fix | None:
    """The only framebuffer as keys; None where more is to be said of it than they can."""
    settings, atoms = guest.assignments_of(Vfb.KIND), list(guest.atoms(Vfb.KIND))
    if len(settings) != 1 or len(atoms) != 1 or _has_comment(guest, settings[0]):
        return None
    written = dict(_pairs(atoms[0]))
    lines = [f"{name} = {_literal(name, value)}" for name, value in written.items() if name not in guest.entries]
    if any(name not in display_keys() or is_secret(name) or '"' in value for name, value in written.items()):
        return None
    if not lines:
        return edits.remove(guest.text, settings[0], safe=False)
    start = settings[0].name_span.start
    indent = guest.text[guest.text.rfind("\n", 0, start) + 1 : start]
    separator = "; " if indent.strip(" \t") else f"\n{indent}"
    edit = Edit(Span(start, settings[0].end), separator.join(lines))
    return Fix(title="write it as keys", edits=(edit,), safe=False)


def _pairs(atom: Atom) -> Iterator[tuple[str, str]]:
    for item in split(atom):
        name, _, value = _OF_XM.get(item.text.strip(" \t"), item.text).partition("=")
        yield name, value.strip(" \t")


def _literal(name: str, value: str) -> str:
    key = declared(name)
    return value if key is not None and is_numeric(key) and value.isdecimal() else f'"{value}"'


def _has_comment(guest: Guest, setting: Setting) -> bool:
    return any(setting.name_span.start < comment.start < setting.end for comment in guest.comments)


def _idle_keys(guest: Guest) -> Iterator[Finding]:
    """The keys of the display in a PV guest that has framebuffers of its own, or none."""
    if guest.kind != PV:
        return
    given = [name for name in display_keys() if name in guest.entries]
    if any(True for _ in guest.atoms(Vfb.KIND)):
        for name in given:
            setting = guest.assignments_of(name)[-1]
            summary = f"{name} has no effect beside vfb, which says what the guest's display is"
            yield Finding(setting.name_span, summary, f"write {name}= into vfb", edits.remove(guest.text, setting))
    elif "vnc" not in guest.entries:
        telling = [name for name in given if guest.number(name) != 0 and guest.value(name)]
        for name in telling[:1]:
            summary = f"{name} has no effect: a PV guest has no display unless vnc = 1 or vfb gives it one"
            yield Finding(guest.entries[name].name_span, summary, "add vnc = 1, or remove it")


RULES = (
    Rule(
        code="vfb-word",
        group="graphics",
        severity=Severity.WARNING,
        summary="a word in vfb that xl passes over",
        why=(
            "xl ignores names that it does not know in vfb, and stops reading at a word without a value: what stands "
            "behind it is lost. It says nothing of either. type=vnc is how xm wrote vnc=1."
        ),
        bad='vfb = ["«type=vnc»,vnclisten=127.0.0.1"]',
        good='vfb = ["vnc=1,vnclisten=127.0.0.1"]',
        fixed='vfb = ["vnc=1,vnclisten=127.0.0.1"]',
        keys=(Vfb.KIND,),
        check=_words,
    ),
    Rule(
        code="vfb-for-hvm",
        group="graphics",
        severity=Severity.WARNING,
        summary="vfb in an HVM guest",
        why=(
            "A framebuffer is the display of PV and PVH guests. An HVM guest has an emulated graphics card, which the "
            "keys vnc, vnclisten and so on describe. libxl does nothing with its vfb, so that an address or a password "
            "in it does not hold."
        ),
        bad='type = "hvm"\n«vfb» = ["vnc=1,vnclisten=127.0.0.1"]',
        good='type = "hvm"\nvnc = 1\nvnclisten = "127.0.0.1"',
        fixed='type = "hvm"\nvnc = 1\nvnclisten = "127.0.0.1"',
        keys=(Vfb.KIND,),
        check=_hvm,
        explains=("vfb-*", "spec-number"),
    ),
    Rule(
        code="display-keys-unused",
        group="graphics",
        severity=Severity.WARNING,
        summary="keys of the display in a PV guest that do nothing",
        why=(
            "A PV guest has a display when vfb names one. Without vfb, xl makes one of vnc, vnclisten and so on, but "
            "only where vnc is 1. Beside vfb it reads none of these keys."
        ),
        bad='vfb = ["vnc=1"]\n«vnclisten» = "127.0.0.1"',
        good='vnc = 1\nvnclisten = "127.0.0.1"',
        fixed='vfb = ["vnc=1"]',
        keys=tuple(display_keys()),
        check=_idle_keys,
    ),
)
