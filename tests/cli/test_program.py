"""The programs as processes and as a whole: connection, start-up, pipes, errors about files, added commands."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.fake import FakeExecutor
from xlpy.cli.main import run
from xlpy.cli.names import NAMES
from xlpy.host import BUILT_IN

ROOT = Path(__file__).parents[2]
GUEST = 'name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 64\n'


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XLPY_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("XLPY_CONNECT", raising=False)
    monkeypatch.setenv("XLPY_XEN", "4.20")
    Path("web.cfg").write_text(GUEST, encoding="utf-8")


def _start(program: str, *words: str, **other: int) -> subprocess.Popen[str]:
    """The program as its console script starts it."""
    code = f"import sys; from xlpy.cli.main import {program}; sys.argv[0] = {program!r}; {program}()"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **other}
    return subprocess.Popen([sys.executable, "-c", code, *words], env=env, text=True, errors="surrogateescape", **pipes)  # type: ignore[call-overload,no-any-return]  # a dict of options


def _said(capsys: pytest.CaptureFixture[str], *words: str, program: str = "xl") -> tuple[int, str, str]:
    status = run(list(words), program)
    return status, *capsys.readouterr()


class TestConnection:
    def test_the_first_use_of_the_simulated_host_is_told_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = _said(capsys, "list")
        assert (status, out.splitlines()[1].split()[0]) == (0, "Domain-0")
        assert re.fullmatch(r"xl: this is a simulated host, kept in \S+/state/host.db; XLPY_CONNECT .*\n", err)
        assert _said(capsys, "list")[2] == ""

    def test_a_host_that_was_asked_for_is_not_told(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert _said(capsys, "--connect", f"sim://{tmp_path}/other.db", "list", program="xlpy")[2] == ""
        assert (tmp_path / "other.db").exists()
        monkeypatch.setenv("XLPY_CONNECT", "sim:///")
        assert _said(capsys, "domname", "0") == (0, "Domain-0\n", "")

    @pytest.mark.parametrize("uri", ["foo", "sim://x.db", "sim:", ""])
    def test_other_hosts_are_refused_in_one_line(self, capsys: pytest.CaptureFixture[str], uri: str) -> None:
        status, out, err = _said(capsys, f"--connect={uri}", "list", program="xlpy")
        assert (status, out) == (0 if uri == "" else 1, out if uri == "" else "")
        assert err.count("\n") == 1
        assert "sim" in err

    def test_a_real_xen_is_not_taken_for_the_simulated_host(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "capabilities").write_text("control_d\n", encoding="ascii")
        monkeypatch.setattr("xlpy.cli.connection.CAPABILITIES", str(tmp_path / "capabilities"))
        status, out, err = _said(capsys, "list")
        assert (status, out) == (1, "")
        assert "XLPY_CONNECT=sim:///" in err
        assert not (tmp_path / "state").exists()
        assert _said(capsys, "--connect", "sim:///", "domid", "Domain-0", program="xlpy")[:2] == (0, "0\n")

    @pytest.mark.parametrize("release", ["4.0", "4.24", "9.9", "4", "four"])
    def test_a_release_that_has_no_xl(self, capsys: pytest.CaptureFixture[str], release: str) -> None:
        status, out, err = _said(capsys, "--xen", release, "list", program="xlpy")
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert release in err


class TestStart:
    @staticmethod
    def _modules(*words: str) -> set[str]:
        code = f"import sys; from xlpy.cli.main import run; run({list(words)!r}); print(*sys.modules, file=sys.stderr)"
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
        return set(done.stderr.split())

    def test_list_imports_little(self) -> None:
        run(["list"])  # the first use of a host does more
        loaded = self._modules("list")
        assert not loaded & {
            "lark",
            "click",
            "rich",
            "dataclasses",
            "json",
            "pathlib",
            "argparse",
            "xlpy.config",
            "xlpy.planner.plan",
        }

    def test_create_imports_neither_click_nor_rich(self) -> None:
        loaded = self._modules("create", "-q", "-n", "web.cfg")
        assert "xlpy.config" in loaded
        assert not loaded & {"click", "rich", "sqlite3"}

    def test_a_verb_imports_no_other_verb(self) -> None:
        loaded = self._modules("domid", "Domain-0")
        verbs = {f"xlpy.cli.verbs.{name.replace('-', '_')}" for name in NAMES}
        assert loaded & verbs == {"xlpy.cli.verbs.domid"}


class TestStreams:
    def test_a_reader_that_goes_is_no_error(self) -> None:
        program = _start("xl", "help")
        assert program.stdout is not None
        program.stdout.close()
        assert program.wait(10) == 128 + signal.SIGPIPE
        assert program.stderr is not None
        assert program.stderr.read() == ""
        program.stderr.close()

    def test_a_full_disk_is_told_in_one_line(self) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device, not a path
            program = _start("xl", "help", stdout=full.fileno())
            err = program.communicate(timeout=10)[1]
        assert program.returncode == 1
        assert err == "xl: [Errno 28] No space left on device\n"

    @pytest.mark.parametrize("closed", ["1", "2"])
    def test_a_closed_stream_is_no_error(self, closed: str) -> None:
        code = "from xlpy.cli.main import xl; xl()"
        command = f'exec "$0" -c "$1" list {closed}>&-'
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(["sh", "-c", command, sys.executable, code], capture_output=True, env=env, check=False)
        assert done.returncode == 0
        assert (done.stdout != b"", b"Traceback" in done.stderr) == (closed == "2", False)

    def test_odd_bytes_pass_through(self) -> None:
        Path(os.fsdecode(b"a\xff.cfg")).write_bytes(b'name = "\xfe"\nkernel = "/k"\n')
        out, err = _start("xl", "create", "-n", os.fsdecode(b"a\xff.cfg")).communicate(timeout=10)
        assert '"name": "\udcfe"' in out
        assert err == "Parsing config from a\udcff.cfg\n"


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "status", "advice"),
        [
            ("wbe.cfg", 3, "did you mean web.cfg?"),
            ("/nosuch/web.cfg", 3, "there is no directory /nosuch"),
            ("entirely-other", 3, "there is no file entirely-other: check the path"),
            ("folder", 3, "folder is a directory: name a file in it"),
            ("fifo", 3, "fifo is not a plain file: copy it to one"),
            ("json.cfg", 1, "json.cfg seems to be JSON: xl create reads lines of NAME = VALUE, see xl.cfg(5)"),
            (
                "xml.cfg",
                1,
                "xml.cfg seems to be XML, as libvirt uses: xl create reads lines of NAME = VALUE, see xl.cfg(5)",
            ),
            ("elf.cfg", 1, "elf.cfg seems to be binary data: xl create reads lines of NAME = VALUE, see xl.cfg(5)"),
        ],
    )
    def test_the_way_out_is_the_last_line(
        self, capsys: pytest.CaptureFixture[str], name: str, status: int, advice: str
    ) -> None:
        Path("folder").mkdir()
        os.mkfifo("fifo")
        Path("json.cfg").write_text('{"name": "web"}', encoding="utf-8")
        Path("xml.cfg").write_text('<?xml version="1.0"?>\n<domain/>', encoding="utf-8")
        Path("elf.cfg").write_bytes(b"\x7fELF\x02\x01\0\0\0")
        found, out, err = _said(capsys, "create", "-n", name)
        assert (found, out) == (status, "")
        assert err.splitlines()[-1] == f"xl: {advice}"

    def test_xlpy_tells_what_to_do_about_the_first_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("dos.cfg").write_bytes(b'name = "web"\r\nmemory = 64\r\n')
        _, _, plain = _said(capsys, "create", "-n", "dos.cfg")
        status, _, err = _said(capsys, "create", "-n", "dos.cfg", program="xlpy")
        assert status == 1
        assert err == f"{plain}xlpy: dos.cfg:1:13: the file has DOS line ends: convert it with dos2unix\n"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("web.cfg").chmod(0)
        status, _, err = _said(capsys, "create", "-n", "web.cfg")
        assert status == 3
        assert "Permission denied" in err
        assert "may not be read by this user" in err

    def test_no_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, _, err = _said(capsys, "create")
        assert status == 6
        assert err.startswith("Config file not specified and none in save file\nxl: name a configuration file")

    def test_what_the_host_lacks_is_told_and_nothing_is_left(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = _said(capsys, "create", "-q", "web.cfg", 'kernel="/nosuch"')
        assert (status, out) == (3, "")
        assert "'/nosuch': No such file" in err
        assert len(_said(capsys, "list")[1].splitlines()) == 2


class TestPlan:
    def test_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, err = _said(capsys, "plan", "web.cfg", program="xlpy")
        assert (status, err) == (0, "")
        assert out.startswith("web: pv, 64 MiB, 1 vCPU")

    def test_xl_has_no_such_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert _said(capsys, "plan", "web.cfg") == (1, "", "command not implemented\n")

    def test_json_of_several_files(self, capsys: pytest.CaptureFixture[str]) -> None:
        status, out, _ = _said(capsys, "plan", "--format", "json", "web.cfg", "web.cfg", "kernel='/x'", program="xlpy")
        plans = json.loads(out)
        assert [plan["file"] for plan in plans] == ["web.cfg", "web.cfg"]
        assert plans[0]["steps"][0]["number"] == 1
        assert (status, plans[0]["problems"][0]["code"]) == (3, "no-such-file")

    def test_a_problem_of_the_host_is_shown_in_the_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("web.cfg").write_text('name = "web"\nkernel = "/nosuch"\n', encoding="utf-8")
        status, out, err = _said(capsys, "plan", "web.cfg", program="xlpy")
        assert status == 3
        assert out.splitlines()[-1] == "  !  cannot be built: failed to open file '/nosuch': No such file or directory"
        assert err.splitlines()[0].startswith("web.cfg:2:10: error: ")
        assert err.splitlines()[1:3] == ['    2 | kernel = "/nosuch"', "      |          ^^^^^^^^^"]

    def test_a_broken_file_does_not_keep_the_others_back(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("bad.cfg").write_text("name = \n", encoding="utf-8")
        status, out, err = _said(capsys, "plan", "bad.cfg", "nosuch.cfg", "web.cfg", program="xlpy")
        assert status == 1
        assert out.startswith("web: ")
        assert err.splitlines()[0].startswith("bad.cfg:1:")
        assert "Failed to read config file: nosuch.cfg: No such file or directory" in err

    def test_another_host(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("small.json").write_text(json.dumps({"name": "small", "memory_kib": 5 * 1024 * 1024}), encoding="utf-8")
        status, _, err = _said(capsys, "plan", "--host", "small.json", "web.cfg", "memory=2000", program="xlpy")
        assert status == 3
        assert "512 MiB" in err

    @pytest.mark.parametrize(
        "text", ["[]", "{", '{"nosuch": 1}', '{"memory_kib": "1"}', '{"nodes": [true]}', '{"pools": "a"}']
    )
    def test_what_describes_no_host(self, capsys: pytest.CaptureFixture[str], text: str) -> None:
        Path("bad.json").write_text(text, encoding="utf-8")
        status, out, err = _said(capsys, "plan", "--host", "bad.json", "web.cfg", program="xlpy")
        assert (status, out, err.count("\n")) == (1, "", 1)

    def test_every_field_of_a_host_can_be_given(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("all.json").write_text(json.dumps(BUILT_IN.as_dict()), encoding="utf-8")
        assert _said(capsys, "plan", "--host", "all.json", "web.cfg", program="xlpy")[0] == 0

    def test_release_and_host_may_stand_behind_the_command(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[str | None] = []

        def connect(uri: str | None) -> FakeExecutor:
            seen.append(uri)
            return FakeExecutor()

        monkeypatch.setattr("xlpy.cli.connection.connect", connect)
        assert _said(capsys, "plan", "--connect", "sim:///x", "--xen", "4.17", "web.cfg", program="xlpy")[0] == 0
        assert _said(capsys, "--connect", "sim:///y", "plan", "web.cfg", program="xlpy")[0] == 0
        assert seen == ["sim:///x", "sim:///y"]
        assert _said(capsys, "plan", "--xen", "new", "web.cfg", program="xlpy")[0] == 2


class TestXlpy:
    def test_help_names_what_is_added(self, capsys: pytest.CaptureFixture[str]) -> None:
        for words in (["help"], ["-h"], ["--help"]):
            status, out, _ = _said(capsys, *words, program="xlpy")
            assert status == 0
            assert "\n create " in out
            assert "\n plan " in out

    def test_help_of_an_added_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert _said(capsys, "help", "plan", program="xlpy") == _said(capsys, "plan", "--help", program="xlpy")

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert _said(capsys, "--xen", "4.17", "--version", program="xlpy")[1].endswith("(following xl of Xen 4.17)\n")

    def test_verbs_are_the_same(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert _said(capsys, "help", "create", program="xlpy") == _said(capsys, "help", "create")
        assert _said(capsys, "--xen=4.17", "help", "console", program="xlpy")[1].count("escape") == 0

    def test_unknown_words(self, capsys: pytest.CaptureFixture[str]) -> None:
        for word in ("nosuch", "pla", "../plan", "added", "__init__", ""):
            assert _said(capsys, word, program="xlpy") == (1, "", "command not implemented\n")
