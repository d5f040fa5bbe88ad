"""Which xl.conf is read, and what happens when it cannot be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from xlpy.cli.files import xlconf
from xlpy.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path

GUEST = 'name = "a"\nkernel = "/k"\nvif = [""]\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(xlconf.VARIABLE)
    monkeypatch.setattr(xlconf, "PATH", str(tmp_path / "usual.conf"))
    (tmp_path / "a.cfg").write_text(GUEST)
    for name in ("usual", "other", "third"):
        (tmp_path / f"{name}.conf").write_text(f'vif.default.bridge = "{name}"\n')
    return tmp_path


def _bridge(capsys: pytest.CaptureFixture[str], *words: str, program: str = "xl") -> str:
    assert run([*words, "create", "-qn", "a.cfg"], program) == 0
    out, err = capsys.readouterr()
    assert not err
    return out.partition('"bridge": "')[2].partition('"')[0]


def test_the_usual_file_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert _bridge(capsys) == "usual"


def test_a_variable_names_another(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(xlconf.VARIABLE, "other.conf")
    assert _bridge(capsys) == "other"


def test_an_empty_variable_means_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(xlconf.VARIABLE, "")
    assert not _bridge(capsys)


def test_the_option_wins(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(xlconf.VARIABLE, "other.conf")
    assert _bridge(capsys, "--config", "third.conf", program="xlpy") == "third"


def test_xl_has_no_such_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", "third.conf", "list"]) == 1
    assert "unknown global option" in capsys.readouterr().err


def test_no_usual_file_is_no_news(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "usual.conf").unlink()
    assert not _bridge(capsys)


def test_a_usual_file_that_cannot_be_read_is_told(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "usual.conf").unlink()
    (folder / "usual.conf").mkdir()
    assert run(["help", "list"]) == 0
    message = f"Failed to read config file: {folder}/usual.conf: Inappropriate ioctl for device\n"
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("name", ["nosuch.conf", "fifo"])
def test_a_file_that_was_asked_for_must_be_there(capsys: pytest.CaptureFixture[str], folder: Path, name: str) -> None:
    os.mkfifo(folder / "fifo")
    assert run(["--config", name, "help", "list"], "xlpy") == 1
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith(f"Failed to read config file: {name}: ")


@pytest.mark.parametrize("text", ["", "# a\n", "\n \t\n  # b\n", "# a\n\t "])
def test_a_file_without_settings_is_not_parsed(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.delattr(xlconf, "_load")
    (folder / "usual.conf").write_text(text)
    assert not _bridge(capsys)


@pytest.mark.parametrize("text", ["# a", "\r\n", "x\n", "\f\n", ";x\n"])
def test_a_file_that_is_wrong_stops_every_verb(capsys: pytest.CaptureFixture[str], folder: Path, text: str) -> None:
    (folder / "usual.conf").write_bytes(text.encode())
    assert run(["help", "list"]) == 1
    out, err = capsys.readouterr()
    assert not out
    assert err.endswith("Failed to parse config file: Invalid argument\n")


def test_planning_follows_it(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "usual.conf").write_text('vm.cpumask = "3"\n')
    (folder / "a.cfg").write_text('name = "a"\nkernel = "/boot/k"\nvcpus = 1\ncpus = "4"\n')
    assert run(["plan", "a.cfg"], "xlpy") == 1
    assert "vcpu hard affinity map is empty" in capsys.readouterr().err
