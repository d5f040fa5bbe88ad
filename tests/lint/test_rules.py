"""Every rule finds what it says in the marked places, nothing in good text, and mends what it can."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.lint.marked import Case, marked, read_cases
from xlpy.host import BUILT_IN
from xlpy.lint.engine import diagnose, lint, read
from xlpy.lint.fixing import applied
from xlpy.lint.rule import Rule, all_rules, rules_by_code
from xlpy.release import DEFAULT, Release
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.diagnostic import Diagnostic

FOLDER = Path(__file__).parent / "cases"
RULES = all_rules()
SINGLE = [rule for rule in RULES if rule.claims is None and rule.group != "several"]
every_rule = pytest.mark.parametrize("rule", SINGLE, ids=lambda rule: rule.code)


def cases(rule: Rule) -> list[Case]:
    """The examples of the declaration and the cases of the rule's file."""
    options = {"host": "built-in"} if rule.needs_host else {}
    declared = [Case("bad", options, rule.bad, 0)]
    if rule.fixed:
        declared.append(Case("fixed", options, rule.fixed, 0))
    declared.append(Case("good", options, rule.good, 0))
    return declared + read_cases((FOLDER / f"{rule.code}.cases").read_bytes().decode("utf-8", "surrogateescape"))


def found(rule: Rule, case: Case, text: str) -> list[Diagnostic]:
    """What the rule finds among all rules."""
    release = Release.parse(case.options["xen"]) if "xen" in case.options else DEFAULT
    host = BUILT_IN if case.options.get("host") == "built-in" else None
    rules = [*(other for other in RULES if other.default and other is not rule), rule]
    return [one for one in diagnose(read(Source("c.cfg", text), release, host), rules) if one.code == rule.code]


def mended(rule: Rule, case: Case) -> str:
    """The text with all fixes of the rule, until none is left."""
    text = marked(case.written).text
    for _ in range(10):
        fixes = [one.fix for one in found(rule, case, text) if one.fix is not None]
        if not fixes:
            break
        text = applied(text, fixes)
    return text


@every_rule
def test_what_is_bad_is_found_in_its_place(rule: Rule) -> None:
    bad = [case for case in cases(rule) if case.what == "bad"]
    assert len(bad) > 1, f"tests/lint/cases/{rule.code}.cases has no bad case"
    for case in bad:
        text, spans = marked(case.written)
        findings = found(rule, case, text)
        shown = [text[slice(*(one.span or (0, 0)))] for one in findings]
        assert [one.span for one in findings] == list(spans), f"line {case.line}: found {shown}"
        assert all(one.severity is rule.severity for one in findings)


@every_rule
def test_what_is_good_is_left_alone(rule: Rule) -> None:
    good = [case for case in cases(rule) if case.what == "good"]
    assert len(good) > 1, f"tests/lint/cases/{rule.code}.cases has no good case"
    for case in good:
        assert not found(rule, case, marked(case.written).text), f"line {case.line}"


@every_rule
def test_the_fix_gives_what_is_shown(rule: Rule) -> None:
    written = cases(rule)
    for case, after in zip(written, [*written[1:], None], strict=True):
        if case.what != "bad":
            continue
        text = marked(case.written).text
        if after is not None and after.what == "fixed":
            assert mended(rule, case) == marked(after.written).text, f"line {case.line}"
        else:
            assert not any(one.fix for one in found(rule, case, text)), f"line {case.line}: show what the fix makes"


@every_rule
def test_a_page_is_complete(rule: Rule) -> None:
    assert rule.summary
    assert not rule.summary.endswith(".")
    assert len(rule.summary) <= 90
    assert len(rule.why) > 40
    assert rule.code.replace("-", "").isalnum()
    assert rule.check or rule.told or rule.code == "unused-ignore"


def test_codes_are_unique_and_no_case_file_is_left_over() -> None:
    assert len(rules_by_code()) == len(RULES)
    assert {path.stem for path in FOLDER.glob("*.cases")} == {rule.code for rule in SINGLE}


@every_rule
def test_a_good_example_is_a_whole_guest(rule: Rule) -> None:
    host = BUILT_IN if rule.needs_host else None
    errors = [one for one in lint(Source("c.cfg", marked(rule.good).text), host=host) if one.severity.name == "ERROR"]
    assert not errors


def test_no_two_rules_explain_each_other() -> None:
    """Both would vanish."""
    explains = {rule.code: [other.code for other in RULES if _explains(rule, other)] for rule in RULES}
    assert not [(one, other) for one, others in explains.items() for other in others if one in explains[other]]


def _explains(rule: Rule, other: Rule) -> bool:
    return rule is not other and any(fnmatchcase(other.code, pattern) for pattern in rule.explains)
