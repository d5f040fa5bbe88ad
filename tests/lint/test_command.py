"""`xlpy lint` as a user runs it: what is read, printed and written, and the status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

GOOD = 'name = "good"\ntype = "pvh"\nkernel = "/boot/vmlinuz"\nmemory = 512\n'
WARNED = GOOD.replace("good", "warned") + "memroy = 512\n"
REFUSED = 'name = "refused"\nmemory = lots\n'
TWICE = GOOD.replace("good", "twice") + "# the real one\nmemory = 512\n"


class Run(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"good": GOOD, "warned": WARNED, "refused": REFUSED}.items():
        (tmp_path / f"{name}.cfg").write_text(text, encoding="utf-8")
    return tmp_path


def lint(folder: Path, *words: str, stdin: str = "", program: str = "lint") -> Run:
    start = "import sys; from xlpy.cli.main import run; sys.exit(run(sys.argv[1:], 'xlpy'))"
    environment = {**os.environ, "XLPY_CACHE_DIR": str(folder / ".cache"), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", start, program, *words],
        cwd=folder, env=environment, input=stdin, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return Run(done.returncode, done.stdout, done.stderr)


def test_status_says_what_was_found(folder: Path) -> None:
    assert lint(folder, "good.cfg").status == 0
    assert lint(folder, "warned.cfg").status == 1
    assert lint(folder, "--fail-on", "error", "warned.cfg").status == 0
    assert lint(folder, "--fail-on", "error", "refused.cfg").status == 1
    assert lint(folder, "missing.cfg").status == 2
    assert lint(folder, "missing.cfg", "good.cfg").status == 2
    assert lint(folder, "--no-such-option").status == 2
    assert lint(folder, "--select", "no-such-rule").status == 2


def test_a_missing_file_is_named_and_the_others_are_linted(folder: Path) -> None:
    run = lint(folder, "missing.cfg", "warned.cfg")
    assert "missing.cfg" in run.err
    assert "warned.cfg:5:1: warning:" in run.out


def test_a_folder_is_linted(folder: Path) -> None:
    run = lint(folder, "--format", "concise", "--no-cache")
    files = {line.partition(":")[0] for line in run.out.splitlines()}
    assert files == {"./warned.cfg", "./refused.cfg"}
    assert lint(folder, ".", "--format", "concise").out == run.out


def test_standard_input(folder: Path) -> None:
    run = lint(folder, "-", "--format", "concise", stdin=WARNED)
    assert run.status == 1
    assert run.out.startswith("<stdin>:5:1: warning: ")
    assert lint(folder, "-", "good.cfg").status == 2


def test_text_shows_the_line_and_what_to_do(folder: Path) -> None:
    run = lint(folder, "warned.cfg")
    assert "    5 | memroy = 512\n      | ^^^^^^\n" in run.out
    assert "did you mean memory?" in run.out
    assert "[unknown-key]" in run.out


def test_rules_are_chosen(folder: Path) -> None:
    assert lint(folder, "--ignore", "unknown-key", "warned.cfg").status == 0
    assert lint(folder, "--select", "disk", "warned.cfg").status == 0
    assert lint(folder, "--select", "unknown-*,duplicate-key", "warned.cfg").status == 1


def test_settings_are_found_upwards_and_overruled(folder: Path) -> None:
    inner = folder / "guests" / "old"
    inner.mkdir(parents=True)
    (inner / "a.cfg").write_text(WARNED, encoding="utf-8")
    (folder / "xlpy.toml").write_text('ignore = ["unknown-key"]\n', encoding="utf-8")
    assert lint(inner, "a.cfg").status == 0
    assert lint(folder, "guests").status == 0
    assert lint(inner, "--isolated", "a.cfg").status == 1
    (folder / "guests" / "pyproject.toml").write_text(
        '[tool.xlpy]\nfail-on = "error"\nxen = "4.17"\n[tool.xlpy.per-file]\n"x/*.cfg" = ["syntax"]\n', encoding="utf-8"
    )
    assert lint(inner, "a.cfg").status == 0
    assert lint(inner, "--fail-on", "warning", "a.cfg").status == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('selct = ["disk"]\n', "did you mean select?"),
        ('select = "disk"\n', "must be a list of texts"),
        ('ignore = ["dsik"]\n', "there is no rule or group dsik"),
        ('xen = "5.99"\n', "there is no xl of Xen 5.99"),
        ('fail-on = "loud"\n', "must be error, warning or advice"),
        ('host = "nowhere.json"\n', "no description of a host"),
        ("select = [\n", "cannot be read"),
    ],
)
def test_wrong_settings_are_told(folder: Path, text: str, words: str) -> None:
    (folder / "xlpy.toml").write_text(text, encoding="utf-8")
    run = lint(folder, "good.cfg")
    assert run.status == 2
    assert words in run.err


def test_per_file_ignores(folder: Path) -> None:
    (folder / "xlpy.toml").write_text('[per-file]\n"warn*.cfg" = ["unknown-key"]\n', encoding="utf-8")
    assert lint(folder, "warned.cfg").status == 0
    assert lint(folder, "warned.cfg", "refused.cfg").status == 1


def test_per_file_patterns_are_told_from_the_settings_on(folder: Path) -> None:
    lab = folder / "lab"
    lab.mkdir()
    (lab / "a.cfg").write_text(WARNED, encoding="utf-8")
    (folder / "xlpy.toml").write_text('[per-file]\n"lab/*.cfg" = ["unknown-key"]\n', encoding="utf-8")
    assert lint(folder, "lab/a.cfg").status == 0
    assert lint(lab, "a.cfg").status == 0
    assert lint(lab, "../warned.cfg").status == 1


def test_what_is_selected_is_not_ignored_by_the_settings(folder: Path) -> None:
    (folder / "xlpy.toml").write_text('ignore = ["unknown-key"]\n', encoding="utf-8")
    assert lint(folder, "warned.cfg").status == 0
    assert lint(folder, "--select", "keys", "warned.cfg").status == 1


def test_options_that_do_not_go_together_are_told(folder: Path) -> None:
    assert lint(folder, "--update-baseline", "good.cfg").status == 2
    assert lint(folder, "--statistics", "--format", "json", "good.cfg").status == 2


def test_the_release_decides(folder: Path) -> None:
    (folder / "b.cfg").write_text(GOOD + "vmtrace_buf_kb = 64\n", encoding="utf-8")
    assert lint(folder, "--xen", "4.20", "b.cfg").status == 0
    assert lint(folder, "--xen", "4.10", "b.cfg").status == 1


def test_safe_fixes_are_written(folder: Path) -> None:
    path = folder / "twice.cfg"
    path.write_text(TWICE, encoding="utf-8")
    run = lint(folder, "--fix", "twice.cfg")
    assert run.status == 0
    assert "1 finding fixed in 1 file" in run.err
    text = path.read_text(encoding="utf-8")
    assert text.count("memory") == 1
    assert "# the real one\n" in text
    assert lint(folder, "--fix", "warned.cfg").status == 1
    assert "memroy" in (folder / "warned.cfg").read_text(encoding="utf-8")
    (folder / "warned.cfg").write_text(WARNED.replace("memory = 512\n", ""), encoding="utf-8")
    assert lint(folder, "--unsafe-fixes", "warned.cfg").status == 0
    assert "memory = 512" in (folder / "warned.cfg").read_text(encoding="utf-8")


def test_a_diff_is_shown_and_nothing_is_written(folder: Path) -> None:
    path = folder / "twice.cfg"
    path.write_text(TWICE + 'vncpasswd = "hunter2"\n', encoding="utf-8")
    run = lint(folder, "--diff", "twice.cfg")
    assert run.status == 1
    assert "--- twice.cfg\n+++ twice.cfg\n" in run.out
    assert "-memory = 512\n" in run.out
    assert "hunter2" not in run.out
    assert path.read_text(encoding="utf-8").startswith(TWICE)
    assert lint(folder, "--diff", "good.cfg").status == 0
    run = lint(folder, "--diff", "refused.cfg")
    assert (run.status, run.out) == (1, "")


def test_standard_input_is_printed_mended(folder: Path) -> None:
    run = lint(folder, "--fix", "-", stdin=TWICE)
    assert run.status == 0
    assert run.out.count("memory") == 1


def test_a_baseline_accepts_what_is_there(folder: Path) -> None:
    run = lint(folder, "--baseline", "base.json", ".")
    assert run.status == 0
    assert json.loads((folder / "base.json").read_text(encoding="utf-8"))["version"] == 1
    assert lint(folder, "--baseline", "base.json", ".").status == 0
    warned = folder / "warned.cfg"
    warned.write_text("# moved down\n\n" + WARNED, encoding="utf-8")
    assert lint(folder, "--baseline", "base.json", ".").status == 0
    warned.write_text(WARNED + "vcpsu = 2\n", encoding="utf-8")
    run = lint(folder, "--baseline", "base.json", ".", "--format", "concise")
    assert run.status == 1
    assert [line.split(":")[1] for line in run.out.splitlines()] == ["6"]
    assert lint(folder, "--baseline", "base.json", "--update-baseline", ".").status == 0
    assert lint(folder, "--baseline", "base.json", ".").status == 0
    (folder / "base.json").write_text("[]", encoding="utf-8")
    assert lint(folder, "--baseline", "base.json", ".").status == 2


def test_statistics(folder: Path) -> None:
    run = lint(folder, "--statistics", ".")
    assert run.status == 1
    assert "1  warning  unknown-key" in run.out


def test_a_folder_without_configurations_is_told(tmp_path: Path) -> None:
    run = lint(tmp_path)
    assert run.status == 0
    assert "no configuration file" in run.err


def test_secrets_are_not_shown(folder: Path) -> None:
    (folder / "a.cfg").write_text(
        GOOD + "vncpasswd = \"hunter2\"\nvncpasswd = 'hunter3' oops\nvfb = ['vnc=1,vncpasswd=hunter4,odd=1']\n"
        "spicepasswd = [ 'hunter5' ]\n", encoding="utf-8",
    )  # fmt: skip
    for layout in ("text", "concise", "json", "sarif", "github", "gitlab", "junit"):
        run = lint(folder, "--format", layout, "--select", "all", "a.cfg")
        assert "hunter" not in run.out + run.err, layout
