"""What an HVM guest's machine is made of: lists and limits that xl refuses, and what does not go together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.cstring import same_word
from xlpy.diagnostic import Related, Severity
from xlpy.libxl import Hvm
from xlpy.lint import edits
from xlpy.lint.helpers import pieces
from xlpy.lint.helpers.keyed import entry_at
from xlpy.lint.helpers.words import either, nearest
from xlpy.lint.rule import Finding, Rule
from xlpy.options.emulation import SOUND_CARDS
from xlpy.options.hvm import VIRIDIAN_GROUPS
from xlpy.options.mca import CAPABILITIES
from xlpy.options.smbios import TOKENS as SMBIOS
from xlpy.vocabulary import HVM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest
    from xlpy.nodes import Atom

_SMBIOS = {token.name: token for token in SMBIOS}
_COLORS = re.compile(r"([0-9]+)-([0-9]+)")
_CHECKED_SOUND = (4, 17)
"""From here on libxl makes a device of the sound card, and looks at its name."""


def _atom(guest: Guest, name: str, told: Diagnostic) -> Atom | None:
    """The item of a list that a diagnostic is about."""
    return next((atom for atom in guest.atoms(name) if atom.span == told.span), None)


def _viridian(guest: Guest, told: Diagnostic) -> Finding | None:
    atom = _atom(guest, "viridian", told)
    words = (*VIRIDIAN_GROUPS, "all", "defaults")
    if atom is None:
        return None
    mark = "!" if atom.text.startswith("!") else ""
    near = nearest(atom.text.removeprefix("!"), words)
    span = atom.inside(0, len(atom.text)) if atom.text else atom.span
    fix = edits.replace(f"write {mark}{near}", span, mark + near, safe=False) if near and atom.text else None
    advice = f"write {mark}{near}" if near else f"there are {', '.join(words)}"
    return Finding(
        span, f"xl knows no group of enlightenments {atom.text or '(empty)'}, and refuses the file", advice, fix
    )


def _mca(guest: Guest, told: Diagnostic) -> Finding | None:
    known = either(f'"{name}"' for name in CAPABILITIES)
    atom = _atom(guest, "mca_caps", told) or guest.atom("mca_caps")
    if atom is None or told.span is None:
        return None
    if told.code == "bad-mca-caps":
        fix = (
            edits.replace("make a list of it", told.span, f'["{atom.text}"]', safe=False)
            if atom.text in CAPABILITIES
            else None
        )
        return Finding(told.span, "mca_caps is a list: xl refuses a single value", f"write [{known}]", fix)
    near = nearest(atom.text, CAPABILITIES)
    fix = edits.replace(f'write "{near}"', told.span, f'"{near}"', safe=False) if near else None
    return Finding(
        told.span, f"xl knows no MCA capability {atom.text or '(empty)'}, and refuses the file", f"write {known}", fix
    )


def _limit(guest: Guest, told: Diagnostic) -> Finding | None:
    entry = entry_at(guest, told.span)
    if entry is None or told.span is None:
        return None
    written = guest.text[slice(*told.span)]
    if entry.name == "mmio_hole":
        return Finding(
            told.span, f"a hole of {written} MiB is impossible: it is 256 to 3840 MiB large", "write 1024, say"
        )
    most = 65535 if entry.name == "altp2m_count" else 2147483647
    silently = "" if entry.name == "altp2m_count" else ", and ends without a word"
    summary = f"{entry.name} is a number from 0 to {most}: xl refuses {written}{silently}"
    return Finding(told.span, summary, "remove it for the default, or write such a number")


def _colors(guest: Guest, told: Diagnostic) -> Finding | None:
    atom = _atom(guest, "llc_colors", told)
    if atom is None:
        return None
    span = atom.inside(0, len(atom.text)) if atom.text else atom.span
    match = _COLORS.fullmatch(atom.text)
    if told.code != "bad-llc-color":
        return Finding(span, f"{atom.text} are more colours than there can be", "write FIRST-LAST, as in 0-7")
    if match is None:
        return Finding(
            span, f"{atom.text or 'nothing'} is no range of colours", "write a number or FIRST-LAST, as in 0-7"
        )
    meant = f"{match[2]}-{match[1]}"
    fix = edits.replace(f"write {meant}", span, meant, safe=False)
    return Finding(span, f"{atom.text} ends before it begins: xl refuses it", f"write {meant}", fix)


def _smbios(guest: Guest, told: Diagnostic) -> Finding | None:
    atom = _atom(guest, "smbios", told)
    if atom is None or not atom.text:
        return None
    name, equals, value = atom.text.partition("=")
    if equals and value and same_word(name) in _SMBIOS:
        return None
    near = same_word(name).replace("vendor", "manufacturer")
    near = near if near in _SMBIOS else nearest(name, _SMBIOS)
    if not equals or not value:
        summary = f"{atom.text} has no value: xl refuses the file"
        return Finding(atom.inside(0, len(atom.text)), summary, f"write {near or 'NAME'}=TEXT")
    span = atom.inside(0, len(name))
    fix = edits.replace(f"write {near}", span, near, safe=False) if near else None
    advice = f"did you mean {near}?" if near else f"there are {', '.join(_SMBIOS)}"
    return Finding(span, f"SMBIOS has no string {name}: xl refuses the file", advice, fix)


def _smbios_twice(guest: Guest) -> Iterator[Finding]:
    seen: dict[str, Atom] = {}
    for atom in guest.atoms("smbios") if guest.kind == HVM else ():
        name = same_word(atom.text.partition("=")[0])
        if name in seen and name != "oem":
            before = seen[name]
            fix = pieces.without_element("remove the first", guest.text, before.span)
            other = Related("the one that holds", guest.source, atom.span)
            summary = f"{name} is given again below, and the last one holds"
            yield Finding(before.inside(0, len(before.text)), summary, "remove one of them", fix, (other,))
        seen[name] = atom


def _sound(guest: Guest) -> Iterator[Finding]:
    atom = guest.atom("soundhw")
    if guest.kind != HVM or atom is None or guest.release < _CHECKED_SOUND or same_word(atom.text) in SOUND_CARDS:
        return
    span = atom.inside(0, len(atom.text)) if atom.text else atom.span
    several = [word for word in atom.text.split(",") if same_word(word.strip()) in SOUND_CARDS]
    near = several[0].strip() if several else nearest(atom.text, SOUND_CARDS)
    fix = edits.replace(f"write {near}", span, near, safe=False) if near and atom.text else None
    why = "a guest has one emulated sound card" if several else f"there is no sound card {atom.text or '(empty)'}"
    yield Finding(span, f"{why}: libxl fails when it starts QEMU", f"write {near or either(SOUND_CARDS)}", fix)


def _nested(guest: Guest) -> Iterator[Finding]:
    info = guest.config.b_info
    old = isinstance(info.u, Hvm) and bool(info.u.altp2m)
    if info.nested_hvm and "nestedhvm" in guest.entries and (old or info.altp2m != "disabled"):
        name = "altp2mhvm" if old else "altp2m"
        yield Finding(
            guest.entries["nestedhvm"].name_span,
            f"nestedhvm and {name} exclude each other: libxl refuses to create the domain",
            "keep one of them",
            edits.remove(guest.text, guest.assignments_of("nestedhvm")[-1], safe=False),
            (Related("the other one", guest.source, guest.entries[name].name_span),) if name in guest.entries else (),
        )


RULES = (
    Rule(
        code="viridian-group",
        group="hardware",
        severity=Severity.ERROR,
        summary="a group of enlightenments that xl does not know",
        why=(
            "viridian is 1 for a good set of what makes Windows faster, or a list of groups, each with ! in front to "
            "leave it out. xl refuses the file for other words, and crashes over a list in the list."
        ),
        bad='type = "hvm"\nviridian = ["base", "«timeref_count»"]',
        good='type = "hvm"\nviridian = ["defaults", "!stimer"]',
        fixed='type = "hvm"\nviridian = ["base", "time_ref_count"]',
        told=("unknown-viridian", "viridian-nested"),
        retell=_viridian,
    ),
    Rule(
        code="mca-caps",
        group="hardware",
        severity=Severity.ERROR,
        summary="an MCA capability that xl does not know",
        why=("mca_caps is a list, and lmce is all that it may hold. The manual also names default, which no xl takes."),
        bad='type = "hvm"\nmca_caps = [«"default"»]',
        good='type = "hvm"\nmca_caps = ["lmce"]',
        told=("bad-mca-caps", "unknown-mca-cap", "mca-caps-nested"),
        retell=_mca,
    ),
    Rule(
        code="hardware-limit",
        group="hardware",
        severity=Severity.ERROR,
        summary="a number beyond what xl takes",
        why="A few numbers have limits that xl checks. Beyond those of the grant tables it ends without a word.",
        bad="max_grant_frames = «2147483648»",
        good="max_grant_frames = 64",
        told=("bad-mmio-hole", "bad-grant-limit", "bad-altp2m*"),
        retell=_limit,
    ),
    Rule(
        code="llc-colors",
        group="hardware",
        severity=Severity.ERROR,
        summary="colours of the last level cache that xl cannot read",
        why=(
            "llc_colors lists numbers and ranges FIRST-LAST. xl refuses a range that ends before it begins, and fills "
            "its memory with one that is far too long."
        ),
        bad='llc_colors = ["«7-0»"]',
        good='llc_colors = ["0-7"]',
        fixed='llc_colors = ["0-7"]',
        told=("bad-llc-color", "llc-color-*", "too-many-llc-colors"),
        retell=_colors,
    ),
    Rule(
        code="smbios-bad-string",
        group="hardware",
        severity=Severity.ERROR,
        summary="an SMBIOS string that xl cannot read",
        why=(
            "smbios lists NAME=TEXT, with names of its own and a text that is not empty; oem may stand there 99 times. "
            "xl refuses the file for anything else."
        ),
        bad='type = "hvm"\nsmbios = ["«system_vendor»=Acme"]',
        good='type = "hvm"\nsmbios = ["system_manufacturer=Acme"]',
        fixed='type = "hvm"\nsmbios = ["system_manufacturer=Acme"]',
        told=("bad-smbios",),
        retell=_smbios,
        explains=("value-for-list",),
    ),
    Rule(
        code="smbios-twice",
        group="hardware",
        severity=Severity.WARNING,
        summary="an SMBIOS string that is given twice",
        why=(
            "libxl writes one string after the other to the same place, so that the last one holds. Only oem may be "
            "repeated."
        ),
        bad='type = "hvm"\nsmbios = ["«bios_vendor=Acme»", "bios_vendor=Ajax"]',
        good='type = "hvm"\nsmbios = ["bios_vendor=Acme", "oem=1", "oem=2"]',
        fixed='type = "hvm"\nsmbios = ["bios_vendor=Ajax"]',
        keys=("smbios",),
        check=_smbios_twice,
    ),
    Rule(
        code="sound-card",
        group="sound",
        severity=Severity.WARNING,
        summary="an emulated sound card that there is not",
        why=(
            "From Xen 4.17 on libxl makes a device of soundhw, and fails over a name that it does not know. It takes "
            "one; lists such as sb16,es1370 and the word all were for older releases of QEMU."
        ),
        bad='type = "hvm"\nsoundhw = "«sb16,es1370»"',
        good='type = "hvm"\nsoundhw = "hda"',
        fixed='type = "hvm"\nsoundhw = "sb16"',
        keys=("soundhw",),
        check=_sound,
    ),
    Rule(
        code="altp2m-nested",
        group="hardware",
        severity=Severity.WARNING,
        summary="alternate page tables in a guest that is a hypervisor",
        why="libxl refuses to create a domain that has both nested virtualisation and alternate page tables.",
        bad='type = "hvm"\naltp2m = "external"\n«nestedhvm» = 1',
        good='type = "hvm"\naltp2m = "external"\nnestedhvm = 0',
        fixed='type = "hvm"\naltp2m = "external"',
        keys=("nestedhvm",),
        check=_nested,
    ),
)
