"""Secrets in a configuration never get into what is printed about it."""

from __future__ import annotations

import pytest

from xlpy.lint.engine import read
from xlpy.lint.run import report
from xlpy.lint.secrets import masked
from xlpy.lint.settings import LintSettings
from xlpy.source import Source

TEXTS = (
    'vncpasswd = "hunter2"\n',
    "  vncpasswd='hunter2' # the usual\n",
    "vncpasswd = hunter2\n",
    'spicepasswd += "hunter2"\n',
    "spicepasswd = ['hunter2']\n",
    "spicepasswd = [\n  'x',\n  'hunter2',\n]\n",
    'vncpasswd = "hunter2\n',
    "vncpasswd = 'a' hunter2\n",
    "vfb = ['vnc=1,vncpasswd=hunter2,odd=1']\n",
    'vfb = ["vncpasswd=hunter2"\n',
    'memory = 1; vncpasswd = "hunter2"\n',
)


@pytest.mark.parametrize("text", TEXTS)
def test_no_line_shows_a_secret(text: str) -> None:
    secrets = read(Source("c.cfg", f'name = "a"\n{text}')).secrets
    shown = [secrets.line(number) for number in range(1, text.count("\n") + 3)]
    assert not any("hunter2" in line for line in shown)
    assert [len(line) for line in shown] == [len(line) for line in f'name = "a"\n{text}'.split("\n")]


@pytest.mark.parametrize("text", [text for text in TEXTS if "[\n" not in text])
def test_lines_of_a_diff_are_masked(text: str) -> None:
    assert "hunter2" not in masked(f" memory = 1\n-{text}+{text}")


def test_what_is_no_secret_is_shown() -> None:
    text = 'vnc = 1\nvncpasswd = "hunter2" # for the console\nvfb = ["vnclisten=1,vncpasswd=hunter2,keymap=de"]\n'
    assert masked(text) == text.replace("hunter2", "*******")


@pytest.mark.parametrize("text", TEXTS)
def test_findings_do_not_tell_a_secret(text: str) -> None:
    settings = LintSettings(select=("all",))
    made = report("c.cfg", f'name = "a"\nkernel = "/k"\n{text}{text}'.encode(), settings, settings.rules())
    assert "hunter2" not in repr(made)
