"""S-expressions instead of JSON, equal to the real xl."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.oracle import casefile, fuzz, generate
from tests.oracle.needed import need_real_xl
from tests.oracle.ours import XL_CONF_NAME
from tests.oracle.real import RELEASES, Case, compare, config_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parents[1] / "examples" / "etc-xen").glob("*.cfg"))
UUID = b'uuid = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"\n'
UNTOLD = b"bootloader_args"
"""The real xl shows an empty list of arguments, which libxl's JSON and our configuration do not know from none."""
SEEDS = 300

every_release = pytest.mark.parametrize("release", RELEASES)


@pytest.fixture(scope="module", autouse=True)
def _real_xl() -> None:
    need_real_xl()


def _must_agree(release: str, cases: Iterable[Case]) -> None:
    conf = (XL_CONF_NAME, b'output_format = "sxp"\n')
    outcomes = compare(release, [replace(case, files=(conf, *case.files)) for case in cases])
    wrong = [outcome.report() for outcome in outcomes if outcome.differing]
    assert not wrong, "\n".join(wrong[:5])


@every_release
def test_each_field(release: str) -> None:
    _must_agree(release, [written.case for written in casefile.read(HERE / "sxp.cases")])


@every_release
def test_examples(release: str) -> None:
    _must_agree(release, [config_case(path.name, UUID + path.read_bytes(), options=()) for path in EXAMPLES])


@every_release
@pytest.mark.parametrize("make", [generate.generate, fuzz.generate])
def test_generated_guests(release: str, make: Callable[[int], bytes]) -> None:
    texts = [make(seed) for seed in range(SEEDS)]
    _must_agree(release, [config_case("sxp", UUID + text) for text in texts if UNTOLD not in text])


@every_release
def test_what_debugging_shows_on_standard_error(release: str) -> None:
    text = UUID + b'name = "a"\nkernel = "/k"\n'
    _must_agree(release, [config_case("sxp", text, options=options) for options in (("-qd",), ("-d",))])
