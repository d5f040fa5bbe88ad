"""Connecting, waiting no longer than the limit, Ctrl-C, going."""

from __future__ import annotations

import builtins
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.libvirt.fake import URI, Domain, Error, Xen
from tests.libvirt.needed import need_libvirt
from tests.libvirt.samples import WEB
from xlpy.cli.main import run
from xlpy.executors import Failure
from xlpy.executors.libvirt import link as links
from xlpy.executors.libvirt import open_host
from xlpy.executors.libvirt.creation import LIMIT, _undo
from xlpy.executors.libvirt.link import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.libvirt.module import Libvirt
    from xlpy.executors.libvirt.host import LibvirtHost

ROOT = Path(__file__).parent.parent.parent


class TestLibvirtPython:
    def test_without_it(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setitem(sys.modules, "libvirt", None)
        assert run(["--connect", URI, "list"], "xlpy") == 1
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert "pip install 'xlpy[libvirt]'" in err
        assert "apt-get install python3-libvirt" in err

    def test_with_a_broken_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(name: str, *others: Any) -> Any:
            if name == "libvirt":
                raise ImportError("libvirt.so.0: cannot open shared object file: No such file or directory")
            return real(name, *others)

        real = builtins.__import__
        monkeypatch.delitem(sys.modules, "libvirt", raising=False)
        monkeypatch.setattr(builtins, "__import__", broken)
        with pytest.raises(Failure) as caught:
            Link(URI)
        assert "libvirt.so.0" in caught.value.advice

    def test_one_file_imports_it(self) -> None:
        files = [path.name for path in (ROOT / "xlpy").rglob("*.py") if "import libvirt\n" in path.read_text("utf-8")]
        assert sorted(files) == ["binding.py", "connection.py"]
        assert "from xlpy.executors import libvirt\n" in (ROOT / "xlpy/cli/connection.py").read_text("utf-8")


class TestLimits:
    @pytest.fixture
    def stuck(self) -> Iterator[threading.Event]:
        """Set at the end, so that no thread is left behind."""
        event = threading.Event()
        yield event
        event.set()

    def test_a_host_that_never_answers(
        self, libvirt: Libvirt, stuck: threading.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def hang() -> Xen:
            stuck.wait()
            return libvirt.host

        libvirt.opens = hang
        monkeypatch.setattr(links, "_LIMIT_OF_OPENING", 0.1)
        with pytest.raises(Failure) as caught:
            Link(URI)
        assert caught.value.lines == ()
        assert caught.value.advice.startswith("xen:///system: no answer within 0 seconds")

    def test_a_call_that_takes_too_long(self, libvirt: Libvirt, stuck: threading.Event) -> None:
        link = Link(URI)
        with pytest.raises(Failure) as caught:
            link.call(lambda _: stuck.wait(), 0.05)
        assert "no answer within 0 seconds" in caught.value.advice
        link.close()
        assert not libvirt.host.closed  # the connection is in use

    def test_a_large_domain_may_take_its_time_to_end(
        self, host: LibvirtHost, web: Domain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def call(link: Link, work: Any, limit: float = links.LIMIT) -> Any:
            limits.append(limit)
            return usual(link, work, limit)

        limits: list[float] = []
        usual = Link.call
        monkeypatch.setattr(Link, "call", call)
        host.destroy(1)
        assert limits == [LIMIT]
        limits.clear()
        building = host._link.begin(lambda connection: connection.createXML(WEB.format("linux", "destroy"), 0))
        _undo(host._link, building)
        assert limits == [LIMIT]
        assert LIMIT > links.LIMIT

    def test_what_fails_comes_translated(self, libvirt: Libvirt) -> None:
        def fail(_: Xen) -> None:
            raise Error(68, "Timed out during operation: cannot acquire state change lock")

        link = Link(URI)
        with pytest.raises(Failure) as caught:
            link.call(fail)
        assert "try again" in caught.value.advice
        link.close()
        assert libvirt.host.closed

    def test_a_uri_that_is_not_text(self, libvirt: Libvirt) -> None:
        def refuse() -> Xen:
            "\udcff".encode()
            return libvirt.host

        libvirt.opens = refuse
        with pytest.raises(Failure) as caught:
            Link("xen:///\udcff")
        assert "UTF-8" in caught.value.advice

    def test_another_kind_of_host(self, libvirt: Libvirt) -> None:
        libvirt.host.kind = "QEMU"
        with pytest.raises(Failure) as caught:
            open_host(URI, print)
        assert "a host of QEMU, not of Xen" in caught.value.advice


class TestRealLibrary:
    """With the real libvirt, and nobody or somebody mute at the other end."""

    def test_nobody_listens(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        need_libvirt()
        with socket.socket(socket.AF_UNIX) as abandoned:
            abandoned.bind(f"{tmp_path}/s")
        assert run(["--connect", f"xen+unix:///system?socket={tmp_path}/s", "list"], "xlpy") == 1
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 2)
        assert f"Failed to connect socket to '{tmp_path}/s': Connection refused" in err
        assert "is libvirt's daemon running there?" in err

    def test_ctrl_c_ends_it_while_the_host_is_mute(self, tmp_path: Path) -> None:
        need_libvirt()
        with socket.socket(socket.AF_UNIX) as mute:
            mute.bind(f"{tmp_path}/s")
            mute.listen(1)
            code = "import sys; from xlpy.cli.main import xl; sys.argv[1:] = ['list']; xl()"
            environment = {**os.environ, "XLPY_CONNECT": f"xen+unix:///system?socket={tmp_path}/s"}
            program = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
            mute.settimeout(20)
            connection, _ = mute.accept()
            time.sleep(0.3)
            program.send_signal(signal.SIGINT)
            assert program.wait(10) == 130
            connection.close()
