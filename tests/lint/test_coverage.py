"""Whatever the reader tells, some rule shows: no diagnostic of it gets lost in the linter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle import casefile, fuzz, generate
from tests.oracle.real import CONFIG_NAME
from xlpy.config import load
from xlpy.diagnostic import Severity
from xlpy.differences import TABLE
from xlpy.host import BUILT_IN
from xlpy.lint.engine import lint
from xlpy.lint.guest import ANY_HOST
from xlpy.lint.rule import all_rules, rule_of
from xlpy.release import COMPARED, Release
from xlpy.source import Source

CASES = sorted((Path(__file__).parent.parent / "oracle" / "cases").glob("*.cases"))
GENERATED = 500
NOT_SHOWN = {
    "tsc-mode-word": "a word as tsc_mode is as it should be; xl up to 4.18 only repeats it",
    "python-code": "a hint behind errors that are shown; the rule of this name looks for itself",
}
RELEASES = (*COMPARED, Release(4, 22))


def untold(name: str, text: bytes) -> set[str]:
    """The codes of what the reader says about a text, in any release, that no rule shows."""
    source = Source.from_bytes(name, text)
    told = {
        (one.code, one.severity)
        for release in RELEASES
        for host in (ANY_HOST, BUILT_IN)
        for one in load(source, release=release, host=host).diagnostics
    }
    return {
        f"{code} {severity.name}" for code, severity in told if code not in NOT_SHOWN and not rule_of(code, severity)
    }


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_the_cases_of_the_real_xl_bring_up_is_shown(path: Path) -> None:
    for written in casefile.parse(path.read_bytes(), path.stem):
        for name, text in written.case.files:
            if name == CONFIG_NAME:
                assert not untold(written.case.name, text)


def test_what_generated_configurations_bring_up_is_shown() -> None:
    for seed in range(GENERATED):
        assert not untold(f"generated {seed}", generate.generate(seed)), seed
        assert not untold(f"fuzzed {seed}", fuzz.generate(seed)), seed


@pytest.mark.parametrize("code", [difference.code for difference in TABLE if difference.example and difference.code])
def test_what_differs_from_the_real_xl_is_shown(code: str) -> None:
    assert rule_of(code, Severity.ERROR) or rule_of(code, Severity.WARNING), code


def test_a_rule_that_shows_an_error_is_always_on() -> None:
    assert not [rule.code for rule in all_rules() if rule.severity is Severity.ERROR and not rule.default]


def test_python_is_found_where_xl_hints_at_it() -> None:
    source = Source("c.cfg", "def shown(x):\n    return x\n")
    assert "python-code" in {one.code for one in load(source).diagnostics}
    assert "python-code" in {one.code for one in lint(source)}
