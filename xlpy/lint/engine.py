"""The engine: one source through the reader and the rules, to findings in the order of the text."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from xlpy.config import load
from xlpy.diagnostic import Diagnostic, Severity
from xlpy.lint.guest import ANY_HOST, Guest
from xlpy.lint.rule import Finding, Rule, all_rules, rule_of
from xlpy.lint.suppress import unsuppressed
from xlpy.release import DEFAULT, Release
from xlpy.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlpy.host import HostFacts
    from xlpy.source import Source


class Found(NamedTuple):
    """A finding and the rule that it breaks."""

    rule: Rule
    finding: Finding


def read(source: Source, release: Release = DEFAULT, host: HostFacts | None = None) -> Guest:
    """The configuration for the rules. Where no host is described, one with any CPU and node is thought of."""
    return Guest(load(source, release=release, host=host or ANY_HOST), release, host)


def lint(
    source: Source,
    *,
    release: Release = DEFAULT,
    host: HostFacts | None = None,
    rules: Sequence[Rule] | None = None,
) -> list[Diagnostic]:
    """All findings in a text, by their place; those that a comment in it ignores are left out."""
    return diagnose(read(source, release, host), all_defaults() if rules is None else rules)


def all_defaults() -> list[Rule]:
    """The rules that run when none are selected."""
    return [rule for rule in all_rules() if rule.default]


def diagnose(guest: Guest, rules: Sequence[Rule]) -> list[Diagnostic]:
    """The findings of these rules in one configuration."""
    kept = unsuppressed(guest, [_diagnostic(guest, found) for found in find(guest, rules)], rules)
    return sorted(kept, key=_order)


def _order(diagnostic: Diagnostic) -> tuple[Span, int, str]:
    assert diagnostic.span is not None
    return diagnostic.span, -diagnostic.severity, diagnostic.code


def find(guest: Guest, rules: Sequence[Rule]) -> list[Found]:
    """What the reader tells and what the rules see, without what only follows from something else."""
    found = [*_told(guest, rules), *_checked(guest, rules)]
    explaining = [one for one in found if one.rule.explains]
    return [one for one in found if not any(_explained(guest, one, by) for by in explaining)]


def _explained(guest: Guest, one: Found, by: Found) -> bool:
    if one is by or not any(fnmatchcase(one.rule.code, pattern) for pattern in by.rule.explains):
        return False
    lines = [guest.source.line(at) for at in (by.finding.covers or by.finding.span)]
    return lines[0] <= guest.source.line(one.finding.span.start) <= lines[1]


def _told(guest: Guest, rules: Sequence[Rule]) -> Iterator[Found]:
    """The reader's diagnostics as findings. Of a broken text, what is missing from it is no news."""
    for told in guest.loaded.diagnostics:
        rule = rule_of(told.code, told.severity)
        if rule is None or rule not in rules or (guest.loaded.broken and told.span is None):
            continue
        better = rule.retell(guest, told) if rule.retell else None
        yield Found(rule, better or Finding(told.span or _whole(guest), told.summary, told.advice))


def _whole(guest: Guest) -> Span:
    """The place of what is missing: the first setting, or the start of the text."""
    first = guest.assignments[0].name_span if guest.assignments else Span(0, 0)
    return guest.entries["name"].value_span if "name" in guest.entries else first


def _checked(guest: Guest, rules: Iterable[Rule]) -> Iterator[Found]:
    for rule in rules:
        if rule.check is not None and _applies(guest, rule):
            for finding in rule.check(guest):
                yield Found(rule, finding)


def _applies(guest: Guest, rule: Rule) -> bool:
    if (guest.loaded.broken and not rule.broken_too) or (rule.needs_host and guest.host is None):
        return False
    return not rule.keys or any(key in guest.entries for key in rule.keys)


def _diagnostic(guest: Guest, found: Found) -> Diagnostic:
    rule, finding = found
    return Diagnostic(
        code=rule.code,
        severity=rule.severity,
        summary=finding.summary,
        advice=finding.advice,
        source=guest.source,
        span=finding.span,
        fix=finding.fix,
        related=finding.related,
    )


def is_refused(findings: Iterable[Diagnostic]) -> bool:
    """Whether xl refuses the file, by the law of levels."""
    return any(finding.severity is Severity.ERROR for finding in findings)
