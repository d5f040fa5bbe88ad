"""Whole files: what comes of them, what is said about them, and that the real xl takes what is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.real import RELEASES, ask_real, config_case
from tests.xm.cases import CASES, said, translated
from xlpy.config import load
from xlpy.diagnostic import Severity
from xlpy.source import Source
from xlpy.xm.translate import Translated, translate

if TYPE_CHECKING:
    from pathlib import Path

every_case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


def _is_whole(result: Translated) -> bool:
    return all(one.severity < Severity.ERROR for one in result.diagnostics)


@every_case
def test_what_comes_of_it(path: Path) -> None:
    result = translated(path)
    assert (result.text or "") == path.with_suffix(".cfg").read_text(encoding="utf-8")
    assert said(result) == path.with_suffix(".said").read_text(encoding="utf-8")


@every_case
def test_no_comment_is_lost(path: Path) -> None:
    text = translated(path).text
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line.partition("#")[2].strip() for line in lines if "#" in line]
    assert text is None or [comment for comment in comments if comment not in text] == []


def test_a_translated_file_is_its_own_translation() -> None:
    for path in CASES:
        first = translated(path)
        if first.text is None or first.loaded is None or not _is_whole(first):
            continue
        again = translate(Source("again.cfg", first.text))
        assert again.loaded is not None
        uuid = first.loaded.config.c_info.uuid
        config = again.loaded.config
        assert config.replace(c_info=config.c_info.replace(uuid=uuid)) == first.loaded.config, path.name


@pytest.mark.parametrize("release", RELEASES)
def test_the_real_xl_takes_what_is_whole(release: str) -> None:
    need_real_xl()
    results = [(path.name, translated(path)) for path in CASES]
    whole = [
        config_case(name, (result.text or "").encode()) for name, result in results if result.text and _is_whole(result)
    ]
    assert len(whole) >= 5
    told = [(case.name, run.stderr) for case, run in zip(whole, ask_real(release, whole), strict=True) if run.status]
    assert told == []


def test_what_xl_refuses_is_told_as_an_error() -> None:
    path = next(path for path in CASES if path.stem == "refused")
    result = translated(path)
    assert any(one.code == "bad-uuid" and one.severity == Severity.ERROR for one in result.diagnostics)
    assert load(Source("refused.cfg", result.text or "")).diagnostics != ()
