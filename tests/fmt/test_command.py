"""`xlpy fmt`: what it writes, what it says, and how it ends."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path

import pytest

from tests.processes import Place
from xlpy.cli.main import run

UGLY = "name='web';memory=64 # MiB\n"
FINE = 'name = "web"\nmemory = 64  # MiB\n'
DIFF = """\
--- {0}
+++ {0}
@@ -1 +1,2 @@
-name='web';memory=64 # MiB
+name = "web"
+memory = 64  # MiB
"""


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XLPY_XEN", "4.20")
    Path("sub").mkdir()
    for name, text in {"fine.cfg": FINE, "sub/web.cfg": UGLY, "web.cfg": UGLY, "xl.conf": UGLY}.items():
        Path(name).write_text(text, encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["fmt", *words], "xlpy")
    return status, *capsys.readouterr()


def read(name: str) -> str:
    return Path(name).read_text(encoding="utf-8")


class TestFiles:
    def test_a_folder(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys) == (0, "", "2 files reformatted, 1 left unchanged\n")
        assert (read("web.cfg"), read("sub/web.cfg"), read("fine.cfg"), read("xl.conf")) == (FINE, FINE, FINE, UGLY)
        assert said(capsys) == (0, "", "3 files left unchanged\n")

    def test_a_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "xl.conf", "sub") == (0, "", "2 files reformatted\n")
        assert (read("xl.conf"), read("web.cfg"), read("sub/web.cfg")) == (FINE, UGLY, FINE)

    def test_a_file_that_is_fine_is_not_written(self, capsys: pytest.CaptureFixture[str]) -> None:
        before = Path("fine.cfg").stat()
        assert said(capsys, "fine.cfg") == (0, "", "1 file left unchanged\n")
        assert Path("fine.cfg").stat().st_ino == before.st_ino

    def test_check_lists_what_would_change(self, capsys: pytest.CaptureFixture[str]) -> None:
        summary = "2 files would be reformatted, 1 left unchanged\n"
        assert said(capsys, "--check") == (1, "./sub/web.cfg\n./web.cfg\n", summary)
        assert said(capsys, "--check", "fine.cfg") == (0, "", "1 file left unchanged\n")
        assert read("web.cfg") == UGLY

    @pytest.mark.parametrize("options", [["--diff"], ["--diff", "--check"]])
    def test_diff_shows_what_would_change(self, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
        expected = (1, DIFF.format("web.cfg"), "1 file would be reformatted, 1 left unchanged\n")
        assert said(capsys, *options, "web.cfg", "fine.cfg") == expected
        assert said(capsys, *options, "fine.cfg") == (0, "", "1 file left unchanged\n")
        assert read("web.cfg") == UGLY

    def test_bytes_that_are_not_utf8(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("odd.cfg").write_bytes(b"name='\xff' # \xfe\n")
        assert said(capsys, "odd.cfg")[0] == 0
        assert Path("odd.cfg").read_bytes() == b'name = "\xff"  # \xfe\n'


class TestStandardInput:
    @pytest.fixture(autouse=True)
    def _ugly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(UGLY.encode())))

    def test_it_is_a_filter(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        assert said(capsys, "-") == (0, FINE, "")
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FINE.encode())))
        assert said(capsys, "-") == (0, FINE, "")

    def test_errors(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"memory = 64M\n")))
        status, out, err = said(capsys, "-")
        assert (status, out, err.startswith("<stdin>:1:10: error: 64M is no number")) == (2, "", True)

    def test_options(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "--check", "-") == (1, "<stdin>\n", "1 file would be reformatted\n")

    def test_diff(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "--diff", "-") == (1, DIFF.format("<stdin>"), "1 file would be reformatted\n")

    def test_it_goes_alone(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = said(capsys, "-", "web.cfg")
        assert (status, out, "standard input" in err) == (2, "", True)

    def test_it_may_be_endless(self, tmp_path: Path) -> None:
        ended = Place(tmp_path).run("sh", "-c", "exec xlpy fmt - < /dev/zero", seconds=20)
        assert (ended.status, ended.out) == (2, "")
        assert ended.err == "xlpy: standard input is longer than 64 MiB: too long to be a configuration\n"


class TestTrouble:
    @pytest.mark.parametrize("options", [[], ["--check"], ["--diff"]])
    def test_the_other_files_are_done(self, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
        Path("bad.cfg").write_text("memory = 64M\n", encoding="utf-8")
        status, _, err = said(capsys, *options, "nosuch", "bad.cfg", "web.cfg")
        assert status == 2
        assert err.count("nosuch") == 1
        assert "bad.cfg:1:10: error: 64M is no number: xl takes no unit behind one [number-with-unit]\n" in err
        assert err.splitlines()[-1].endswith("reformatted, 2 could not be formatted")
        assert read("bad.cfg") == "memory = 64M\n"
        assert read("web.cfg") == (UGLY if options else FINE)

    def test_a_name_that_is_nearly_right(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, _, err = said(capsys, "wep.cfg")
        assert (status, "xlpy: did you mean web.cfg?\n" in err) == (2, True)

    def test_a_file_that_cannot_be_written(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda _path, _mode: False)
        status, _, err = said(capsys, "web.cfg")
        assert (status, err.count("\n")) == (2, 2)
        assert err.startswith("xlpy: web.cfg cannot be written: Permission denied")

    def test_no_files_at_all(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("empty").mkdir()
        status, out, err = said(capsys, "empty")
        assert (status, out, err.startswith("xlpy: fmt: there is no configuration file")) == (0, "", True)

    @pytest.mark.parametrize("name", ["a\x1b[2J.cfg", "\x9b.cfg"])
    @pytest.mark.parametrize("text", [UGLY, "= =\n"])
    def test_nothing_odd_reaches_a_terminal(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, text: str
    ) -> None:
        Path(name).write_text(f"{text}# \x1b[31m\x9b\u202e\n", encoding="utf-8")
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        for options in (["--check"], ["--diff"], []):
            _, out, err = said(capsys, *options, name)
            assert all(char == "\n" or char.isprintable() for char in out + err)

    def test_wrong_usage(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "--fix")[:2] == (2, "")


def test_the_mode_stays_through_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    Path("web.cfg").chmod(0o600)  # it may hold passwords
    assert said(capsys, "web.cfg")[0] == 0
    assert stat.S_IMODE(Path("web.cfg").stat().st_mode) == 0o600
