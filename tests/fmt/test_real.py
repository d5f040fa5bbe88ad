"""The real xl prints the same for a file and for what the formatter makes of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.optional import CORPUS, need_corpus
from tests.oracle import casefile
from tests.oracle.compare import CASES, corpus, generated
from tests.oracle.needed import need_real_xl
from tests.oracle.real import CONFIG_NAME, RELEASES, Case, ask_real, config_case, masked
from xlpy.fmt import format_source
from xlpy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.oracle.ours import Run

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "etc-xen").glob("*.cfg"))
HERE = sorted((Path(__file__).parent / "cases").glob("*.cfg"))
SEEDS = 300
LINE = re.compile(rb"c\.cfg:[0-9]+")

every_release = pytest.mark.parametrize("release", RELEASES)


@pytest.fixture(scope="module", autouse=True)
def _real_xl() -> None:
    need_real_xl()


def _formatted(data: bytes) -> bytes | None:
    """A file after formatting; None where it is not touched."""
    text = format_source(Source.from_bytes(CONFIG_NAME, data)).text
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _said(run: Run, given: bytes) -> tuple[bytes, int, bytes]:
    """What a run printed, but for what is random and for the numbers of lines."""
    run = masked(run, given)
    return run.stdout, run.status, LINE.sub(b"c.cfg:N", run.stderr)


def _check(release: str, cases: Iterable[Case]) -> tuple[int, int]:
    """How many of the cases were formatted, and how many of these xl accepts; fails where xl sees a difference."""
    pairs = []
    for case in cases:
        files = dict(case.files)
        new = _formatted(files[CONFIG_NAME]) if CONFIG_NAME in files else None
        if new is not None:
            pairs.append((case, Case(case.name, case.argv, tuple({**files, CONFIG_NAME: new}.items()))))
    before = ask_real(release, [old for old, _ in pairs])
    after = ask_real(release, [new for _, new in pairs])
    wrong = [
        f"{new.name}\n{new.shown()}\n{run.stderr!r}\n{again.stderr!r}"
        for (old, new), run, again in zip(pairs, before, after, strict=True)
        if run.status >= 0 and _said(run, old.input) != _said(again, new.input)
    ]
    assert not wrong, f"{len(wrong)} differ\n" + "\n".join(wrong[:5])
    return len(pairs), sum(run.status == 0 for run in before)


@need_corpus
@every_release
def test_corpus(release: str) -> None:
    cases = corpus(CORPUS)
    touched, accepted = _check(release, cases)
    print(f"corpus: {touched} of {len(cases)} files formatted, of these xl {release} accepts {accepted}")
    assert accepted == sum(run.status == 0 for run in ask_real(release, cases)), "xl accepts one that was not formatted"


@every_release
def test_examples_and_cases_of_layout(release: str) -> None:
    cases = [config_case(path.name, path.read_bytes()) for path in (*EXAMPLES, *HERE)]
    assert _check(release, cases)[0] == len(cases)


@every_release
def test_generated_configurations(release: str) -> None:
    touched, accepted = _check(release, generated(range(SEEDS)))
    assert touched > SEEDS / 2
    assert accepted > SEEDS / 4


@every_release
@pytest.mark.parametrize("path", sorted(CASES.glob("*.cases")), ids=lambda path: path.stem)
def test_small_cases(path: Path, release: str) -> None:
    _check(release, [written.case for written in casefile.read(path)])
