"""The cache: what it keeps, for how long, and whom it belongs to."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchfiles import configuration
from tests.linting.files import GUEST, SECRET, SETTINGS, again
from tests.processes import ROOT
from xlpy.cli.linting import cache as caching
from xlpy.cli.linting import packed, run
from xlpy.cli.linting.cache import NAME, Cache, default_folder
from xlpy.host import BUILT_IN
from xlpy.lint import run as linting
from xlpy.lint.settings import LintSettings
from xlpy.release import Release


def test_a_second_run_lints_nothing_and_tells_the_same(tmp_path: Path, paths: list[str], linted: list[str]) -> None:
    first = again(paths, tmp_path / "cache")
    assert linted == paths
    linted.clear()
    assert again(paths, tmp_path / "cache") == first
    assert list(run(paths, SETTINGS, jobs=3, cache=tmp_path / "cache")) == first
    assert not linted
    assert all(report.notes for report in first)


def test_the_rules_are_not_even_loaded_when_all_is_known(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.cfg").write_text(configuration(number * 50), encoding="utf-8")
    script = (
        "import sys; from pathlib import Path; from xlpy.cli.linting import run\n"
        "from xlpy.cli.files.paths import find_files; from xlpy.lint.settings import LintSettings\n"
        f"reports = list(run(find_files([{str(tmp_path)!r}]), LintSettings(), jobs=1, cache=Path({str(tmp_path)!r})))\n"
        "print(len(reports), *(name for name in sys.modules if name.startswith(('xlpy.lint.rules', 'xlpy.options'))))"
    )
    said = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for _ in range(2)
    ]
    assert len(said[0].split()) > 20
    assert said[1] == "40\n"


def test_a_file_that_changed_is_linted(tmp_path: Path, paths: list[str], linted: list[str]) -> None:
    again(paths, tmp_path / "cache")
    linted.clear()
    Path(paths[3]).write_text(GUEST.replace("memroy", "memory").format("3"), encoding="utf-8")
    reports = again(paths, tmp_path / "cache")
    assert linted == [paths[3]]
    assert "unknown-key" not in {note.code for note in reports[3].notes}


@pytest.mark.parametrize(
    "other",
    [
        LintSettings(release=Release(4, 17)),
        LintSettings(host=BUILT_IN),
        LintSettings(ignore=("unknown-key",)),
        LintSettings(select=("disk",)),
        LintSettings(extend=("all",)),
        LintSettings(per_file=(("*.cfg", ("unknown-key",)),)),
    ],
    ids=str,
)
def test_other_settings_have_other_reports(
    tmp_path: Path, paths: list[str], linted: list[str], other: LintSettings
) -> None:
    again(paths, tmp_path / "cache")
    linted.clear()
    assert again(paths, tmp_path / "cache", other) == list(run(paths, other, jobs=1))
    assert linted == [*paths, *paths]


def test_another_path_has_another_report(tmp_path: Path, linted: list[str]) -> None:
    """As findings may name the file."""
    for name in ("one.cfg", "other.cfg"):
        (tmp_path / name).write_bytes(b'name = "a"\r\nkernel = "/k"\r\n')
        (report,) = again([str(tmp_path / name)], tmp_path / "cache")
        assert any(name in note.advice for note in report.notes)


def test_other_sources_have_other_reports(
    tmp_path: Path, paths: list[str], linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    again(paths, tmp_path / "cache")
    linted.clear()
    monkeypatch.setattr(caching, "_fingerprint", lambda: b"of another version")
    again(paths, tmp_path / "cache")
    assert linted == paths


def test_nobody_else_can_read_it(tmp_path: Path, paths: list[str]) -> None:
    before = os.umask(0)
    try:
        cache = Cache(tmp_path / "made" / "cache", SETTINGS)
        cache.put(b"k" * 16, b"body")
        cache._write()
        files = sorted((tmp_path / "made" / "cache").iterdir())
        assert [path.name for path in files] == [NAME, f"{NAME}-shm", f"{NAME}-wal"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        assert stat.S_IMODE((tmp_path / "made" / "cache").stat().st_mode) == 0o700
        cache.close()
    finally:
        os.umask(before)


def test_no_secret_is_kept(tmp_path: Path, paths: list[str]) -> None:
    reports = again(paths, tmp_path / "cache")
    assert {"vncpasswd"} <= {word for note in reports[0].notes for word in note.excerpt.split()}
    kept = b"".join(path.read_bytes() for path in (tmp_path / "cache").iterdir())
    assert b"memroy" in kept
    assert SECRET.encode() not in kept


def test_the_old_go_when_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "MOST_BYTES", 400_000)
    cache = Cache(tmp_path, SETTINGS)
    body = packed.pack(linting.report("a", GUEST.encode(), SETTINGS, SETTINGS.rules()))
    keys = [cache.key(str(number), b"") for number in range(4000)]
    for key in keys:
        cache.put(key, body)
    cache.close()
    left = [number for number, key in enumerate(keys) if cache.get([key])]
    assert left, "all are gone"
    assert left[-1] == 3999
    assert left[0] > 0, "none is gone"
    assert left == list(range(left[0], 4000)), "younger ones went before older ones"
    assert (tmp_path / NAME).stat().st_size < 1_000_000
    cache.close()


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("XLPY_CACHE_DIR", raising=False)
    assert default_folder() == Path("/home/me/.cache/xlpy/lint")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_folder() == Path("/home/me/.cache/xlpy/lint")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert default_folder() == Path("/var/cache/me/xlpy/lint")
    monkeypatch.setenv("XLPY_CACHE_DIR", "/tmp/lint")
    assert default_folder() == Path("/tmp/lint")
