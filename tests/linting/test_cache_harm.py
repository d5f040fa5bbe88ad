"""The cache: nothing that happens to it does any harm."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchfiles import configuration
from tests.linting.files import SETTINGS, again
from tests.processes import ROOT
from xlpy.cli.linting import cache as caching
from xlpy.cli.linting import run
from xlpy.cli.linting.cache import NAME


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
        "from xlpy.cli.files.paths import find_files; from xlpy.lint.settings import LintSettings\n"
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
