"""The hooks for pre-commit, as another repository uses them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TYPO = 'name = "web"\ntype = "pvh"\nkernel = "/boot/vmlinuz"\nmemory=512\nmemroy = 512\n'

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="pre-commit takes hooks from a git repository")


def run(folder: Path, *words: str) -> tuple[int, str]:
    environment = {**os.environ, "PRE_COMMIT_HOME": str(folder / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_both_hooks(tmp_path: Path) -> None:
    for words in (("init", "-q"), ("config", "user.name", "a"), ("config", "user.email", "a@example.org")):
        assert run(tmp_path, "git", *words)[0] == 0
    guest = tmp_path / "web.cfg"
    guest.write_text(TYPO, encoding="utf-8")
    (tmp_path / "README.md").write_text("memroy = 1\n", encoding="utf-8")
    run(tmp_path, "git", "add", ".")
    status, said = run(tmp_path, sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "--all-files")
    assert status == 1, said
    assert "web.cfg:5:1: warning" in said
    assert "README.md" not in said
    assert "1 file reformatted" in said
    assert "memory = 512\n" in guest.read_text(encoding="utf-8")
