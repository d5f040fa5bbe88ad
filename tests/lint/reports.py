"""Reports to render: of texts that were linted, and hostile ones that are made up."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from xlpy.diagnostic import Edit, Fix, Related, Severity
from xlpy.lint.report import Change, Elsewhere, Note, Place, Repair, Report, Tally
from xlpy.lint.rule import Finding, Rule
from xlpy.lint.run import report
from xlpy.lint.settings import LintSettings
from xlpy.render.lint import renderer
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xlpy.lint.guest import Guest

GUEST = 'name = "web"\nkernel = "/boot/vmlinuz"\n'


def _misspelt(guest: Guest) -> Iterator[Finding]:
    for setting in guest.assignments_of("memroy"):
        fix = Fix(title="Rename it", edits=(Edit(setting.name_span, "memory"),), safe=False)
        yield Finding(setting.name_span, "xl knows no key memroy", "did you mean memory?", fix)


def _twice(guest: Guest) -> Iterator[Finding]:
    for lost, winner in pairwise(guest.assignments_of("memory")):
        start = lost.name_span.start
        fix = Fix(title="Remove it", edits=(Edit(Span(start, guest.text.index("\n", start) + 1), ""),))
        related = (Related("assigned again here", guest.source, winner.name_span),)
        yield Finding(lost.name_span, "this value is lost", "remove one of them", fix, related)


def _refused(guest: Guest) -> Iterator[Finding]:
    for setting in guest.assignments_of("vcpus"):
        yield Finding(setting.name_span, "xl refuses it")


def _rule(code: str, severity: Severity, check: Callable[[Guest], Iterable[Finding]]) -> Rule:
    return Rule(code=code, group="tests", severity=severity, summary="", why="", bad="", good="", check=check)


RULES = [
    _rule("unknown-key", Severity.WARNING, _misspelt),
    _rule("duplicate-key", Severity.ADVICE, _twice),
    _rule("syntax", Severity.ERROR, _refused),
]
"""Rules with the codes of real ones, whose words and places stay as they are."""


def linted(text: str, path: str = "a.cfg") -> Report:
    """The report of a text behind a name and a kernel."""
    return report(path, (GUEST + text).encode(), LintSettings(), RULES)


def document(form: str, *reports: Report, base: str = "", colour: bool = False) -> str:
    """The reports in one format."""
    render, tally = renderer(form, base=base, colour=colour), Tally()
    pieces = [render.start()]
    for one in reports:
        tally.add(one)
        pieces.append(render.report(one))
    return "".join([*pieces, render.end(tally.totals())])


NASTY = ("\x1b[31mred", "\x9b2J", "\x07", "\x00", "\x7f", "\r", "\n", "::error::x", "]]>", "&<>\"'", "%0A", "[a](b)")
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.binary(max_size=20).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.lists(st.sampled_from([*NASTY, "\u202e", "\ufffe", "\u2028", "\U0001f600", "é", "://", "a:b,c", "|"])).map(
        "".join
    ),
)
"""Texts as bytes of any kind give them."""
paths = texts.map(lambda text: text.replace("\0", "") or "x")
numbers = st.integers(1, 9)
places = st.builds(
    lambda line, column, lines, columns, start: Place(
        line, column, line + lines, column + columns, start, start + columns
    ),
    numbers,
    numbers,
    st.integers(0, 2),
    numbers,
    numbers,
)
repairs = st.builds(Repair, texts, st.booleans(), st.lists(st.builds(Change, places, texts), min_size=1).map(tuple))
elsewheres = st.builds(Elsewhere, texts, st.one_of(st.just(""), paths), places)
notes = st.builds(
    Note,
    code=st.sampled_from(["unknown-key", "syntax", "no-such-rule"]),
    level=st.sampled_from(["error", "warning", "advice"]),
    summary=texts,
    advice=texts,
    place=places,
    excerpt=texts.map(lambda text: text.replace("\n", "")),
    excerpt_column=st.just(1),
    repair=st.one_of(st.none(), repairs),
    related=st.lists(elsewheres, max_size=2).map(tuple),
)
hostile = st.lists(
    st.one_of(
        st.builds(Report, path=paths, notes=st.lists(notes, max_size=4).map(tuple), trouble=st.just("")),
        st.builds(Report, path=paths, notes=st.just(()), trouble=texts.map(lambda text: text or "why")),
    ),
    max_size=3,
)
"""Reports whose texts are meant to break what prints them."""
