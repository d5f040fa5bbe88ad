"""The background process of xl, where it cannot have its log; its words were recorded from xl 4.17 on a real Xen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.oracle.ours import Run, run_ours
from xlpy.executors.sim import SimHost, open_host

if TYPE_CHECKING:
    from pathlib import Path

OPENS = "logfile = open(fullname, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)"
LOST = (
    f"xl: fatal error: xl_utils.c:277: No such file or directory: {OPENS}\n"
    "libxl: error: libxl_exec.c:117:libxl_report_child_exitstatus: "
    "domain monitoring daemonizing child [<pid>] exited with error status 1\n"
)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimHost:
    host = open_host(str(tmp_path / "host.db"))
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host)
    (tmp_path / "a.cfg").write_text('name = "slash/ed"\nkernel = "/boot/vmlinuz"\nmemory = 64\n')
    return host


def xl(folder: Path, *words: str) -> Run:
    return run_ours("4.17", words, folder)


def own(run: Run) -> str:
    """What xl itself says on standard error, but for its advice."""
    text = re.sub(r"\[\d+\]", "[<pid>]", run.stderr.decode())
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("xl: the domain is there"))


@pytest.mark.parametrize("words", [("create", "-q"), ("create", "-qp")])
def test_a_name_with_a_slash(tmp_path: Path, host: SimHost, words: tuple[str, ...]) -> None:
    said = xl(tmp_path, *words, "a.cfg")
    assert (said.status, own(said)) == (3, LOST)
    assert [domain.name for domain in host.domains()] == ["Domain-0", "slash/ed"]
    assert host.db.execute("SELECT watched FROM domain WHERE domid = 1").fetchone()[0] == 0


def test_nobody_is_to_watch(tmp_path: Path, host: SimHost) -> None:
    assert xl(tmp_path, "create", "-qe", "a.cfg").status == 0
    assert host.find("slash/ed").domid == 1


def test_a_restored_one(tmp_path: Path, host: SimHost) -> None:
    xl(tmp_path, "create", "-q", "a.cfg")
    host.db.execute("UPDATE host SET time = time + 100")
    assert xl(tmp_path, "save", "slash/ed", "saved").status == 0
    said = xl(tmp_path, "restore", "saved")
    assert (said.status, own(said).endswith(LOST)) == (3, True)
    assert host.find("slash/ed").domid == 2
