"""The file: what is refused, how it is opened, that it is kept."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sim.guests import Clock, Lab, config
from xlpy.executors import Failure
from xlpy.executors.sim import default_path, open_host
from xlpy.executors.sim.schema import MIGRATIONS
from xlpy.host import BUILT_IN


def refused(path: Path) -> Failure:
    """Opening must fail with one line that names the file, and with a way out."""
    with pytest.raises(Failure) as caught:
        open_host(str(path)).domains()
    (line,) = caught.value.lines
    assert line.startswith(f"{path}: ")
    assert caught.value.advice
    return caught.value


def test_the_file_is_for_its_owner_alone(lab: Lab) -> None:
    lab.create(config())
    for name in Path(lab.path).parent.iterdir():
        assert stat.S_IMODE(name.stat().st_mode) == (0o700 if name.is_dir() else 0o600)


def test_the_directory_of_this_users_host_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XLPY_STATE_DIR", str(tmp_path / "a" / "b"))
    open_host().close()
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_directory_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="No such file or directory"):
        open_host(str(tmp_path / "a" / "host.db"))
    assert not list(tmp_path.iterdir())


def test_it_is_kept(lab: Lab) -> None:
    lab.create(config("web", vcpus=3))
    lab.clock.go(3)
    before = lab.host.domains()
    lab.host.close()
    assert lab.open().domains() == before


def test_the_facts_of_the_first_day_stay(tmp_path: Path) -> None:
    facts = BUILT_IN.replace(name="small", memory_kib=8 * 1024 * 1024, dom0_vcpus=1)
    open_host(str(tmp_path / "host.db"), facts=facts).close()
    host = open_host(str(tmp_path / "host.db"))
    assert host.info().facts == facts
    assert host.domains()[0].vcpus == 1


def test_an_empty_file_becomes_a_host(tmp_path: Path) -> None:
    (tmp_path / "host.db").touch()
    assert len(open_host(str(tmp_path / "host.db")).domains()) == 1


@pytest.mark.parametrize(
    "content", [b"name = 'web'\n" * 100, b"\0" * 5000, b"\x7fELF" * 999, b"SQLite format 3\0" + b"\xff" * 4000]
)
def test_not_a_database(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "host.db").write_bytes(content)
    refused(tmp_path / "host.db")
    assert (tmp_path / "host.db").read_bytes() == content


def test_another_database(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "host.db")
    db.execute("CREATE TABLE t (a)")
    db.commit()
    assert "not a simulated host" in refused(tmp_path / "host.db").lines[0]
    assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]


def test_a_newer_version(lab: Lab) -> None:
    lab.host.close()
    db = sqlite3.connect(lab.path)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    assert "newer" in refused(Path(lab.path)).advice


def test_a_directory(tmp_path: Path) -> None:
    refused(tmp_path)


def test_a_damaged_file(lab: Lab) -> None:
    for number in range(20):
        lab.create(config(f"g{number}"))
    lab.host.close()
    data = Path(lab.path).read_bytes()
    Path(lab.path).write_bytes(data[:4096] + b"\xaa" * (len(data) - 4096))
    assert "malformed" in refused(Path(lab.path)).lines[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_file_of_somebody_else(lab: Lab) -> None:
    lab.host.close()
    Path(lab.path).chmod(0)
    refused(Path(lab.path))


def test_a_full_disk(lab: Lab) -> None:
    pages = lab.host.db.execute("PRAGMA page_count").fetchone()[0]
    lab.host.db.execute(f"PRAGMA max_page_count = {pages}")
    caught = None
    for number in range(100):
        before = lab.host.domains()
        try:
            lab.create(config(f"g{number}"))
        except Failure as failure:
            caught = failure
            break
    assert caught is not None
    assert "full" in caught.lines[0]
    assert caught.advice == "make room on the disk"
    assert lab.open().domains() == before


def test_a_host_that_is_held_too_long(lab: Lab) -> None:
    other = lab.open()
    other.db.execute("BEGIN IMMEDIATE")
    lab.host.db.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(Failure, match="locked") as caught:
        lab.create(config())
    assert "try again" in caught.value.advice


def test_where_the_host_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XLPY_STATE_DIR", str(tmp_path))
    assert default_path() == f"{tmp_path}/host.db"
    monkeypatch.delenv("XLPY_STATE_DIR")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_path() == "/var/lib/xlpy/host.db"
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert default_path() == "/state/xlpy/host.db"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/anna")
    assert default_path() == "/home/anna/.local/state/xlpy/host.db"


def test_a_look_does_not_write(lab: Lab) -> None:
    lab.booted(config("web"))
    lab.host.domains()
    other = lab.open()
    before = other.db.execute("PRAGMA data_version").fetchone()
    lab.clock.go(100)
    lab.host.domains()
    lab.host.find("web")
    lab.host.stopped(1)
    lab.host.console(1).read()
    assert other.db.execute("PRAGMA data_version").fetchone() == before


def test_memory_host() -> None:
    host = open_host(":memory:", clock=Clock())
    assert len(host.domains()) == 1


def test_another_connection_of_the_process_leaves_the_first_its_locks(lab: Lab) -> None:
    """SQLite's shared lock, which keeps other processes from taking the last writes for all there is."""
    lab.host.domains()
    lab.open().close()
    lock = "fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 2**30 + 2)"
    script = f"import fcntl; file = open({lab.path!r}, 'r+b'); {lock}"
    taking = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "BlockingIOError" in taking.stderr
