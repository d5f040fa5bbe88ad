"""`xlpy events` and `xlpy sim` on the command line."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.processes import Place

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    (tmp_path / "web.cfg").write_text('name = "web"\nkernel = "/boot/vmlinuz"\nmemory = 64\n')
    return place


def without_time(text: str) -> list[str]:
    return [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>", line) for line in text.splitlines()]


def test_events(place: Place) -> None:
    place.run("xl", "create", "-q", "web.cfg")
    place.run("xl", "create", "-qp", "web.cfg", 'name="d\x1b[31mb"')
    place.run("xl", "destroy", "web")
    assert without_time(place.run("xlpy", "events").out) == [
        "    1 <time>  created        1 web                      pv",
        "    2 <time>  unpaused       1 web",
        "    3 <time>  created        2 d\\x1b[31mb               pv",
        "    4 <time>  destroyed      1 web",
    ]
    assert [line[:5] for line in place.run("xlpy", "events", "--since", "1", "web").out.splitlines()] == [
        "    2",
        "    4",
    ]
    last = json.loads(place.run("xlpy", "events", "1", "--format", "json").out.splitlines()[-1])
    assert {**last, "at": 0} == {"seq": 4, "at": 0, "kind": "destroyed", "domid": 1, "name": "web", "detail": ""}


def test_events_as_they_happen(place: Place) -> None:
    place.run("xl", "create", "-qp", "web.cfg")
    words = ["xlpy", "events", "--follow", "--since", "1"]
    with subprocess.Popen(words, env=place.environment, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout is not None
        place.run("xl", "rename", "web", "shop")
        assert follower.stdout.readline().split()[3:] == ["renamed", "1", "web", "shop"]
        follower.terminate()


def test_faults(place: Place) -> None:
    assert place.run("xlpy", "sim", "fault", "add", "step", "load-kernel", "--times", "1").out == "fault 1\n"
    assert (
        place.run("xlpy", "sim", "fault", "add", "device vif", "--chance", "0.25", "--how", "hang").out == "fault 2\n"
    )
    assert place.run("xl", "create", "-q", "web.cfg").status == 3
    assert place.run("xlpy", "sim", "fault", "list").out == (
        "Number  Point                       How   Chance  Left  Met\n"
        "1       step:load-kernel            fail  1       0     1\n"
        "2       device:vif                  hang  0.25    -     0\n"
    )
    assert place.run("xl", "create", "-q", "web.cfg").status == 0
    assert place.run("xlpy", "sim", "fault", "remove", "2").status == 0
    said = place.run("xlpy", "sim", "fault", "remove", "2")
    assert (said.status, said.err) == (1, "xlpy: there is no fault 2: xlpy sim fault list shows them\n")
    place.run("xlpy", "sim", "fault", "clear")
    assert len(place.run("xlpy", "sim", "fault", "list").out.splitlines()) == 1
    assert "migrate:round:N" in place.run("xlpy", "sim", "fault", "points").out


@pytest.mark.parametrize("words", [["frob"], ["step", "--chance", "2"], ["step", "--how", "explode"], []])
def test_what_is_no_fault(place: Place, words: list[str]) -> None:
    said = place.run("xlpy", "sim", "fault", "add", *words)
    assert (said.status, said.out) == (2, "")
    assert place.run("xlpy", "sim", "fault", "list").out.count("\n") == 1
