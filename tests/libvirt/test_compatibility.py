"""What libvirt has no way for: said in one place from the declarations, and listed in docs/compatibility.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.libvirt.said import said
from xlpy.cli.main import INTERNAL_ERROR, run
from xlpy.cli.names import NAMES
from xlpy.cli.registry import find_verb
from xlpy.cli.verb import Option, Verb

if TYPE_CHECKING:
    from tests.libvirt.fake import Domain, Xen
    from tests.libvirt.module import Libvirt
    from xlpy.cli.call import Call

ROOT = Path(__file__).parent.parent.parent
DECLARED = [verb for name in NAMES if (verb := find_verb(name)) is not None]


def _run(call: Call) -> int:
    call.options()
    call.executor()
    return 0


def _declare(monkeypatch: pytest.MonkeyPatch, verb: Verb) -> None:
    monkeypatch.setattr("xlpy.cli.main.find_verb", lambda _name: verb)


def test_the_page_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "docs" / "compatibility.py"), "--check"]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_a_verb_without_a_way(
    libvirt: Libvirt, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _declare(monkeypatch, Verb(name="top", summary="", run=_run, no_libvirt="libvirt has none; xentop has"))
    assert said(capsys, "top") == (1, "", "xlpy: top: libvirt has none; xentop has\n")
    assert libvirt.uris == []
    assert run(["--connect", f"sim://{tmp_path}/host.db", "top"], "xlpy") == 0


@pytest.mark.parametrize(("words", "status"), [((), 0), (("-a",), 0), (("-F",), 1), (("-aF",), 1), (("--", "-F"), 0)])
def test_an_option_without_a_way(
    xen: Xen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int
) -> None:
    options = (Option(letter="a"), Option(letter="F", no_libvirt="no button"))
    _declare(monkeypatch, Verb(name="top", summary="", run=_run, options=options))
    err = "xlpy: top -F: no button\n" if status else ""
    assert said(capsys, "top", *words) == (status, "", err)


def test_an_option_by_its_long_name(
    xen: Xen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = (Option(letter="z", name="zoo", short=False, no_libvirt="no zoo"),)
    _declare(monkeypatch, Verb(name="top", summary="", run=_run, options=options))
    assert said(capsys, "top", "--zoo") == (1, "", "xlpy: top --zoo: no zoo\n")


@pytest.mark.parametrize("verb", DECLARED, ids=lambda verb: verb.name)
def test_reasons_are_one_line_that_names_what_does(verb: Verb) -> None:
    for reason in (verb.no_libvirt, *(option.no_libvirt for option in verb.options)):
        assert reason == reason.strip().rstrip(".")
        assert "\n" not in reason
        assert not reason or ";" in reason, f"{verb.name}: say after a semicolon what has a way: {reason}"


@pytest.mark.parametrize("verb", [verb for verb in DECLARED if not verb.no_libvirt], ids=lambda verb: verb.name)
def test_every_other_verb_ends_with_words_of_its_own(
    web: Domain, verb: Verb, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever it is asked, nothing of it is an internal error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("xlpy.executors.libvirt.vcpus.pin", lambda *_: None)
    monkeypatch.setattr("os.execvp", lambda *_: None)
    for words in ([], ["web"], ["web", "1"], ["web", "1", "1"], ["nosuch", "1", "1"], ["0", "xvda"]):
        status, _, err = said(capsys, verb.name, *words)
        assert status != INTERNAL_ERROR, err
        assert "internal error: " not in err.replace("libvirt: error: internal error: ", "")
