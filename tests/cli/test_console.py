"""The console: on a pseudo-terminal, and on a pipe."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.fake import FakeConsole
from xlpy.cli.shared import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

GUEST = """
import sys
from tests.cli.fake import FakeConsole
from xlpy.cli.shared import terminal
terminal.QUIET_SECONDS = 0.3
class Guest(FakeConsole):
    def write(self, text):
        if "!" in text:
            raise RuntimeError("broken")
        super().write(text)
sys.exit(terminal.attach(Guest("booting\\n", "login: "), *sys.argv[1:]))
"""
ROOT = Path(__file__).parents[2]
LIMIT = 10


class Session:
    """A console on a pseudo-terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.output = b""
        command = [sys.executable, "-c", GUEST, *arguments]
        self.process = subprocess.Popen(command, stdin=self.slave, stdout=self.slave, stderr=subprocess.PIPE, cwd=ROOT)

    def wait_for(self, text: bytes) -> None:
        end = time.monotonic() + LIMIT
        while text not in self.output:
            assert time.monotonic() < end, f"no {text!r} in {self.output!r}"
            if select.select([self.master], [], [], 0.1)[0]:
                self.output += os.read(self.master, 4096)

    def type(self, text: bytes) -> None:
        os.write(self.master, text)

    def ended(self) -> int:
        """The status; by then the terminal is as it was."""
        status = self.process.wait(LIMIT)
        assert termios.tcgetattr(self.slave) == self.before
        return status

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def session() -> Iterator[Session]:
    opened = Session()
    yield opened
    opened.close()


def test_output_so_far_then_what_is_typed_once(session: Session) -> None:
    session.wait_for(b"login: ")
    assert session.output == b"booting\r\nlogin: "
    session.type(b"root\r")
    session.wait_for(b"root\r\n")
    assert session.output == b"booting\r\nlogin: root\r\n"
    session.type(b"\x1d")
    assert session.ended() == 0


def test_keys_go_one_by_one_and_have_no_effect_here(session: Session) -> None:
    session.wait_for(b"login: ")
    session.type(b"a")
    session.wait_for(b"login: a")
    session.type(b"\x03\x1a\x13b")
    session.wait_for(b"b")
    session.type(b"\x1d")
    assert session.ended() == 0


def test_it_ends_with_the_domain(session: Session) -> None:
    session.wait_for(b"login: ")
    session.type(b"poweroff\r")
    session.wait_for(b"poweroff")
    assert session.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_good_order(session: Session, number: int) -> None:
    session.wait_for(b"login: ")
    session.process.send_signal(number)
    session.ended()


def test_an_error_puts_the_terminal_back(session: Session) -> None:
    session.wait_for(b"login: ")
    session.type(b"!")
    assert session.ended() == 1


@pytest.mark.parametrize(("escape", "key"), [("^a", b"\x01"), ("q", b"q"), ("^]", b"\x1d")])
def test_another_escape_character(escape: str, key: bytes) -> None:
    session = Session(escape)
    try:
        session.wait_for(b"login: ")
        session.type(key)
        assert session.ended() == 0
    finally:
        session.close()


def test_a_pipe_is_sent_and_the_answer_awaited() -> None:
    command = [sys.executable, "-c", GUEST]
    done = subprocess.run(command, input=b"root\nwhoami\n", capture_output=True, timeout=LIMIT, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout) == (0, b"booting\nlogin: root\nwhoami\n")


def test_with_no_input_at_all_the_output_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr("sys.stdin", None)
    assert terminal.attach(FakeConsole("one\n", "", "two\n")) == 0
    assert capsys.readouterr().out == "one\ntwo\n"
