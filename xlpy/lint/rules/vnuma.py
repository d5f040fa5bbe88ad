"""NUMA nodes that the guest sees."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from xlpy.cstring import BLANKS, take_ulong
from xlpy.diagnostic import Severity
from xlpy.kinds import KIB_PER_MIB
from xlpy.lint import edits
from xlpy.lint.guest import ANY_HOST
from xlpy.lint.helpers.vnodes import nodes, place, words
from xlpy.lint.helpers.words import either, nearest, quoted
from xlpy.lint.rule import Finding, Rule
from xlpy.nodes import ListNode
from xlpy.options.vnuma import TOKENS
from xlpy.vocabulary import PV

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic
    from xlpy.lint.guest import Guest

_NAMES = tuple(token.name for token in TOKENS)
_QUOTED = re.compile('"(.*)"', re.DOTALL)
_WORDS = "a node has the words pnode=N, size=MIB, vcpus=LIST and vdistances=LIST"
_ADVICE = {
    "bad-vnuma": _WORDS,
    "vnuma-empty": "name a number at least, or leave the word out",
    "vnuma-endless": "write vCPUs from 0 on, as numbers and ranges",
    "vnuma-too-many-distances": "give one distance for each node",
    "too-many-vnodes": "no host has as many",
    "value-for-list": 'write the node as a list of words: ["pnode=0", "size=512", "vcpus=0-1"]',
}
_ITEM = re.compile("[^,]+")
_NUMBERS = {token.name: re.compile("[0-9]+(?:-[0-9]+)?" if token.form == "ranges" else "[0-9]+") for token in TOKENS}


def _retell_syntax(guest: Guest, told: Diagnostic) -> Finding | None:
    text, summary = _QUOTED.search(told.summary), told.summary.removeprefix("xl: ")
    if told.span is None or told.code not in _ADVICE:
        return None
    if "split" in summary and text:
        summary = f"{quoted(text[1])} is no NAME=VALUE"
    elif "convert" in summary and text:
        summary = f"{quoted(text[1])} is no number"
    elif "pnode" in summary:
        number = summary.rpartition(" ")[2]
        summary = f"{guest.host.name} has no node {number}" if guest.host else f"no host has a node {number}"
    return Finding(told.span, f"{summary}: xl refuses the file", _ADVICE[told.code])


def _retell_vcpus(guest: Guest, _told: Diagnostic) -> Finding | None:
    total, atom = guest.config.b_info.max_vcpus, guest.atom("maxvcpus")
    if atom is None:
        there, line = (guest.host or ANY_HOST).cpus, f"maxvcpus = {total}"
        return Finding(
            guest.span("vnuma"),
            f"the nodes of vnuma have {total} vCPUs, more than the {there} pCPUs of the host: xl refuses the file",
            f"write {line} as well if that is meant",
            edits.insert(f"add {line}", guest.text, guest.assignments_of("vnuma")[-1], line) if total > 0 else None,
        )
    return Finding(
        atom.span,
        f"the nodes of vnuma have {total} vCPUs, maxvcpus is {atom.text}: xl refuses the file",
        f"write maxvcpus = {total}, or put each vCPU in one node",
        edits.replace(f"write maxvcpus = {total}", atom.span, str(total), safe=False) if total > 0 else None,
    )


def _retell_memory(guest: Guest, _told: Diagnostic) -> Finding | None:
    total, atom = guest.config.b_info.max_memkb // KIB_PER_MIB, guest.atom("maxmem")
    if atom is None:
        return None
    return Finding(
        atom.span,
        f"the nodes of vnuma have {total} MiB, maxmem is {atom.text}: xl refuses the file",
        f"write maxmem = {total}, or change the sizes of the nodes",
        edits.replace(f"write maxmem = {total}", atom.span, str(total), safe=False),
    )


def _for_pv(guest: Guest) -> Iterator[Finding]:
    if guest.kind == PV and guest.config.b_info.vnuma_nodes:
        text = "libxl does not create PV guests with vnuma"
        yield Finding(guest.span("vnuma"), text, 'remove vnuma, or write type = "pvh" or type = "hvm"')


def _unknown(guest: Guest) -> Iterator[Finding]:
    for node in nodes(guest):
        for item in node.items:
            if isinstance(item, ListNode):
                yield Finding(item.span, "xl passes over a list inside a node", "write its words as text")
    for word in words(guest):
        if word.name in _NAMES:
            continue
        near = nearest(word.name, _NAMES)
        fix = edits.replace(f"write {near}", word.name_span, near, safe=False) if near else None
        text = f"xl knows no {quoted(word.name)} of a node: it passes over the word in silence"
        yield Finding(word.name_span, text, f"write {near}" if near else f"a node has {either(_NAMES)}", fix)


def _junk(guest: Guest) -> Iterator[Finding]:
    for word in words(guest):
        if word.name not in _NAMES:
            continue
        start = word.atom.text.index("=", word.start + len(word.name)) + 1
        for match in _ITEM.finditer(word.atom.text, start):
            text = match[0].strip(BLANKS)
            if text and not _NUMBERS[word.name].fullmatch(text):
                read = _read_as(text)
                yield Finding(
                    word.atom.inside(*match.span()),
                    f"xl reads {quoted(text)} as {read}, and says nothing of what is behind it",
                    "write whole numbers, the size in MiB",
                )


def _read_as(text: str) -> int:
    """The decimal number that a text begins with; 0 where there is none."""
    number = take_ulong(text, 10)
    return number[0] if number else 0


def _unassigned(guest: Guest) -> Iterator[Finding]:
    vnodes = guest.config.b_info.vnuma_nodes
    if guest.kind == PV or not vnodes:
        return
    counts: Counter[int] = Counter()
    for number, node in enumerate(vnodes):
        counts.update(node.vcpus)
        twice = [vcpu for vcpu in node.vcpus if counts[vcpu] > 1]
        if twice:
            text = f"vCPU {twice[0]} is in an earlier node already: libxl does not create the guest"
            yield Finding(place(guest, number, "vcpus"), text, "put each vCPU in one node")
            return
    missing = next((vcpu for vcpu in range(guest.config.max_vcpus) if vcpu not in counts), None)
    if missing is not None:
        text = f"vCPU {missing} is in no node: libxl does not create the guest"
        yield Finding(guest.span("vnuma"), text, "put each vCPU in one node, counted from 0")


def _distances(guest: Guest) -> Iterator[Finding]:
    for number, node in enumerate(guest.config.b_info.vnuma_nodes):
        own = node.distances[number]
        others = [distance for other, distance in enumerate(node.distances) if other != number]
        if guest.kind != PV and others and own > min(others):
            yield Finding(
                place(guest, number, "vdistances"),
                f"node {number} is {own} from itself and {min(others)} from another: libxl does not create the guest",
                "give a distance for each node, 10 for the node itself and more for the others",
            )


RULES = (
    Rule(
        code="vnuma-syntax",
        group="numa",
        severity=Severity.ERROR,
        summary="a vNUMA node that xl cannot read",
        why=(
            "vnuma is a list of nodes, each a list of words NAME=VALUE: pnode, size in MiB, vcpus as numbers and "
            "ranges, vdistances with a number for each node. xl refuses what it cannot read, and crashes or hangs over "
            "some of it."
        ),
        bad='type = "hvm"\nvnuma = [[«"pnode=x"», "size=512", "vcpus=0"]]',
        good='type = "hvm"\nvnuma = [["pnode=0", "size=512", "vcpus=0"]]',
        told=tuple(_ADVICE),
        retell=_retell_syntax,
    ),
    Rule(
        code="vnuma-vcpus",
        group="numa",
        severity=Severity.ERROR,
        summary="nodes of vnuma= with other vCPUs than maxvcpus=",
        why="The vCPUs of all nodes together are those of the guest. xl refuses a file that gives another number too.",
        bad='type = "hvm"\nmaxvcpus = «2»\nvnuma = [["pnode=0", "size=512", "vcpus=0-3"]]',
        good='type = "hvm"\nmaxvcpus = 4\nvnuma = [["pnode=0", "size=512", "vcpus=0-3"]]',
        fixed='type = "hvm"\nmaxvcpus = 4\nvnuma = [["pnode=0", "size=512", "vcpus=0-3"]]',
        told=("vnuma-vcpus",),
        retell=_retell_vcpus,
    ),
    Rule(
        code="vnuma-memory",
        group="numa",
        severity=Severity.ERROR,
        summary="nodes of vnuma= with other memory than maxmem=",
        why="The sizes of all nodes together are what the guest may have. xl refuses a file that says otherwise.",
        bad='type = "hvm"\nmaxmem = «2048»\nvnuma = [["pnode=0", "size=1024", "vcpus=0"]]',
        good='type = "hvm"\nmaxmem = 1024\nvnuma = [["pnode=0", "size=1024", "vcpus=0"]]',
        fixed='type = "hvm"\nmaxmem = 1024\nvnuma = [["pnode=0", "size=1024", "vcpus=0"]]',
        told=("vnuma-memory",),
        retell=_retell_memory,
    ),
    Rule(
        code="vnuma-for-pv",
        group="numa",
        severity=Severity.WARNING,
        summary="vnuma= for a PV guest",
        why="xl takes vnuma for any guest, but libxl refuses to create a PV guest that has it.",
        bad='vnuma = «[["pnode=0", "size=512", "vcpus=0"]]»',
        good='type = "pvh"\nkernel = "/boot/vmlinuz"\nvnuma = [["pnode=0", "size=512", "vcpus=0"]]',
        keys=("vnuma",),
        check=_for_pv,
        explains=("unread-key",),
    ),
    Rule(
        code="vnuma-unknown",
        group="numa",
        severity=Severity.WARNING,
        summary="a word of a vNUMA node that xl passes over",
        why=(
            "xl takes the words of a node that it knows and is silent about all others, so that a misspelt one leaves "
            "the node without vCPUs or memory."
        ),
        bad='type = "hvm"\nvnuma = [["pnode=0", "size=512", "«vcpu»=0"]]',
        good='type = "hvm"\nvnuma = [["pnode=0", "size=512", "vcpus=0"]]',
        fixed='type = "hvm"\nvnuma = [["pnode=0", "size=512", "vcpus=0"]]',
        keys=("vnuma",),
        check=_unknown,
        explains=("vnuma-unassigned",),
    ),
    Rule(
        code="vnuma-junk",
        group="numa",
        severity=Severity.WARNING,
        summary="a number of a vNUMA node with something behind it",
        why=(
            "Of pnode, size, vcpus and vdistances xl takes the decimal number that the text begins with, and 0 for a "
            "vCPU without one: a size of 1G is 1 MiB."
        ),
        bad='type = "hvm"\nvnuma = [["pnode=0", "size=«1G»", "vcpus=0"]]',
        good='type = "hvm"\nvnuma = [["pnode=0", "size=1024", "vcpus=0"]]',
        keys=("vnuma",),
        check=_junk,
    ),
    Rule(
        code="vnuma-unassigned",
        group="numa",
        severity=Severity.WARNING,
        summary="a vCPU in no vNUMA node, or in two",
        why="libxl wants each vCPU of the guest in one and only one node, and fails when the domain is half built.",
        bad='type = "hvm"\nvnuma = [["size=512", "vcpus=0-1"], ["size=512", «"vcpus=1-2"»]]',
        good='type = "hvm"\nvnuma = [["size=512", "vcpus=0-1"], ["size=512", "vcpus=2-3"]]',
        keys=("vnuma",),
        check=_unassigned,
    ),
    Rule(
        code="vnuma-distances",
        group="numa",
        severity=Severity.WARNING,
        summary="a vNUMA node that is farther from itself than from another",
        why=(
            "vdistances has a number for each node in their order, that of the node itself too. Those that are not "
            "given are 0. libxl refuses a node that is nearer to another than to itself."
        ),
        bad='type = "hvm"\nvnuma = [["size=512", "vcpus=0", «"vdistances=20,10"»], ["size=512", "vcpus=1"]]',
        good='type = "hvm"\nvnuma = [["size=512", "vcpus=0", "vdistances=10,20"], ["size=512", "vcpus=1"]]',
        keys=("vnuma",),
        check=_distances,
    ),
)
