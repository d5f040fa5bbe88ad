"""`xlpy convert --to xml`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.lower.reading import GUESTS, lowered
from xlpy.cli.main import run

GUEST = GUESTS["pv"]


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XLPY_XEN", "4.20")


def said(capsys: pytest.CaptureFixture[str], text: str, *words: str) -> tuple[int, str, str]:
    Path("web.cfg").write_text(text, encoding="utf-8", errors="surrogateescape")
    status = run(["convert", "--to", "xml", *words, "web.cfg"], "xlpy")
    return status, *capsys.readouterr()


def test_what_can_be_said_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, GUEST) == (0, lowered(GUEST).xml, "")


def test_tuning_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, f"{GUEST}cap = 50\n")
    assert (status, out) == (0, lowered(GUEST).xml)
    assert err.splitlines()[:2] == [
        "web.cfg:4:7: warning: cap = 50: libvirt's driver for Xen has no words for it [libvirt]",
        "    4 | cap = 50",
    ]


def test_another_guest_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    text = GUEST + 'vif = ["bridge=xenbr0, mtu=9000"]\n'
    status, out, err = said(capsys, text)
    assert (status, out) == (1, "")
    assert err.startswith("web.cfg:4:28: error: mtu=9000: libvirt's driver for Xen has no words for it [libvirt]\n")
    assert "--best-effort" in err.splitlines()[-1]
    status, out, err = said(capsys, text, "--best-effort")
    assert (status, out) == (0, lowered(text).xml)
    assert err.count("error: ") == 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('vnuma = [["pnode=1", "size=32", "vcpus=0"]]', "4:9"),
        ('disk = ["a,raw,xvda,w"]', "4:10"),
        ('device_model_args = ["\udcff"]', "4:21"),
    ],
)
def test_places(capsys: pytest.CaptureFixture[str], text: str, place: str) -> None:
    assert f"web.cfg:{place}: " in said(capsys, f"{GUESTS['hvm']}{text}\n")[2]


def test_json_and_xm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("web.cfg").write_text(GUEST, encoding="utf-8")
    assert run(["convert", "web.cfg"], "xlpy") == 0
    printed = capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(printed.encode())))
    assert run(["convert", "--to", "xml", "-"], "xlpy") == 0
    assert capsys.readouterr().out == lowered(GUEST).xml
    assert said(capsys, GUEST, "--from", "xm")[:2] == (0, lowered(GUEST).xml)


def test_what_xl_refuses_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "memory = 64M\n")
    assert (status, out) == (1, "")
    assert err.endswith("Failed to parse config: Invalid argument\n")


def test_best_effort_is_for_xml(capsys: pytest.CaptureFixture[str]) -> None:
    Path("web.cfg").write_text(GUEST, encoding="utf-8")
    assert run(["convert", "--best-effort", "web.cfg"], "xlpy") == 2
    assert "--to xml" in capsys.readouterr().err


@pytest.mark.parametrize(
    "setting", ['boot = "cq"', 'disk = ["a,raw,xvda,w"]', 'serial = ["pty", "pty"]', "viridian = 1"]
)
def test_lint_finds_the_same(capsys: pytest.CaptureFixture[str], setting: str) -> None:
    status, _, err = said(capsys, f"{GUESTS['hvm']}{setting}\n")
    (told,) = [line for line in err.splitlines() if line.startswith("web.cfg:")]
    assert status == 1
    assert run(["lint", "--select", "libvirt", "--no-cache", "--format", "concise", "web.cfg"], "xlpy") == 0
    (found,) = [line for line in capsys.readouterr().out.splitlines() if "libvirt" in line]
    place, why = told.split(": error: ")
    assert found.startswith(f"{place}: advice: ")
    assert why.removesuffix(" [libvirt]").rpartition(": ")[2] in found
