"""The rules of the linter as pages: text for a terminal, Markdown, plain values for JSON."""

from __future__ import annotations

from itertools import groupby
from textwrap import fill
from typing import TYPE_CHECKING, NamedTuple

from xlpy.render.text import printable, width
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from xlpy.lint.rule import Rule

WIDTH = 100
INDENT = "    "
UNENDED = "\u2404"
"""Stands in an example that ends without a newline."""
LEGEND = "[*] it has a fix   [-] it only runs when it is selected   xlpy rule CODE shows one with an example\n"


def _level(rule: Rule) -> str:
    return rule.severity.name.lower()


class Example(NamedTuple):
    """An example and the ranges that were marked in it with « »."""

    text: str
    spans: tuple[Span, ...]


def unmarked(written: str) -> Example:
    """Take the marks out of an example."""
    text: list[str] = []
    spans: list[Span] = []
    open_at: list[int] = []
    for char in written:
        if char == "«":
            open_at.append(len(text))
        elif char == "»":
            spans.append(Span(open_at.pop(), len(text)))
        else:
            text.append(char)
    return Example("".join(text).partition(UNENDED)[0], tuple(sorted(spans)))


def example_lines(written: str) -> Iterator[str]:
    """The lines of an example, fit for a terminal, with carets below what is marked."""
    text, spans = unmarked(written)
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        yield printable(line) + (UNENDED if end == len(text) and UNENDED in written else "")
        met = [span for span in spans if span.start <= end and (span.end > start or span.start == start)]
        carets = _carets(line, [Span(max(span.start, start) - start, min(span.end, end) - start) for span in met])
        if carets:
            yield carets
        start = end + 1


def _carets(line: str, spans: list[Span]) -> str:
    marked: set[int] = set()
    for start, end in spans:
        first = width(printable(line[:start]))
        marked.update(range(first, max(first + 1, width(printable(line[:end])))))
    return "".join("^" if column in marked else " " for column in range(max(marked, default=-1) + 1))


def _examples(rule: Rule) -> Iterator[tuple[str, list[str]]]:
    """The examples with their headings; the fix gives what the good one is, where they are the same."""
    fixed = [*example_lines(rule.fixed)] if rule.fixed else []
    good = [*example_lines(rule.good)]
    yield "Bad", [*example_lines(rule.bad)]
    if fixed and fixed != good:
        yield "The fix makes of it", fixed
    yield ("Good, and what the fix makes of it" if fixed == good else "Good"), good


def _remarks(rule: Rule) -> Iterator[str]:
    """What else there is to know of when it runs and what it shows."""
    if UNENDED in rule.bad:
        yield f"{UNENDED} stands for the end of a file without a newline."
    if not rule.default:
        yield f"It only runs when it is selected: --select {rule.code}."
    if rule.needs_host:
        yield "It only runs where a host is described."
    if rule.told:
        yield f"In what xlpy plan and create say it is called {' or '.join(rule.told)}."


def rule_text(rule: Rule) -> str:
    """The page of a rule for a terminal."""
    parts = [f"{rule.code}: {_level(rule)}, group {rule.group}\n{rule.summary}", fill(rule.why, WIDTH)]
    parts += ["\n".join([f"{head}:", *_indented(lines)]) for head, lines in _examples(rule)]
    silence = f"# xlpy: ignore[{rule.code}] behind a line, or in one of its own above it, silences it there."
    parts += ["\n".join(fill(remark, WIDTH) for remark in [*_remarks(rule), silence])]
    return "\n\n".join(parts) + "\n"


def rule_markdown(rule: Rule) -> str:
    """The page of a rule as Markdown."""
    parts = [f"## {rule.code}", f"*{_level(rule)}, group {rule.group}*: {rule.summary}.", rule.why]
    for head, lines in _examples(rule):
        parts += [f"{head}:", "\n".join(_indented(lines))]
    return "\n\n".join([*parts, *_remarks(rule)]) + "\n"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"{INDENT}{line}".rstrip() for line in lines)


def rule_dict(rule: Rule) -> dict[str, Any]:
    """A rule as plain values; `found` has the offsets in `bad` of what is found there."""
    text, spans = unmarked(rule.bad)
    return {
        **brief_dict(rule),
        "why": rule.why,
        "bad": text,
        "found": [list(span) for span in spans],
        "fixed": unmarked(rule.fixed).text,
        "good": unmarked(rule.good).text,
        "keys": list(rule.keys),
        "told": list(rule.told),
    }


def brief_dict(rule: Rule) -> dict[str, Any]:
    """What a table of rules says of one."""
    return {
        "code": rule.code,
        "group": rule.group,
        "level": _level(rule),
        "summary": rule.summary,
        "fixable": bool(rule.fixed),
        "default": rule.default,
        "needs_host": rule.needs_host,
    }


def rules_text(rules: Sequence[Rule]) -> str:
    """A table of rules, by group."""
    longest = max((len(rule.code) for rule in rules), default=0)
    parts = []
    for group, members in groupby(rules, key=lambda rule: rule.group):
        rows = (f"  {rule.code:{longest}}  {_level(rule):7}  {_flags(rule)}  {rule.summary}\n" for rule in members)
        parts.append(f"{group}\n{''.join(rows)}")
    return "\n".join([*parts, LEGEND])


def _flags(rule: Rule) -> str:
    return ("[*]" if rule.fixed else "   ") + ("[-]" if not rule.default else "   ")


def rules_markdown(rules: Sequence[Rule]) -> str:
    """Tables of rules, one for each group, that lead to their pages."""
    parts = []
    for group, members in groupby(rules, key=lambda rule: rule.group):
        rows = (
            f"| [{rule.code}](#{rule.code}) | {_level(rule)} | {'yes' if rule.fixed else ''} | {_cell(rule)} |\n"
            for rule in members
        )
        parts.append(f"**{group}**\n\n| rule | level | fix | what it finds |\n|---|---|---|---|\n{''.join(rows)}")
    return "\n".join(parts)


def _cell(rule: Rule) -> str:
    return rule.summary.replace("|", "\\|") + ("" if rule.default else " (only when selected)")
