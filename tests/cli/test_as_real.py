"""Usage errors and file errors that one verb or another has, equal to the real xl's in both releases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.fake import FakeExecutor
from tests.oracle.needed import need_real_xl
from tests.oracle.ours import Run, run_ours
from tests.oracle.real import RELEASES, run_real

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = re.compile(rb"^\S*/xl: (?=invalid option)", re.MULTILINE)
ERRNO = re.compile(rb"(?<=is not a plain file: ).*")

CONFIG = b'name = "a"\nkernel = "/k"\nuuid = "6d1f3b0e-0c5a-4f4e-9d0b-1a2b3c4d5e6f"\n'

WORDS = {
    "too-few": ["destroy", "pause", "unpause", "console", "domid", "domname", "rename", "rename 0", "destroy -f"],
    "options": [
        "list -vx",
        "list -xv",
        "list --long=x",
        "list --verbose --nosuch",
        "list --ver -h",
        "list a b",
        "list a -h",
        "list --context --numa -h",
        "console -t frob 0",
        "console -tserial -h",
        "console -n",
        "console -e",
        "console -t",
        "info --n -h",
        "uptime -sh",
        "uptime -x",
        "shutdown",
        "shutdown -wF",
        "shutdown --wait --all=1",
        "reboot -w",
        "reboot -x",
        "destroy 0",
        "domname x",
        "domname -1",
        "domname 99999999999999999999",
        "domname 9223372036854775807",
        "domname -- -5",
        "-N cd-insert 0 hdc /nosuch.iso",
        "-N cd-insert 0 hdc phy:/a,b",
        "-N cd-insert 0 hdc,x=1 ''",
        "-N cd-eject 0 hdc,x=1",
        "cd-insert 0 hdc",
        "cd-insert -x 0 hdc /a",
        "cd-eject 0",
        "cd-eject -h",
        "create -x",
        "create -f",
        "create --vnc",
        "create --vncviewer=1",
    ],
    "globals": [
        "-x",
        "-h",
        "--help",
        "-vx list",
        "-v- list",
        "-V list",
        "--xen=4.17 list",
        "-- list -h",
        "-vvfNtT help list",
    ],
    "lookup": [
        "frob",
        "l -h",
        "li -h",
        "lis -h",
        "s",
        "sh",
        "re",
        "d",
        "vm -h",
        "pau -h",
        "unp -h",
        "hel",
        "-",
        "help nosuch",
        "help -h",
        "help --",
        "help cr",
        "help vc",
        "help list extra",
        "-N help create",
        "-N frob",
        "-N list",
        "-N destroy 5",
        "list-vm",
    ],
    "config-update": [
        "config-update",
        "config-update 5",
        "config-update 5 -x",
        "config-update 5 c.cfg -h",
        "config-update 5 --quiet c.cfg",
        "config-update 5 c.cfg d.cfg",
        "config-update 5 -fc.cfg x=1 d.cfg",
        "config-update 5 nosuch.cfg",
        "config-update 5 folder",
        "config-update 5 json.cfg",
        "-N config-update 5 c.cfg",
        "-N config-update 5 c.cfg memory=64 vcpus=2",
        "-N config-update 5 -dq c.cfg",
        "-N config-update 5 memory=64 -- c.cfg",
        "-N config-update 5 memory=64 c.cfg",
        "-N config-update 5 --def c.cfg",
        "-N config-update 5 c.cfg -f nosuch.cfg",
        "-N config-update 5 memory=7",
        "-N config-update 5 /dev/null memory=7",
        "-N config-update 5 noeol.cfg",
        "-N config-update 5 noeol.cfg memory=64",
        "-N config-update 5 c.cfg disk=[",
    ],
    "create": [
        "create",
        "create -n",
        "create -qn c.cfg -h",
        "create c.cfg d.cfg",
        "create -f c.cfg d.cfg",
        "create nosuch.cfg",
        "create -n folder",
        "create -n folder/nosuch",
        "create name=1 -h",
        "create --def -n",
        "create -n c.cfg",
        "create c.cfg -n",
        "create c.cfg -qn",
        "create c.cfg -q -fnone -n",
        "create --dryrun --quiet --defconfig=c.cfg",
        "create --dry --qui --def c.cfg",
        "create -n -f c.cfg memory=64",
        "create -n memory=64 c.cfg vcpus=2",
        "create -nqd c.cfg",
        "create -nqcdeFpVAi c.cfg",
        "-N create -q c.cfg",
        "create -nq -- c.cfg",
        "create -nq /dev/null",
        "create -nq c.cfg memory=1 vcpus=@",
        "create -nq c.cfg =",
        "create -nq c.cfg disk=[",
        "create -nq noeol.cfg",
        "create -nq noeol.cfg memory=64",
        "create -n empty.cfg",
        "create -nq json.cfg",
        "create -nq xml.cfg",
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_real_xl()
    path = tmp_path_factory.mktemp("as_real")
    (path / "c.cfg").write_bytes(CONFIG)
    (path / "noeol.cfg").write_bytes(CONFIG + b"# end")
    (path / "empty.cfg").write_bytes(b"")
    (path / "json.cfg").write_bytes(b'{"a": 1}')
    (path / "xml.cfg").write_bytes(b'<domain type="xen">\n<name>a</name></domain>\n')
    (path / "folder").mkdir()
    return path


@pytest.fixture(autouse=True)
def _host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: FakeExecutor())


def _comparable(run: Run) -> tuple[int, bytes, bytes]:
    """Without the program's path, a stale errno that xl shows, and what is ours: lines that begin with `xl: `."""
    stderr = ERRNO.sub(b"", PROGRAM.sub(b"xl: ", run.stderr))
    lines = stderr.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(b"xl: ") or b"invalid option" in line]
    return run.status, run.stdout, b"".join(kept)


def _same(folder: Path, release: str, command: str) -> None:
    argv = command.split()
    real, ours = run_real(release, argv, folder), run_ours(release, argv, folder)
    assert _comparable(ours) == _comparable(real), command


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("group", WORDS)
def test_words(folder: Path, release: str, group: str) -> None:
    for command in WORDS[group]:
        _same(folder, release, command)
