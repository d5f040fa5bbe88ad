"""Changing a file: all or nothing, under its own name, with everything that belongs to it; and showing the change."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xlpy.cli.files.rewriting import diff, rewrite
from xlpy.executors import Failure

ROOT = Path(__file__).parents[2]
AGAIN = """
import itertools
from xlpy.cli.files.rewriting import rewrite
print("go", flush=True)
for char in itertools.cycle((b"a", b"b")):
    rewrite("web.cfg", char * 1_000_000)
"""


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("web.cfg").write_bytes(b"old")


def files() -> list[str]:
    return sorted(os.listdir())


class TestRewrite:
    def test_mode_owner_and_attributes_stay(self) -> None:
        path = Path("web.cfg")
        path.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
        with contextlib.suppress(OSError):  # not every file system has attributes
            os.setxattr(path, "user.note", b"mine")
        before, attributes = path.stat(), os.listxattr(path)
        rewrite("web.cfg", b"new\xff")
        after = path.stat()
        assert path.read_bytes() == b"new\xff"
        assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
        assert os.listxattr(path) == attributes
        assert after.st_ino != before.st_ino
        assert files() == ["web.cfg"]

    def test_a_link_stays_one(self) -> None:
        Path("auto").mkdir()
        Path("auto/web.cfg").symlink_to("../web.cfg")
        rewrite("auto/web.cfg", b"new")
        assert Path("auto/web.cfg").is_symlink()
        assert Path("web.cfg").read_bytes() == b"new"
        assert os.listdir("auto") == ["web.cfg"]

    def test_hard_links_stay_one_file(self) -> None:
        os.link("web.cfg", "other.cfg")
        rewrite("web.cfg", b"new")
        assert Path("other.cfg").read_bytes() == b"new"
        assert Path("other.cfg").samefile("web.cfg")
        assert files() == ["other.cfg", "web.cfg"]

    def test_an_owner_that_may_not_be_given_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def chown(*_: object) -> None:
            raise PermissionError(errno.EPERM, "no")

        before = Path("web.cfg").stat()
        monkeypatch.setattr(os, "chown", chown)
        rewrite("web.cfg", b"new")
        assert Path("web.cfg").read_bytes() == b"new"
        assert Path("web.cfg").stat().st_ino == before.st_ino
        assert files() == ["web.cfg"]

    @pytest.mark.parametrize(
        ("call", "number", "words"),
        [
            ("fsync", errno.ENOSPC, "No space left on device: make room first"),
            ("fsync", errno.EIO, "Input/output error"),
        ],
    )
    def test_what_fails_leaves_the_old_file(
        self, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, call, fail)
        with pytest.raises(Failure) as caught:
            rewrite("web.cfg", b"new")
        assert (caught.value.status, caught.value.advice) == (2, f"web.cfg cannot be written: {words}")
        assert Path("web.cfg").read_bytes() == b"old"
        assert files() == ["web.cfg"]

    def test_a_file_that_may_not_be_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root may write anything
        with pytest.raises(Failure) as caught:
            rewrite("web.cfg", b"new")
        assert "Permission denied: run this as a user who may write" in caught.value.advice
        assert Path("web.cfg").read_bytes() == b"old"

    def test_a_file_is_whole_whenever_the_program_is_killed(self) -> None:
        Path("web.cfg").write_bytes(b"a" * 1_000_000)
        for delay in (0.0, 0.01, 0.02, 0.05):
            command = [sys.executable, "-c", AGAIN]
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as running:
                assert running.stdout is not None
                running.stdout.readline()
                time.sleep(delay)
                running.send_signal(signal.SIGKILL)
            assert Path("web.cfg").read_bytes() in (b"a" * 1_000_000, b"b" * 1_000_000)


class TestDiff:
    def test_a_change(self) -> None:
        assert diff("web.cfg", "a=1\nb = 2\n", "a = 1\nb = 2\n") == (
            "--- web.cfg\n+++ web.cfg\n@@ -1,2 +1,2 @@\n-a=1\n+a = 1\n b = 2\n"
        )

    def test_no_change(self) -> None:
        assert diff("web.cfg", "a = 1\n", "a = 1\n") == ""

    def test_lines_end_with_newlines_and_nothing_else(self) -> None:
        shown = diff("web.cfg", "a='\r\x0b\x85\u2028'", "")
        assert shown.split("\n")[3:] == ["-a='\r\x0b\x85\u2028'", "\\ No newline at end of file", ""]
