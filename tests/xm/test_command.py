"""`xlpy convert --from xm`: status, output, and what is said on standard error."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from xlpy.cli.main import run
from xlpy.convert import convert
from xlpy.source import Source

WHOLE = "name = 'web-' + '1'  # the name\nkernel = '/k'\nmemory = 2 * 64\n"
PART = f"import os\n{WHOLE}vcpus = os.sysconf('SC_NPROCESSORS_ONLN')\n"


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("whole").write_text(WHOLE, encoding="utf-8")
    Path("part").write_text(PART, encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = run(["convert", "--from", "xm", *words], "xlpy")
    return status, *capsys.readouterr()


def test_a_whole_file(capsys: pytest.CaptureFixture[str]) -> None:
    text = 'name = "web-1"  # the name\nkernel = "/k"\nmemory = 128\n'
    assert said(capsys, "whole") == (0, text, "")
    assert said(capsys, "--to", "xl", "whole") == (0, text, "")
    assert convert(Source("whole", WHOLE), "xm", "xl").text == text


def test_a_file_in_part(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "part")
    assert (status, "memory = 128\n" in out, "# xlpy: vcpus could not be decided" in out) == (1, True, True)
    assert err.startswith("part:5:9: error: os.sysconf depends on the machine and the moment: vcpus cannot")
    assert "    help: write the value in its place, or give it with --define vcpus=VALUE\n" in err
    assert said(capsys, "--define", "vcpus=4", "part")[0] == 0


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "--to", "json", "whole")
    assert (status, json.loads(out)["b_info"]["target_memkb"], err) == (0, 131072, "")
    status, out, err = said(capsys, "--to", "json", "part")
    assert (status, out, "vcpus cannot be decided" in err) == (1, "", True)


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WHOLE.encode())))
    status, out, _ = said(capsys, "-")
    assert (status, out.count("name =")) == (0, 1)


def test_bytes_go_through() -> None:
    Path("latin").write_bytes(b"# -*- coding: latin-1 -*-\r\nname = 'b\xfcro' # \xfc\r\nkernel = u'/k'\r\n")
    script = "import sys; from xlpy.cli.main import xlpy; sys.argv[1:] = ['convert', '--from', 'xm', 'latin']; xlpy()"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert ran.stdout == b'# -*- coding: latin-1 -*-\nname = "b\xfcro"  # \xfc\nkernel = "/k"\n'
    assert ran.stderr == b""


@pytest.mark.parametrize("data", [b"name = 'a", b"\0", b"\xff\xfe\0n", b"", b"\x7fELF\x02\x01", b"{ 'a'", b"<domain/>"])
def test_no_file_is_an_internal_error(data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    Path("odd").write_bytes(data)
    status, out, err = said(capsys, "odd")
    assert (status, out, "internal" in err, err.startswith("odd")) == (1, "", False, True)


@pytest.mark.parametrize(
    "words", [["--define", "a"], ["--define", "1=2"], ["--define", "=2"], ["--to", "xm"], ["--define", "a b=2"]]
)
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *words, "whole")[:2] == (2, "")


def test_define_is_for_xm_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", "--define", "a=1", "whole"], "xlpy") == 2
    assert "--define is for --from xm" in capsys.readouterr().err


def test_xm_is_never_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["convert", "whole"], "xlpy") == 1
    assert "looks like it contains Python code" in capsys.readouterr().err


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "wohle")
    assert (status, out) == (2, "")
    assert err.endswith("xlpy: did you mean whole?\n")
