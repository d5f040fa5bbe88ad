"""The bar: on a terminal, for what takes longer than a second, and gone in the end."""

from __future__ import annotations

import io

import pytest

from xlpy.render import progress
from xlpy.render.progress import Progress


class Terminal(io.StringIO):
    """Standard error as a terminal keeps it."""

    def isatty(self) -> bool:
        return True


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    monkeypatch.setenv("TERM", "xterm")
    return made


def test_it_shows_after_a_second_and_is_gone_in_the_end(clock: Clock) -> None:
    asked, terminal = [], Terminal()

    def total() -> int:
        asked.append(1)
        return 300

    with Progress(terminal, "linting", total) as bar:
        bar(1)
        clock.now += 0.9
        bar(100)
        assert not asked
        assert not terminal.getvalue()
        clock.now += 0.2
        bar(120)
        assert "linting" in terminal.getvalue()
        assert "120/300" in terminal.getvalue()
        clock.now += 0.01
        bar(121)
        clock.now += 1
        bar(200)
        assert "121/300" not in terminal.getvalue()
        assert "200/300" in terminal.getvalue()
    assert asked == [1]
    assert terminal.getvalue().endswith("\x1b[2K")


def test_more_than_were_expected_are_all_of_them(clock: Clock) -> None:
    terminal = Terminal()
    with Progress(terminal, "linting", lambda: 10) as bar:
        clock.now += 2
        bar(12)
    assert "12/12" in terminal.getvalue()


def test_it_comes_back_after_it_was_hidden(clock: Clock) -> None:
    terminal = Terminal()
    with Progress(terminal, "linting", lambda: 10) as bar:
        clock.now += 2
        bar(1)
        bar.hide()
        shown = len(terminal.getvalue())
        clock.now += 1
        bar(2)
        assert "2/10" in terminal.getvalue()[shown:]


@pytest.mark.parametrize(("stream", "kind"), [(io.StringIO(), "xterm"), (Terminal(), "dumb")])
def test_elsewhere_there_is_none(clock: Clock, monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, kind: str) -> None:
    monkeypatch.setenv("TERM", kind)
    with Progress(stream, "linting", lambda: pytest.fail("nobody asked")) as bar:
        clock.now += 10
        bar(5)
    assert not stream.getvalue()
