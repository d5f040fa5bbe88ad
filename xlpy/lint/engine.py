"""The engine: one source through the reader and the rules, to findings in the order of the text."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlpy.config import load
from xlpy.diagnostic import Diagnostic, Severity
from xlpy.lint.guest import ANY_HOST, Guest
from xlpy.lint.rule import Claim, Finding, Rule, all_rules, rule_of
from xlpy.lint.suppress import unsuppressed
from xlpy.release import DEFAULT, Release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xlpy.host import HostFacts
    from xlpy.source import Source, Span

    _Situation = tuple[frozenset[str], bool, bool]

_MOST_PLANS = 1000
"""For how many sets of keys the rules that look at them are kept."""


class _Plan(NamedTuple):
    """The rules that look at configurations of one kind, in their order: checks, and what tells what a guest takes."""

    checks: tuple[tuple[Rule, Callable[[Guest], Iterable[Finding]]], ...]
    claims: tuple[tuple[Rule, Callable[[Guest], Iterable[Claim]]], ...]


class Chosen(tuple[Rule, ...]):
    """Rules that were chosen, laid out so that those which matter to a configuration are found at once."""

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Chosen:
        """The layout of these rules, made once for each run."""
        return rules if isinstance(rules, cls) else cls(rules)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Their codes."""
        return frozenset(rule.code for rule in self)

    @cached_property
    def _always(self) -> tuple[int, ...]:
        """The numbers of the rules that no key calls for."""
        return tuple(number for number, rule in enumerate(self) if not rule.keys)

    @cached_property
    def _by_key(self) -> dict[str, tuple[int, ...]]:
        """The numbers of the rules that look at a key."""
        found: dict[str, tuple[int, ...]] = {}
        for number, rule in enumerate(self):
            for key in rule.keys:
                found[key] = (*found.get(key, ()), number)
        return found

    @cached_property
    def _plans(self) -> dict[_Situation, _Plan]:
        return {}

    def plan(self, guest: Guest) -> _Plan:
        """What looks at such a configuration."""
        keys = frozenset(self._by_key.keys() & guest.entries.keys())
        situation = (keys, guest.loaded.broken, guest.host is None)
        if situation not in self._plans:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            numbers = {*self._always, *(number for key in keys for number in self._by_key[key])}
            rules = [self[number] for number in sorted(numbers) if _matters(guest, self[number])]
            checks = tuple((rule, rule.check) for rule in rules if rule.check is not None)
            claims = tuple((rule, rule.claims) for rule in rules if rule.claims is not None)
            self._plans[situation] = _Plan(checks, claims)
        return self._plans[situation]


def _matters(guest: Guest, rule: Rule) -> bool:
    """Whether a rule is about texts that are broken as this one is, or not, and about hosts, if none is described."""
    fits = rule.broken_too if guest.loaded.broken else not rule.broken_only
    return fits and (guest.host is not None or not rule.needs_host)


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
    chosen = Chosen.of(rules)
    found = [*_told(guest, chosen)]
    for rule, check in chosen.plan(guest).checks:
        for finding in check(guest):
            found.append(Found(rule, finding))  # noqa: PERF401 - most checks find nothing: a list of each takes longer
    explaining = {rule.code: rule for rule, _ in found if rule.explains}.values()
    shades = [(rule, _lines(guest, found, rule)) for rule in explaining]
    return [one for one in found if not any(_explained(guest, one, *shade) for shade in shades)]


def _lines(guest: Guest, found: Iterable[Found], rule: Rule) -> set[int]:
    """The lines that the findings of a rule explain."""
    spans = {one.finding.covers or one.finding.span for one in found if one.rule is rule}
    return {line for start, end in spans for line in range(guest.source.line(start), guest.source.line(end) + 1)}


def _explained(guest: Guest, one: Found, by: Rule, lines: set[int]) -> bool:
    if one.rule is by or not any(fnmatchcase(one.rule.code, pattern) for pattern in by.explains):
        return False
    return guest.source.line(one.finding.span.start) in lines


def _told(guest: Guest, rules: Chosen) -> Iterator[Found]:
    """The reader's diagnostics as findings. Of a broken text, what is missing from it is no news."""
    for told in guest.loaded.diagnostics:
        rule = rule_of(told.code, told.severity)
        if rule is None or rule.code not in rules.codes or (guest.loaded.broken and told.span is None):
            continue
        better = rule.retell(guest, told) if rule.retell else None
        yield Found(rule, better or Finding(told.span or guest.missing, told.summary, told.advice))


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
