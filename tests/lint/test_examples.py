"""The examples are as we would have others write."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlpy.fmt import format_source
from xlpy.lint.engine import lint
from xlpy.release import Release
from xlpy.source import Source

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "etc-xen").glob("*.cfg"))


@pytest.mark.parametrize("release", ["4.17", "4.20"])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_is_found_in_an_example(path: Path, release: str) -> None:
    source = Source.from_bytes(str(path), path.read_bytes())
    assert not lint(source, release=Release.parse(release))
    assert format_source(source).text == source.text
