"""Real xm files: what becomes of them, and that the real xl takes the ones that are whole."""

from __future__ import annotations

import pytest

from tests.optional import CORPUS, need_corpus
from tests.oracle.needed import need_real_xl
from tests.oracle.real import RELEASES, ask_real, config_case
from xlpy.diagnostic import Severity
from xlpy.source import Source
from xlpy.syntax import parse
from xlpy.xm.translate import Translated, translate

pytestmark = need_corpus
NOT_CONFIGS = {".json", ".tsv", ".xml"}
GUEST_ERRORS = {"no-guest", "not-python", "undecided"}
"""What may be wrong with a file of Python: it is no guest file, or it asks the machine."""


def sources() -> list[Source]:
    paths = sorted(path for path in CORPUS.glob("*/*") if path.is_file() and path.suffix not in NOT_CONFIGS)
    return [Source.from_bytes(path.name, path.read_bytes()) for path in paths]


def errors(result: Translated) -> set[str]:
    return {one.code for one in result.diagnostics if one.severity >= Severity.ERROR}


def test_python_is_translated_or_told() -> None:
    python = [source for source in sources() if any(one.code == "python-code" for one in parse(source).diagnostics)]
    results = {source.name: translate(source, {"vmid": "3"}) for source in python}
    whole = [name for name, result in results.items() if not errors(result)]
    told = [name for name, result in results.items() if "undecided" in errors(result)]
    print(f"corpus: of {len(python)} files with Python {len(whole)} are translated wholly, {len(told)} in part")
    assert len(python) >= 40
    assert len(whole) >= len(python) // 2
    odd = {name: errors(result) - GUEST_ERRORS for name, result in results.items()}
    assert {name: codes for name, codes in odd.items() if codes - {"nothing-to-boot"}} == {}


@pytest.mark.parametrize("release", RELEASES)
def test_the_real_xl_takes_what_is_whole(release: str) -> None:
    need_real_xl()
    results = [(source.name, translate(source, {"vmid": "3"})) for source in sources()]
    cases = [
        config_case(name, (result.text or "").encode("utf-8", "surrogateescape"))
        for name, result in results
        if not errors(result)
    ]
    told = [(case.name, run.stderr) for case, run in zip(cases, ask_real(release, cases), strict=True) if run.status]
    assert told == []
