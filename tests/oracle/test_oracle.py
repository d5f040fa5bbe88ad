"""The real xl is the judge: the same stdout, stderr and exit status for the same input, for each release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.optional import CORPUS, need_corpus
from tests.oracle import casefile
from tests.oracle.compare import CASES, corpus, generated
from tests.oracle.needed import need_real_xl
from tests.oracle.real import (
    RELEASES,
    Case,
    Outcome,
    ask_real,
    compare,
    config_case,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "etc-xen").glob("*.cfg"))
CRASHES = CASES.parent / "crashes.cases"
SEEDS = 500
SEEDS_PER_TEST = 100
SHOWN = 5

every_release = pytest.mark.parametrize("release", RELEASES)


@pytest.fixture(scope="session", autouse=True)
def _real_xl() -> None:
    need_real_xl()


def _must_agree(outcomes: Sequence[Outcome]) -> None:
    _must_be_empty([outcome for outcome in outcomes if outcome.differing])


def _must_be_empty(wrong: Sequence[Outcome]) -> None:
    if wrong:
        reports = [outcome.report() for outcome in wrong[:SHOWN]]
        names = [f"and {outcome.case.name}" for outcome in wrong[SHOWN:]]
        pytest.fail("\n".join([f"{len(wrong)} not as they should be", *reports, *names]), pytrace=False)


@every_release
@pytest.mark.parametrize("path", sorted(CASES.glob("*.cases")), ids=lambda path: path.stem)
def test_small_cases(path: Path, release: str) -> None:
    _must_agree(compare(release, [written.case for written in casefile.read(path)]))


@pytest.mark.parametrize("path", sorted(CASES.glob("*.cases")), ids=lambda path: path.stem)
def test_small_cases_mean_what_they_say(path: Path) -> None:
    cases = casefile.read(path)
    asked = [ask_real(release, [written.case for written in cases]) for release in RELEASES]
    wrong = []
    for written, *runs in zip(cases, *asked, strict=True):
        accepted = {run.status == 0 for run in runs}
        if accepted != ({True, False} if written.accepted is None else {written.accepted}):
            wrong.append(written.case.name)
    assert not wrong


@pytest.mark.parametrize("path", [*sorted(CASES.glob("*.cases")), CRASHES], ids=lambda path: path.stem)
def test_names_of_cases_are_unique(path: Path) -> None:
    names = [written.case.name for written in casefile.read(path)]
    assert sorted(set(names)) == sorted(names)


@every_release
def test_what_crashes_the_real_xl_is_refused(release: str) -> None:
    cases = [written.case for written in casefile.read(CRASHES)]
    _must_be_empty([outcome for outcome in compare(release, cases) if not outcome.refused_cleanly])


@every_release
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples(path: Path, release: str) -> None:
    outcomes = compare(release, [config_case(path.name, path.read_bytes(), options=())])
    _must_agree(outcomes)
    assert outcomes[0].real.status == 0
    assert outcomes[0].real.stderr == b"Parsing config from c.cfg\n"


@every_release
@pytest.mark.parametrize("start", range(0, SEEDS, SEEDS_PER_TEST))
def test_generated_configurations(start: int, release: str) -> None:
    _must_agree(compare(release, generated(range(start, start + SEEDS_PER_TEST))))


def _sample() -> list[Case]:
    cases = [written.case for path in sorted(CASES.glob("*.cases")) for written in casefile.read(path)]
    return cases[:: len(cases) // 20]


@every_release
def test_a_process_answers_as_the_function_does(release: str) -> None:
    _must_agree(compare(release, _sample(), as_process=True))


@need_corpus
def test_corpus(tmp_path: Path) -> None:
    cases = corpus(CORPUS)
    by_release = [compare(release, cases) for release in RELEASES]
    lines, equal = [], 0
    for outcomes in zip(*by_release, strict=True):
        different = [outcome for outcome in outcomes if outcome.differing]
        equal += not different
        lines += [f"{outcome.case.name}\t{outcome.release}\t{','.join(outcome.differing)}" for outcome in different]
    report = tmp_path / "corpus.tsv"
    report.write_text("".join(f"{line}\n" for line in lines))
    print(f"corpus: {equal} of {len(cases)} files equal for {' and '.join(RELEASES)}; the others: {report}")
    assert equal == len(cases), report.read_text()
