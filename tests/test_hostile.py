"""Input that is made to hurt, through the real command line: bounded time and memory, a clear error, never a traceback.

The exit status is that of the real xl wherever that answers at all; it runs out of memory or time for some of these.
"""

from __future__ import annotations

import os
import random
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.processes import Place, Said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GUEST = b'name = "a"\nkernel = "/boot/vmlinuz"\nmemory = 64\n'
MIB = 1 << 20
DIGITS = b"9" * 10_000


class Hostile(NamedTuple):
    """What makes a file, how xl ends, and words of what it says."""

    make: Callable[[], bytes]
    status: int = 0
    said: str = ""


FILES = {
    "nesting": Hostile(lambda: GUEST + b"x = " + b"[" * 100_000 + b"]" * 100_000 + b"\n", 1, "memory exhausted"),
    "open-brackets": Hostile(lambda: GUEST + b"x = " + b"[" * 100_000 + b"\n", 1, "memory exhausted"),
    "deep-enough": Hostile(lambda: GUEST + b"x = " + b"[" * 4_900 + b"]" * 4_900 + b"\n"),
    "long-list-for-a-text": Hostile(
        lambda: GUEST + b"extra = [" + b"1," * 50_000 + b"]\n", 0, "is a list but should be a single value"
    ),
    "many-cpus": Hostile(lambda: GUEST + b'cpus = "' + b"1," * 50_000 + b'"\n'),
    "many-disks": Hostile(lambda: GUEST + b"disk = [" + b'"/boot/x,raw,xvda,rw",' * 5_000 + b"]\n"),
    "many-errors-in-a-disk": Hostile(lambda: GUEST + b'disk = ["' + b"a=b," * 20_000 + b'"]\n', 1, "unknown parameter"),
    "many-appends": Hostile(lambda: GUEST + b"x = [1]\n" + b"x += [1]\n" * 20_000),
    "appended-text": Hostile(lambda: GUEST + b'x = "1"\n' + b'x += "0123456789"\n' * 20_000),
    "many-errors": Hostile(lambda: GUEST + b"= = =\n" * 50_000, 1, "syntax error, unexpected '='"),
    "many-errors-in-a-line": Hostile(lambda: GUEST + b"@ " * 100_000 + b"\n", 1, "near `@': lexical error"),
    "comments-without-end": Hostile(lambda: GUEST + b"# " * 200_000, 1, "near `#': lexical error"),
    "newlines": Hostile(lambda: GUEST + b"\n" * MIB),
    "escapes": Hostile(lambda: GUEST + b'extra = "' + b"\\\\" * 200_000 + b'"\n'),
    "a-null-in-a-name": Hostile(lambda: GUEST + b'a\0b = "c"\n', 1, "lexical error"),
    "a-null-in-a-text": Hostile(lambda: GUEST + b'extra = "c\0d"\n', 1, "null"),
    "nulls": Hostile(lambda: bytes(MIB), 1, "lexical error"),
    "no-utf8": Hostile(lambda: b'name = "\xff\xfe"\nkernel = "/boot/\xc3"\n'),
    "no-utf8-outside": Hostile(lambda: GUEST + b"\xff\xfe = 1\n", 1, "lexical error"),
    "digits": Hostile(lambda: GUEST + b"vcpus = " + DIGITS + b"\n", 0, "Numerical result out of range"),
    "digits-in-text": Hostile(lambda: GUEST + b'memory = "' + DIGITS + b'"\n', 0, "Numerical result out of range"),
    "hexadecimal-digits": Hostile(lambda: GUEST + b"vcpus = 0x" + b"f" * 10_000 + b"\n", 0, "out of range"),
    "digits-in-cpus": Hostile(lambda: GUEST + b'cpus = "' + DIGITS + b'"\n', 1, "Invalid pcpu range"),
    "digits-in-a-vdev": Hostile(lambda: GUEST + b'disk = ["/boot/x,raw,xvd' + DIGITS + b',rw"]\n'),
    "digits-in-a-rate": Hostile(lambda: GUEST + b'vif = ["rate=' + DIGITS + b'Mb/s"]\n', 1, "rate overflow"),
    "empty": Hostile(lambda: b"", 1, "Domain name must be specified."),
    "json": Hostile(lambda: b'{"a": [' + b"1, " * 100_000 + b"1]}", 1, "lexical error"),
    "xml": Hostile(lambda: b"<domain>" + b"<a/>" * 100_000 + b"</domain>\n", 1, "lexical error"),
    "binary": Hostile(lambda: random.Random(1).randbytes(MIB), 1, "Failed to parse config"),
    "ten-megabytes": Hostile(lambda: GUEST + (b"# " + b"x" * 97 + b"\n") * 100_000),
}
TOOLS = {"xl": ("xl", "create", "-n"), "plan": ("xlpy", "plan"), "convert": ("xlpy", "convert")}
REFUSED = {"xl": 3, "plan": 3, "convert": 2}
"""How each ends for a file that is not read."""
BY_HAND = pytest.mark.skipif("XLPY_HOSTILE" not in os.environ, reason="takes minutes: XLPY_HOSTILE=1 runs it")
LARGE = {
    "one-comment": Hostile(lambda: GUEST + b"# " + b"x" * (100 * MIB) + b"\n"),
    "one-text": Hostile(lambda: GUEST + b'extra = "' + b"x" * (100 * MIB) + b'"\n'),
    "a-million-items": Hostile(lambda: GUEST + b"x = [" + b"1," * 1_000_000 + b"]\n"),
    "one-word": Hostile(lambda: b"@" * (100 * MIB) + b"\n", 1, "lexical error"),
}
BIGGER = {
    "a-million-keys": Hostile(lambda: GUEST + b"".join(b"x%d=1\n" % number for number in range(1_000_000))),
    "many-comments": Hostile(lambda: GUEST + (b"# " + b"x" * 97 + b"\n") * MIB),
    "ten-million-newlines": Hostile(lambda: GUEST + b"\n" * 10_000_000),
    "binary": Hostile(lambda: random.Random(2).randbytes(100 * MIB), 1, "Failed to parse config"),
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def _runs_clean(said: Said) -> None:
    assert "Traceback" not in said.err
    assert "internal error" not in said.err
    assert "not enough memory" not in said.err


def _check(place: Place, hostile: Hostile, seconds: int = 20) -> None:
    (place.folder / "a.cfg").write_bytes(hostile.make())
    said = place.run("xl", "create", "-n", "a.cfg", seconds=seconds)
    _runs_clean(said)
    assert said.status == hostile.status
    assert hostile.said in said.err
    assert said.out.startswith("{\n" if hostile.status == 0 else "")


@pytest.mark.parametrize("name", FILES)
def test_a_file(place: Place, name: str) -> None:
    _check(place, FILES[name])
    for tool in ("plan", "convert"):
        said = place.run(*TOOLS[tool], "a.cfg", seconds=20)
        _runs_clean(said)
        assert bool(said.status) >= bool(FILES[name].status)
        assert bool(said.err) or not said.status


@pytest.mark.parametrize("name", LARGE)
def test_large_ones(place: Place, name: str) -> None:
    _check(place, LARGE[name])


@BY_HAND
@pytest.mark.parametrize("name", BIGGER)
def test_larger_ones(place: Place, name: str) -> None:
    _check(place, BIGGER[name], seconds=120)


@pytest.mark.parametrize("tool", TOOLS)
class TestWhatIsNoFile:
    @staticmethod
    def _refused(place: Place, tool: str, name: str, message: str, advice: str) -> None:
        said = place.run(*TOOLS[tool], name, seconds=5, memory=256 * MIB)
        _runs_clean(said)
        assert (said.status, said.out) == (REFUSED[tool], "")
        assert message in said.err
        assert advice in said.err.splitlines()[-1]

    @pytest.mark.parametrize("name", ["/dev/zero", "/dev/tty", "/dev/full"])
    def test_device(self, place: Place, tool: str, name: str) -> None:
        message = f"Failed to read config file: {name}: "
        self._refused(place, tool, name, message, "" if name == "/dev/tty" else "not a plain file: copy it to one")

    def test_pipe(self, place: Place, tool: str) -> None:
        os.mkfifo(place.folder / "pipe")
        self._refused(place, tool, "pipe", "pipe is not a plain file", "copy it to one")

    def test_directory(self, place: Place, tool: str) -> None:
        self._refused(place, tool, ".", ". is not a plain file", ". is a directory: name a file in it")

    def test_link_to_itself(self, place: Place, tool: str) -> None:
        (place.folder / "loop").symlink_to("loop")
        self._refused(place, tool, "loop", "loop: Too many levels of symbolic links", "")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_file_that_may_not_be_read(self, place: Place, tool: str) -> None:
        (place.folder / "a.cfg").write_bytes(GUEST)
        (place.folder / "a.cfg").chmod(0)
        self._refused(place, tool, "a.cfg", "a.cfg: Permission denied", "may not be read by this user")

    def test_file_that_is_far_too_large(self, place: Place, tool: str) -> None:
        with (place.folder / "huge.cfg").open("wb") as file:
            file.truncate(1 << 40)
        self._refused(place, tool, "huge.cfg", "file huge.cfg is far too large", "a file may have 2 GiB")

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a file that is shorter than it says")
    def test_file_that_is_shorter_than_it_says(self, place: Place, tool: str) -> None:
        name = "/sys/kernel/mm/transparent_hugepage/enabled"
        if not os.path.exists(name):  # noqa: PTH110 - a name, as above
            pytest.skip(f"no {name}")
        self._refused(place, tool, name, "changed size while we were reading it", "try again, or copy it first")


def test_a_file_that_changes_all_the_time_is_read_or_refused(place: Place) -> None:
    path, done = place.folder / "a.cfg", threading.Event()
    path.write_bytes(GUEST)

    def change() -> None:
        while not done.is_set():
            os.truncate(path, len(GUEST) * 1000)
            path.write_bytes(GUEST)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(5):
            said = place.run("xl", "create", "-n", "a.cfg", seconds=5)
            _runs_clean(said)
            assert said.status in (0, 1, 3)
    finally:
        done.set()
        changing.join()


def test_too_little_memory_is_told(place: Place) -> None:
    (place.folder / "a.cfg").write_bytes(GUEST + b"x = [" + b"1," * 2_000_000 + b"]\n")
    said = place.run("xl", "create", "-n", "a.cfg", memory=128 * MIB)
    assert said.status == 70
    assert said.err.splitlines()[-1] == "xl: there is not enough memory for so large an input"


def test_standard_input_without_end(place: Place) -> None:
    said = place.run("sh", "-c", "exec xlpy convert - < /dev/zero", seconds=20)
    assert said.status == 2
    assert "longer than 64 MiB" in said.err
