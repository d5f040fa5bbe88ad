"""The cache: what it keeps, whom it belongs to, and that nothing that happens to it does any harm."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.benchfiles import configuration
from tests.processes import ROOT
from xlpy.cli.linting import cache as caching
from xlpy.cli.linting import packed, run
from xlpy.cli.linting.cache import NAME, Cache, default_folder
from xlpy.host import BUILT_IN
from xlpy.lint import run as linting
from xlpy.lint.settings import LintSettings
from xlpy.release import Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.lint.report import Report
    from xlpy.lint.rule import Rule

SETTINGS = LintSettings()
SECRET = "hunter2-and-more"
GUEST = f'name = "{{}}"\nkernel = "/boot/vmlinuz"\nmemroy = 64\nvncpasswd = "{SECRET}"\n'


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """Some files, each with something to say about it."""
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:03}.cfg").write_text(GUEST.format(number), encoding="utf-8")
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of files that are really linted, and not known to the cache."""
    report, seen = linting.report, list[str]()

    def watched(path: str, data: bytes, settings: LintSettings, rules: Sequence[Rule]) -> Report:
        seen.append(path)
        return report(path, data, settings, rules)

    monkeypatch.setattr(linting, "report", watched)
    return seen


def again(paths: list[str], folder: Path, settings: LintSettings = SETTINGS) -> list[Report]:
    return list(run(paths, settings, jobs=1, cache=folder))


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
        "from xlpy.cli.paths import find_files; from xlpy.lint.settings import LintSettings\n"
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


def test_it_may_be_deleted_at_any_time(tmp_path: Path, paths: list[str], linted: list[str]) -> None:
    folder = tmp_path / "cache"

    def delete(done: int) -> None:
        for path in folder.iterdir():
            path.unlink()

    expected = list(run(paths, SETTINGS, jobs=1))
    again(paths, folder)
    assert list(run(paths, SETTINGS, jobs=1, cache=folder, on_progress=delete)) == expected
    assert again(paths, folder) == expected
    (folder / NAME).unlink()
    (folder / f"{NAME}-wal").write_bytes(b"left over")
    assert again(paths, folder) == expected
    linted.clear()
    assert again(paths, folder) == expected
    assert not linted


def _fill(file: Path, data: bytes) -> None:
    for end in ("-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    file.write_bytes(data)


def _damage(file: Path, sort: str) -> None:
    data = file.read_bytes()
    if sort == "nothing SQLite knows":
        _fill(file, b"xlpy\n" * 5000)
    elif sort == "cut":
        _fill(file, data[: len(data) // 2])
    elif sort == "zeros":
        _fill(file, data[:4096] + bytes(len(data) - 4096))
    elif sort == "another table":
        file.unlink()
        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE report (id INTEGER PRIMARY KEY, words TEXT)")
    elif sort == "bodies":
        with sqlite3.connect(file) as same:
            same.execute("UPDATE report SET body = CAST(replace(body, 'memroy', 'memory') AS BLOB)")
    else:
        with sqlite3.connect(file) as same:
            same.execute("UPDATE report SET body = ?", ("text" if sort == "texts" else b"",))


@pytest.mark.parametrize(
    "sort", ["nothing SQLite knows", "cut", "zeros", "another table", "bodies", "texts", "empty bodies"]
)
def test_a_damaged_one_is_made_anew(tmp_path: Path, paths: list[str], linted: list[str], sort: str) -> None:
    folder = tmp_path / "cache"
    expected = again(paths, folder)
    _damage(folder / NAME, sort)
    assert again(paths, folder) == expected
    linted.clear()
    assert again(paths, folder) == expected
    assert not linted


def test_a_folder_that_cannot_be_used_is_done_without(tmp_path: Path, paths: list[str]) -> None:
    expected = list(run(paths, SETTINGS, jobs=1))
    (tmp_path / "file").write_text("")
    (tmp_path / "taken" / NAME).mkdir(parents=True)
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "taken", Path("/proc/none")):
        assert again(paths, folder) == expected


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path, paths: list[str]) -> None:
    folder = tmp_path / "cache"
    expected = again(paths, folder)
    folder.chmod(0o500)
    assert again(paths, folder) == expected
    folder.chmod(0o700)


def test_a_full_disk_is_no_trouble(tmp_path: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    made = caching._open

    def small(file: Path) -> sqlite3.Connection:
        connection = made(file)
        connection.execute("PRAGMA max_page_count = 3")
        return connection

    monkeypatch.setattr(caching, "_open", small)
    assert again(paths, tmp_path / "cache") == list(run(paths, SETTINGS, jobs=1))


def test_one_that_another_process_keeps_locked_is_done_without(
    tmp_path: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "_WAIT", 0.1)
    expected = again(paths[:50], tmp_path / "cache")
    other = sqlite3.connect(tmp_path / "cache" / NAME, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert again(paths, tmp_path / "cache")[:50] == expected
    other.close()


def test_many_processes_share_it(tmp_path: Path) -> None:
    """All fill it at once, none fails, and afterwards all is in it."""
    files = tmp_path / "files"
    files.mkdir()
    for number in range(120):
        (files / f"{number}.cfg").write_text(configuration(number), encoding="utf-8")
    script = (
        "import sys; from pathlib import Path; from xlpy.cli.linting import run\n"
        "from xlpy.cli.paths import find_files; from xlpy.lint.settings import LintSettings\n"
        f"kept = run(find_files([{str(files)!r}]), LintSettings(), jobs=2, cache=Path({str(tmp_path)!r}, 'cache'))\n"
        "print([(report.path[-8:], len(report.notes), report.trouble) for report in kept])"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    said = {process.communicate(timeout=120) for process in processes}
    assert len(said) == 1
    assert said.pop()[1] == b""
    with sqlite3.connect(tmp_path / "cache" / NAME) as connection:
        assert connection.execute("SELECT COUNT(*) FROM report").fetchone() == (120,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


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
