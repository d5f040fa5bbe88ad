"""Where the vCPUs run: cpus and cpus_soft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cstring import BLANKS
from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.guest import ANY_HOST
from xlpy.lint.helpers.boots import is_guest
from xlpy.lint.helpers.cpulists import AFFINITIES, items, list_of, lists
from xlpy.lint.helpers.words import quoted
from xlpy.lint.rule import Finding, Rule
from xlpy.release import Release
from xlpy.source import Span
from xlpy.values import parse_cpus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.diagnostic import Diagnostic, Fix
    from xlpy.host import HostFacts
    from xlpy.lint.guest import Guest
    from xlpy.lint.helpers.cpulists import Item
    from xlpy.nodes import Atom

_ALWAYS_COUNTED = Release(4, 22)  # from here on xl takes one vCPU when the file says nothing
_SYNTAX = "write numbers, ranges as 2-5, node:0, all, and ^N for what is left out, with commas and no blanks"


def _is_cpu_list(text: str) -> bool:
    try:
        parse_cpus(text, ANY_HOST)
    except ValueError:
        return False
    return True


def _retell_bad(guest: Guest, told: Diagnostic) -> Finding | None:
    for name in AFFINITIES:
        for atom in lists(guest, name):
            wrong = next((item for item in items(atom) if not _is_cpu_list(item.text)), None)
            if atom.span == told.span and wrong is not None:
                return _wrong(wrong, atom)._replace(covers=guest.span(name))
    return Finding(told.span, "this is no CPU list: xl refuses it", _SYNTAX) if told.span else None


def _wrong(item: Item, atom: Atom) -> Finding:
    if item.is_left_out and item.text.endswith("all"):
        advice = "^ leaves out numbers and ranges; leave the item out when no pCPU shall be taken"
        return Finding(item.span, f"{item.text} would leave out all pCPUs: xl refuses the list", advice)
    text = f"{quoted(item.text)} is no item of a CPU list: xl refuses it"
    return Finding(item.span, text, _SYNTAX, _unblanked(atom))


def _retell_nested(_guest: Guest, told: Diagnostic) -> Finding | None:
    text = "a list inside the list: what xl makes of it goes by what its memory holds"
    return Finding(told.span, text, "write a CPU list as text for each vCPU") if told.span else None


def _unblanked(atom: Atom) -> Fix | None:
    """The list without the blanks in it, where these are what is wrong."""
    text = "".join(char for char in atom.text if char not in BLANKS)
    if text == atom.text or not _is_cpu_list(text):
        return None
    return edits.replace("take out the blanks", atom.inside(0, len(atom.text)), text, safe=False)


def _retell_none_left(guest: Guest, _told: Diagnostic) -> Finding | None:
    host = guest.host or ANY_HOST
    for atom in lists(guest, "cpus"):
        if _is_cpu_list(atom.text) and not parse_cpus(atom.text, host):
            where = f" on {host.name}, whose pCPUs are 0 to {host.cpus - 1}" if guest.host else ""
            text = f"{quoted(atom.text)} leaves no pCPU{where}: xl refuses it"
            return Finding(atom.span, text, "name a pCPU, or remove cpus to let Xen choose")
    return None


def _beyond_vcpus(guest: Guest) -> Iterator[Finding]:
    vcpus = guest.config.b_info.max_vcpus
    for name in AFFINITIES:
        node = list_of(guest, name)
        if node is None or not 0 < vcpus < len(node.items):
            continue
        start, end = node.items[vcpus].span.start, node.items[-1].span.end
        cut = Span(node.items[vcpus - 1].span.end, end)
        kept = any(cut.start < comment.start < cut.end for comment in guest.comments)
        ignored = "this item is" if len(node.items) - vcpus == 1 else "these items are"
        yield Finding(
            Span(start, end),
            f"{name} has {len(node.items)} items for {vcpus} vCPU{'s' * (vcpus > 1)}: {ignored} ignored",
            "give an item for each vCPU, or raise vcpus or maxvcpus",
            None if kept else edits.replace("remove what is ignored", cut, ""),
        )


def _uncounted(guest: Guest) -> Iterator[Finding]:
    counted = guest.config.b_info.max_vcpus or not guest.entries.keys().isdisjoint(("vcpus", "maxvcpus"))
    if guest.release >= _ALWAYS_COUNTED or counted or not is_guest(guest):
        return
    for name in AFFINITIES:
        if name in guest.entries:
            setting = guest.assignments_of(name)[0]
            yield Finding(
                guest.span(name),
                f"{name} is lost: up to Xen 4.21 xl counts no vCPU as long as neither vcpus nor maxvcpus is given",
                "write vcpus = 1 as well",
                edits.insert("add vcpus = 1", guest.text, setting, "vcpus = 1"),
            )


def _short(guest: Guest) -> Iterator[Finding]:
    node, vcpus = list_of(guest, "cpus"), guest.config.b_info.max_vcpus
    if node is None or len(node.items) >= vcpus:
        return
    single = lists(guest, "cpus")
    if not node.items:
        yield Finding(
            node.span,
            "an empty list pins nothing, it only keeps libxl from placing the guest on the best NUMA node",
            'remove cpus, or write a CPU list such as cpus = "2-5"',
        )
    elif len(single) == len(node.items) == 1:
        shown = guest.text[slice(*single[0].span)]
        yield Finding(
            node.span,
            f"only vCPU 0 is pinned: a list has an item for each of the {vcpus} vCPUs",
            f"write cpus = {shown} to pin all of them to the same pCPUs",
            edits.replace("take the CPU list out of the list", node.span, shown, safe=False),
        )
    else:
        rest = f"{len(node.items)} to {vcpus - 1} run" if vcpus - len(node.items) > 1 else f"{vcpus - 1} runs"
        advice = "give an item for each vCPU, or one text for all of them"
        yield Finding(node.span, f"{len(node.items)} items for {vcpus} vCPUs: vCPU {rest} on any pCPU", advice)


def _not_on_host(guest: Guest) -> Iterator[Finding]:
    host = guest.host
    assert host is not None
    for name in AFFINITIES:
        for atom in lists(guest, name):
            for item in items(atom):
                if _is_missing(item, host):
                    last = max(host.nodes) if item.is_by_node else host.cpus - 1
                    what = "node" if item.is_by_node else "pCPU"
                    text = f"{host.name} has {what}s 0 to {last}: xl drops what is beyond them in silence"
                    yield Finding(item.span, text, f"name {what}s that the host has")


def _is_missing(item: Item, host: HostFacts) -> bool:
    if item.is_left_out or item.last is None:
        return False
    return item.last > max(host.nodes) if item.is_by_node else item.last >= host.cpus


RULES = (
    Rule(
        code="cpus-syntax",
        group="cpu",
        severity=Severity.ERROR,
        summary="a CPU list that xl cannot read",
        why=(
            "cpus and cpus_soft take numbers, ranges, node:N, nodes:N-M and all, each with ^ in front for what is "
            "left out, between commas. A blank or any other character makes xl refuse the file."
        ),
        bad='vcpus = 4\ncpus = "0-3,« ^1»"',
        good='vcpus = 4\ncpus = "0-3,^1"',
        fixed='vcpus = 4\ncpus = "0-3,^1"',
        told=("bad-cpu-list",),
        retell=_retell_bad,
        explains=("cpus-none-left", "cpus-without-vcpus", "cpus-list-short", "cpus-not-on-host"),
    ),
    Rule(
        code="cpus-nested",
        group="cpu",
        severity=Severity.ERROR,
        summary="a list inside cpus or cpus_soft",
        why=(
            "The items of the list are CPU lists as text, one for each vCPU. xl reads a list among them as if it were "
            "text, so that what it does goes by what its memory holds; xlpy refuses it."
        ),
        bad='vcpus = 2\ncpus = [«[0, 1]», "2"]',
        good='vcpus = 2\ncpus = ["0-1", "2"]',
        told=("cpu-list-nested",),
        retell=_retell_nested,
    ),
    Rule(
        code="cpus-none-left",
        group="cpu",
        severity=Severity.ERROR,
        summary="a CPU list that leaves no pCPU",
        why=(
            "When nothing is left of a vCPU's list after the items with ^, or none of its pCPUs is there, xl refuses "
            "to create the guest."
        ),
        bad='vcpus = 2\ncpus = «"1,^1"»',
        good='vcpus = 2\ncpus = "0-3,^1"',
        told=("no-cpu-left",),
        retell=_retell_none_left,
        explains=("cpus-not-on-host", "cpus-list-short"),
    ),
    Rule(
        code="cpus-beyond-vcpus",
        group="cpu",
        severity=Severity.WARNING,
        summary="more items in cpus= than the guest has vCPUs",
        why="The list has an item for each vCPU that the guest may have; xl ignores all others without a word.",
        bad='vcpus = 2\ncpus = ["4", "5", «"6", "7"»]',
        good='vcpus = 2\ncpus = ["4", "5"]',
        fixed='vcpus = 2\ncpus = ["4", "5"]',
        keys=AFFINITIES,
        check=_beyond_vcpus,
    ),
    Rule(
        code="cpus-without-vcpus",
        group="cpu",
        severity=Severity.WARNING,
        summary="cpus= without vcpus= or maxvcpus=",
        why=(
            "Up to Xen 4.21 xl has no number of vCPUs when the file gives none, and pins as many: the guest gets its "
            "one vCPU from libxl, and that runs anywhere."
        ),
        bad='cpus = «"2-3"»',
        good='vcpus = 1\ncpus = "2-3"',
        fixed='vcpus = 1\ncpus = "2-3"',
        keys=AFFINITIES,
        check=_uncounted,
        explains=("cpus-not-on-host",),
    ),
    Rule(
        code="cpus-list-short",
        group="cpu",
        severity=Severity.ADVICE,
        summary="fewer items in cpus= than the guest has vCPUs",
        why=(
            "A list pins each vCPU by itself, and those behind its end run on any pCPU. To pin all of them to the same "
            "pCPUs, give one text in place of a list. Any list also keeps libxl from placing the guest on the best "
            "NUMA node."
        ),
        bad='vcpus = 4\ncpus = «["2-5"]»',
        good='vcpus = 4\ncpus = "2-5"',
        fixed='vcpus = 4\ncpus = "2-5"',
        keys=("cpus",),
        check=_short,
    ),
    Rule(
        code="cpus-not-on-host",
        group="cpu",
        severity=Severity.WARNING,
        summary="a pCPU or node that the host does not have",
        why=(
            "xl drops pCPUs that the host lacks without a word: the vCPUs crowd on those that are left, and where none "
            "is left the guest is refused."
        ),
        bad='vcpus = 4\ncpus = "2-3,«8-9»"',
        good='vcpus = 4\ncpus = "2-5"',
        keys=AFFINITIES,
        check=_not_on_host,
        needs_host=True,
        explains=("cpus-crowded",),
    ),
)
