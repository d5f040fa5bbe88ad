"""The law of levels: the real xl refuses a file if and only if lint has an error in it, in the line that xl names."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.optional import CORPUS, need_corpus
from tests.oracle import fuzz, generate
from tests.oracle.compare import corpus
from tests.oracle.needed import need_real_xl
from tests.oracle.real import CONFIG_NAME, RELEASES, Case, ask_real, config_case
from xlpy.diagnostic import Severity
from xlpy.differences import TABLE
from xlpy.host import BUILT_IN
from xlpy.lint.engine import Found, find, read
from xlpy.lint.rule import all_rules
from xlpy.release import Release
from xlpy.source import Source

if TYPE_CHECKING:
    from tests.oracle.ours import Run
    from xlpy.lint.guest import Guest

GENERATED = 5000
CHUNKS = 20
SHOWN = 3
LINE = re.compile(
    rb"^%s:([0-9]+): config parsing error near (?:.*(syntax error, unexpected NEWLINE))?"
    % re.escape(CONFIG_NAME.encode()),
    re.MULTILINE,
)
OWN = {difference.code for difference in TABLE if difference.code}
"""What xlpy refuses on purpose where the real xl crashes, hangs, or goes by what its memory holds."""


@pytest.fixture(scope="module", autouse=True)
def _real_xl() -> None:
    need_real_xl()


class Verdict(NamedTuple):
    """What the real xl and the linter make of a case."""

    case: Case
    release: str
    real: Run
    guest: Guest
    errors: list[Found]

    @property
    def breach(self) -> str:
        """How the law is broken; empty where it is kept."""
        if self.real.status < 0 or OWN & {told.code for told in self.guest.loaded.diagnostics}:
            return "" if self.errors or self.real.status == 0 else "xl is killed, and no error"
        if self.real.status == 0:
            return f"xl takes it, the linter does not: {self.errors[0].rule.code}" if self.errors else ""
        if not self.errors:
            return f"xl refuses it, the linter does not: {self.real.stderr[-200:]!r}"
        return next((f"xl names line {line}, no error there" for line in self._named() if not self._is_told(line)), "")

    def _named(self) -> list[int]:
        """The lines that xl names. Where a newline is what it trips over it has counted one too few."""
        return [int(number) + bool(newline) for number, newline in LINE.findall(self.real.stderr)]

    def _is_told(self, line: int) -> bool:
        source = self.guest.source
        ranges = (error.finding.covers or error.finding.span for error in self.errors)
        return any(source.line(start) <= line <= source.line(end) for start, end in ranges)


def judged(cases: list[Case]) -> list[Verdict]:
    rules = [rule for rule in all_rules() if rule.default]
    verdicts = []
    for release in RELEASES:
        for case, real in zip(cases, ask_real(release, cases), strict=True):
            guest = read(
                Source.from_bytes(CONFIG_NAME, dict(case.files)[CONFIG_NAME]), Release.parse(release), BUILT_IN
            )
            errors = [one for one in find(guest, rules) if one.rule.severity is Severity.ERROR]
            verdicts.append(Verdict(case, release, real, guest, errors))
    return verdicts


def keep_the_law(cases: list[Case]) -> None:
    broken = [one for one in judged(cases) if one.breach]
    text = "\n".join(f"{one.breach} (Xen {one.release})\n{one.case.shown()}" for one in broken[:SHOWN])
    if broken:
        pytest.fail(f"{len(broken)} of {2 * len(cases)} break the law; the first:\n{text}", pytrace=False)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_generated(chunk: int) -> None:
    """Half of them whole guests, always the same; half fresh ones over all that is declared."""
    size = GENERATED // CHUNKS // 2
    seed = int(os.environ["XLPY_FUZZ_SEED"]) + 10**6 + chunk * size
    seeds = range(chunk * size, (chunk + 1) * size)
    cases = [config_case(f"generated {one}", generate.generate(one)) for one in seeds]
    cases += [config_case(f"fuzzed {seed + one}", fuzz.generate(seed + one)) for one in range(size)]
    keep_the_law(cases)


@need_corpus
def test_corpus() -> None:
    keep_the_law(corpus(CORPUS))
