"""The contract of a rule, and how rules are found. A rule is one `Rule` in RULES of a module in xlpy/lint/rules/."""

from __future__ import annotations

import importlib
import os
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from xlpy.diagnostic import Severity
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from xlpy.diagnostic import Diagnostic, Fix, Related
    from xlpy.host import HostFacts
    from xlpy.lint.guest import Guest
    from xlpy.source import Span


class Finding(NamedTuple):
    """What a check finds: where, what is wrong there, what to do. The rule adds code and level."""

    span: Span
    summary: str
    advice: str = ""
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    covers: Span | None = None
    """The range that it explains, where that is more than `span`; see Rule.explains."""


class Claim(NamedTuple):
    """Something that a guest takes for itself, or shares with others that share it too."""

    what: str
    """What is taken, in one settled form, so that equal claims compare equal: 00:16:3e:00:00:01."""
    span: Span
    shared: bool = False


class Rule(Record):
    """One rule.

    The law of levels: an ERROR is what the real xl refuses; a WARNING is what it takes, but loses, ignores or fails
    over later; ADVICE is style, deprecation and practice. In `bad` the marks « » stand around what is found, and
    `fixed` is what the fix makes of it; examples are lines of a configuration, in front of which the tests put a
    name and a kernel where the example says nothing of them.
    """

    code: str
    group: str
    severity: Severity
    summary: str
    """What it finds, in one line without a full stop."""
    why: str
    bad: str
    good: str
    fixed: str = ""
    keys: tuple[str, ...] = ()
    """The check runs only when one of these is set; none: always."""
    check: Callable[[Guest], Iterable[Finding]] | None = None
    told: tuple[str, ...] = ()
    """Codes (or patterns of them) of the reader's diagnostics that are shown as this rule's findings.

    The reader's errors are shown by rules that are errors, its warnings by others.
    """
    retell: Callable[[Guest, Diagnostic], Finding | None] | None = None
    """Says better what the reader told: place, words, a fix; None: as it is."""
    explains: tuple[str, ...] = ()
    """Codes of rules whose findings in the same lines only follow from this one's, and are left out."""
    default: bool = True
    """Whether it runs when nobody selects it by name or group."""
    broken_too: bool = False
    """Whether it also runs on a text with errors, of which lines are missing."""
    broken_only: bool = False
    """Whether it runs on nothing else."""
    needs_host: bool = False
    """It compares with a host, and only runs where one is described."""
    is_cause: bool = False
    """What else is found may only follow from it: fixes of other rules wait until it is mended. Errors of the text
    come before it, other errors behind it.
    """
    claims: Callable[[Guest], Iterable[Claim]] | None = None
    """For a rule over several files: what each takes; two guests must not take the same."""
    clash: str = ""
    """What to say of a claim that another file makes too, with {what} and {other} (the place) in it."""
    cure: str = ""
    """What to do about a clash."""
    exceeds: Callable[[HostFacts, int, int], str] | None = None
    """What to say when the memory (KiB) and the vCPUs of several guests are more than a host has; empty: they fit.

    It is said where the claim of the guest stands with which they are more.
    """


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by group and code."""
    found = [rule for module in _modules() for rule in module.RULES]
    return tuple(sorted(found, key=lambda rule: (rule.group, rule.code)))


def _modules() -> list[ModuleType]:
    package = "xlpy.lint.rules"
    (folder,) = importlib.import_module(package).__path__
    names = sorted(name.removesuffix(".py") for name in os.listdir(folder) if name.endswith(".py"))
    modules = [importlib.import_module(f"{package}.{name}") for name in names if name != "__init__"]
    return [module for module in modules if hasattr(module, "RULES")]


@cache
def rules_by_code() -> dict[str, Rule]:
    """Every rule by its code."""
    return {rule.code: rule for rule in all_rules()}


@cache
def rule_of(told: str, severity: Severity) -> Rule | None:
    """The rule that shows a diagnostic of the reader: an error by an error's rule, anything else by another's."""
    refused = severity is Severity.ERROR
    fitting = [rule for rule in all_rules() if rule.told and (rule.severity is Severity.ERROR) == refused]
    exact = [rule for rule in fitting if told in rule.told]
    return next(iter(exact or [rule for rule in fitting if any(fnmatchcase(told, one) for one in rule.told)]), None)


def selected(
    rules: Iterable[Rule], select: Iterable[str], ignore: Iterable[str], extend: Iterable[str] = ()
) -> list[Rule]:
    """The rules that are chosen by codes, groups or patterns (disk-*); `all` is every rule."""
    wanted, more, unwanted = tuple(select), tuple(extend), tuple(ignore)
    chosen = (rule for rule in rules if (matches(rule, wanted) if wanted else rule.default) or matches(rule, more))
    return [rule for rule in chosen if not matches(rule, unwanted)]


def matches(rule: Rule, names: Iterable[str]) -> bool:
    """Whether a rule is meant by one of these codes, groups or patterns."""
    return any(name in (rule.group, "all") or fnmatchcase(rule.code, name) for name in names)
