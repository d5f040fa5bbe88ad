"""PV displays, keyboards, sound cards and calls, and virtio devices: what xl cannot read in their specs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.cstring import same_word
from xlpy.devices import pvcalls, vdispl, virtio, vkb, vsnd
from xlpy.devices.pvcalls import Pvcalls
from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.helpers.specwords import retold, unknown_name
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.specs import split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic, Fix
    from xlpy.lint.guest import Guest
    from xlpy.source import Span

_TOKENS = {
    "pvcalls": pvcalls.TOKENS,
    "vdispl": vdispl.TOKENS,
    "virtio": virtio.TOKENS,
    "vkb": vkb.TOKENS,
    "vsnd": vsnd.TOKENS,
}
_RETOLD = {kind: retold(kind, tokens) for kind, tokens in _TOKENS.items()}
_SIZE = re.compile(r"(?P<id>[^:;]*):[ \t]*(?P<width>[0-9]+)[ \t]*[xX*][ \t]*(?P<height>[0-9]+)[ \t]*")
_FLOATS = {"float64_": "f64_", "float_": "f32_"}
"""How xl.cfg(5) writes some formats of samples, and how xl knows them."""


def _retell(guest: Guest, told: Diagnostic) -> Finding | None:
    """A name or a value that xl does not know."""
    return _RETOLD[told.code.partition("-")[0]](guest, told)


def _display(guest: Guest, told: Diagnostic) -> Finding | None:
    """A connector without a size that xl can read; anything else as other specs."""
    if told.span is None or "resolution" not in told.code:
        return _retell(guest, told)
    written = guest.text[slice(*told.span)]
    match = _SIZE.fullmatch(written)
    meant = f"{match['id']}:{match['width']}x{match['height']}" if match else ""
    fix = _write(told.span, meant) if meant and meant != written else None
    return Finding(
        told.span,
        f"connector {written.partition(':')[0] or '(without a name)'} has no size that xl can read",
        f"write {meant}" if fix else "write ID:WIDTHxHEIGHT, as in id0:1920x1080",
        fix,
    )


def _lost(guest: Guest, told: Diagnostic) -> Finding | None:
    """The list of connectors ends in peace at a size that does not begin with a number."""
    found = _display(guest, told)
    if found is None:
        return None
    return found._replace(summary=f"{found.summary}: it ends the list here, and the connectors from here on are empty")


def _sound(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.span is None:
        return None
    written = guest.text[slice(*told.span)]
    if told.code == "vsnd-sample-formats":
        old = next((old for old in _FLOATS if written.lower().startswith(old)), "")
        near = written.lower().replace(old, _FLOATS[old]) if old else nearest(written, vsnd.PCM_FORMATS)
        fix = _write(told.span, near) if near in vsnd.PCM_FORMATS else None
        advice = f"write {near}" if fix else f"there are {', '.join(vsnd.PCM_FORMATS)}"
        return Finding(told.span, f"{written} is no format of samples that xl knows", advice, fix)
    if told.code == "vsnd-section":
        near = nearest(written, vsnd.SECTIONS)
        summary = f"a section of a sound card begins with {either(vsnd.SECTIONS)}, not with {written}"
        return Finding(told.span, summary, f"write {near}" if near else "", _write(told.span, near) if near else None)
    if told.code == "vsnd-no-list":
        fix = edits.replace("make a list of it", told.span, f"[{written}]", safe=False)
        advice = 'write [ [ "card, ...", "pcm, ...", "stream, ..." ] ]'
        return Finding(
            told.span, "a sound card is a list of its sections, not a text: xl refuses the file", advice, fix
        )
    return _in_section(guest, told.span, written) if told.code == "vsnd-unknown" else _retell(guest, told)


def _in_section(guest: Guest, span: Span, written: str) -> Finding | None:
    """A name that the section does not have, though another may."""
    before = guest.text[: span.start]
    opened = max(before.rfind('"'), before.rfind("'"))
    section = same_word(before[opened + 1 :].partition(",")[0].strip(" "))
    known = vsnd.SECTIONS.get(section)
    return unknown_name(f"the section {section} of vsnd", known, written, span) if known else None


def _write(span: Span, text: str) -> Fix:
    return edits.replace(f"write {text}", span, text, safe=False)


def _virtio(guest: Guest, told: Diagnostic) -> Finding | None:
    if told.span is None:
        return None
    written = guest.text[slice(*told.span)]
    if told.code == "virtio-transport":
        summary = f"virtio has no transport {written}: xl gives up without a word"
        return Finding(told.span, summary, "write transport=mmio", _write(told.span, "mmio"))
    if told.code == "virtio-type-cut":
        summary = f"the type {written} must go on behind a comma: xl crashes here"
        return Finding(told.span, summary, "write the number of the device behind it, as in type=virtio,device22")
    return _retell(guest, told)


def _word(guest: Guest) -> Iterator[Finding]:
    """A word without a value ends a spec of pvcalls in silence."""
    for atom in guest.atoms(Pvcalls.KIND):
        item = next((item for item in split(atom) if item.value is None and item.text.strip(" \t")), None)
        if item is not None:
            bare = item.text.strip(" \t")
            sole = item.text.strip(" \t") == atom.text.strip(" \t")
            fix = (
                _write(item.span, f"backend={bare}")
                if sole
                else pieces.without("remove it", atom, item.start, item.start + len(item.text))
            )
            summary = f"{bare} is no NAME=VALUE: xl stops reading here, and takes Domain-0 where no backend is said"
            yield Finding(item.span, summary, f"write backend={bare}" if sole else "remove it", fix)


RULES = (
    Rule(
        code="display-bad-spec",
        group="display",
        severity=Severity.ERROR,
        summary="a PV display or keyboard that xl cannot read",
        why=(
            "The specs in vdispl and vkb are NAME=VALUE with commas between them. A display needs a connector with its "
            "size, a keyboard or pointer needs backend-type, and a touch screen its size. xl refuses the file "
            "otherwise; older releases crash over a connector without a size."
        ),
        bad='vdispl = ["backend=displays, «beAlloc»=0, connectors=id0:800x600"]',
        good='vdispl = ["connectors=id0:1920x1080;id1:800x600"]\nvkb = ["backend-type=linux, unique-id=T0"]',
        fixed='vdispl = ["backend=displays, be-alloc=0, connectors=id0:800x600"]',
        told=("vdispl-*", "vkb-*"),
        retell=_display,
    ),
    Rule(
        code="display-connectors-lost",
        group="display",
        severity=Severity.WARNING,
        summary="connectors of a PV display that are lost",
        why=(
            "xl mistakes a size that does not begin with a number for a success: it says that it cannot read it, and "
            "goes on with connectors without names and sizes."
        ),
        bad='vdispl = ["connectors=id0:800x600;«id1:big»"]',
        good='vdispl = ["connectors=id0:800x600;id1:1920x1080"]',
        told=("vdispl-resolution",),
        retell=_lost,
    ),
    Rule(
        code="sound-bad-spec",
        group="sound",
        severity=Severity.ERROR,
        summary="a PV sound card that xl cannot read",
        why=(
            "Each card in vsnd is a list of texts: one for the card, one for each PCM device, one for each stream, and "
            "each begins with the word card, pcm or stream. xl refuses the file for names and values that it does not "
            "know there."
        ),
        bad='vsnd = [["card", "pcm", "stream, «id»=0, type=p"]]',
        good='vsnd = [["card, short-name=VCard", "pcm, name=general", "stream, unique-id=0, type=p"]]',
        fixed='vsnd = [["card", "pcm", "stream, unique-id=0, type=p"]]',
        told=("vsnd-*",),
        retell=_sound,
    ),
    Rule(
        code="virtio-bad-spec",
        group="virtio",
        severity=Severity.ERROR,
        summary="a virtio device, or PV calls, that xl cannot read",
        why=(
            "The specs in virtio and pvcalls are NAME=VALUE with commas between them. mmio is the only transport, and "
            "a type that begins with virtio goes on behind a comma, as in virtio,device22."
        ),
        bad='virtio = ["type=virtio,device22, transport=«pci»"]',
        good='virtio = ["type=virtio,device22, transport=mmio"]\npvcalls = ["backend=netdom", ""]',
        fixed='virtio = ["type=virtio,device22, transport=mmio"]',
        told=("virtio-*", "pvcalls-*"),
        retell=_virtio,
    ),
    Rule(
        code="pvcalls-word",
        group="virtio",
        severity=Severity.WARNING,
        summary="a word in pvcalls at which xl stops",
        why=(
            "xl stops reading at a word without a value and says nothing of it. Without backend= the guest's sockets "
            "are those of Domain-0."
        ),
        bad='pvcalls = ["«netdom»"]',
        good='pvcalls = ["backend=netdom"]',
        fixed='pvcalls = ["backend=netdom"]',
        keys=(Pvcalls.KIND,),
        check=_word,
    ),
)
