"""Which files a command takes: by name, by folder, by link, each once and while it is asked for."""

from __future__ import annotations

import os
import tracemalloc
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xlpy.cli.files.paths import find_files

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "xen").mkdir()
    monkeypatch.chdir(tmp_path / "xen")


def make(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("vcpus = 1\n", encoding="utf-8")


def link(name: str, target: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).symlink_to(target)


def found(*paths: str, **patterns: tuple[str, ...]) -> list[str]:
    return list(find_files(paths or (".",), **patterns))


class TestNames:
    def test_a_folder_is_walked_in_the_order_of_names(self) -> None:
        make("b.cfg", "a/z.hvm", "a/b/c.xl", "c.xlcfg", "d.pv", "e.pvh", "xl.conf", "a.cfg.bak", "README")
        assert found() == ["./a/b/c.xl", "./a/z.hvm", "./b.cfg", "./c.xlcfg", "./d.pv", "./e.pvh"]

    def test_what_is_named_is_taken_whatever_its_name(self) -> None:
        make("xl.conf", ".hidden/.a", "b.cfg")
        assert found("xl.conf", ".hidden/.a", "b.cfg", exclude=("b.cfg",)) == ["xl.conf", ".hidden/.a", "b.cfg"]

    def test_what_is_hidden_is_not_looked_at(self) -> None:
        make(".git/a.cfg", ".b.cfg", "c/.d/e.cfg")
        assert found() == []
        assert found(".git", "c/.d") == [".git/a.cfg", "c/.d/e.cfg"]

    def test_patterns(self) -> None:
        make("web.cfg", "web.conf", "old/a.conf", "sub/old/b.conf", "sub/c.conf")
        assert found(include=("*.conf",), exclude=("old", "we*")) == ["./sub/c.conf"]
        assert found(include=()) == []

    def test_only_files_are_taken(self) -> None:
        Path("folder.cfg").mkdir()
        os.mkfifo("pipe.cfg")
        link("to-pipe.cfg", "pipe.cfg")
        assert found() == []
        assert found("pipe.cfg") == ["pipe.cfg"]

    @pytest.mark.parametrize("path", ["nosuch", "", "a\0b", "web.cfg/x"])
    def test_what_cannot_be_looked_at_is_left_to_the_reader(self, path: str) -> None:
        make("web.cfg")
        assert found(path) == [path]

    def test_a_folder_that_cannot_be_listed_is_left_to_the_reader(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def scandir(path: str) -> Iterator[os.DirEntry[str]]:
            if path == "./a":
                raise PermissionError(path)
            return real(path)

        make("a/b.cfg", "c.cfg")
        real = os.scandir
        monkeypatch.setattr(os, "scandir", scandir)
        assert found() == ["./a", "./c.cfg"]

    def test_a_name_that_is_not_utf8(self) -> None:
        make(os.fsdecode(b"\xff.cfg"))
        assert [os.fsencode(path) for path in found()] == [b"./\xff.cfg"]


class TestLinks:
    def test_a_link_to_a_file_that_is_found_anyway(self) -> None:
        make("web.cfg", "sub/db.cfg")
        link("auto/web.cfg", "../web.cfg")
        link("z.cfg", "sub/db.cfg")
        assert found() == ["./sub/db.cfg", "./web.cfg"]

    @pytest.mark.parametrize("target", ["../elsewhere.cfg", ".hidden.cfg", "web.txt", ".git/a.cfg", "old/a.cfg"])
    def test_a_link_to_a_file_that_is_not(self, target: str) -> None:
        make(target)
        link("auto/a.cfg", f"../{target}")
        link("auto/b.cfg", "a.cfg")
        assert found(exclude=("old",)) == ["./auto/a.cfg"]

    def test_names_on_the_command_line(self) -> None:
        make("web.cfg", "db.txt")
        link("auto/web.cfg", "../web.cfg")
        link("auto/db.cfg", "../db.txt")
        assert found("web.cfg", "./web.cfg", "auto/web.cfg", "auto", ".") == ["web.cfg", "auto/db.cfg"]
        assert found("auto", "web.cfg", "db.txt") == ["auto/db.cfg", "auto/web.cfg"]
        assert found("auto/web.cfg", ".", "db.txt") == ["auto/web.cfg", "./auto/db.cfg"]
        assert found(".", "web.cfg", "auto/web.cfg", "db.txt") == ["./auto/db.cfg", "./web.cfg"]

    def test_hard_links(self) -> None:
        make("web.cfg")
        Path("auto").mkdir()
        os.link("web.cfg", "auto/web.cfg")
        link("b.cfg", "auto/web.cfg")
        assert found() == ["./auto/web.cfg"]

    def test_folders_that_overlap(self) -> None:
        make("a/b/c.cfg", "a/d.cfg")
        assert found("a", "a/b", "a", "./a/") == ["a/b/c.cfg", "a/d.cfg"]
        assert found("a/b", "a") == ["a/b/c.cfg", "a/d.cfg"]
        assert found(str(Path.cwd()), ".") == [f"{Path.cwd()}/a/b/c.cfg", f"{Path.cwd()}/a/d.cfg"]

    def test_links_to_folders(self) -> None:
        make("../srv/x/a.cfg", "../srv/b.cfg", "c/d.cfg")
        link("x", "../srv/x")
        link("y", "../srv")
        link("z", "c")
        assert found() == ["./c/d.cfg", "./x/a.cfg", "./y/b.cfg"]

    def test_loops(self) -> None:
        make("a/b.cfg")
        link("a/up", "..")
        link("a/here", ".")
        link("../out", "xen/a")
        link("a/round", "../../out")
        assert found() == ["./a/b.cfg"]
        assert found("a") == ["a/b.cfg"]

    def test_links_that_lead_nowhere_are_left_to_the_reader(self) -> None:
        link("a.cfg", "nosuch")
        link("b.cfg", "b.cfg")
        link("c", "c")
        assert found() == ["./a.cfg", "./b.cfg"]


def test_folders_may_be_deeper_than_functions() -> None:
    folder = "."
    for _ in range(1_500):
        folder += "/d"
        Path(folder).mkdir()
    make(f"{folder}/a.cfg")
    try:
        assert found() == [f"{folder}/a.cfg"]
    finally:
        Path(folder, "a.cfg").unlink()
        os.removedirs(folder)  # nothing else could


def test_many_files_take_little_memory_and_the_first_comes_at_once() -> None:
    for folder in range(20):
        make(*(f"{folder}/{number}.cfg" for number in range(250)))
    tracemalloc.start()
    try:
        files = find_files(["."])
        assert list(islice(files, 3)) == ["./0/0.cfg", "./0/1.cfg", "./0/10.cfg"]
        make("9/new.cfg")
        rest = sum(path == "./9/new.cfg" for path in files)
        assert tracemalloc.get_traced_memory()[1] < 400_000
    finally:
        tracemalloc.stop()
    assert rest == 1
