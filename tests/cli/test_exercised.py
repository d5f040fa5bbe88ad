"""Each verb of xl, and each of its options, is used at least once with what comes of it: tests/cases/exercised.txt."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

import pytest

from tests.oracle.ours import ROOT, Run, run_ours
from tests.sim.guests import Clock
from tests.transcripts.replay import programs
from xlpy.cli.names import NAMES
from xlpy.cli.registry import find_verb
from xlpy.cli.verb import HELP_OPTION, title
from xlpy.executors.sim import open_host
from xlpy.host import BUILT_IN, PciDevice

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).parents[1] / "cases" / "exercised.txt"
BARE = "-"
"""The verb without an option."""
FILES = {
    "c.cfg": 'name = "new"\nkernel = "/boot/vmlinuz"\nmemory = 128\n',
    "crash.cfg": 'name = "crash"\nkernel = "/boot/vmlinuz"\nmemory = 128\n',
    "masked.cfg": 'name = "masked"\nkernel = "/boot/vmlinuz"\nmemory = 128\nvcpus = 1\n',
    "credit.cfg": 'name = "credit"\nsched = "credit"\ncpus = ["7"]\n',
    "rtds.cfg": 'name = "rtds"\nsched = "rtds"\ncpus = ["7"]\n',
    "other.iso": "",
    "web.cfg": 'name = "web"\nuuid = "6a0c3e62-5f1d-4e2e-9c55-0a5d1c3b7f10"\nkernel = "/boot/vmlinuz"\nmemory = 256\n'
    'maxmem = 512\nvcpus = 2\nmaxvcpus = 4\npassthrough = "enabled"\n'
    'vif = ["bridge=xenbr0,mac=00:16:3e:00:00:01"]\ndisk = ["/dev/vg0/web,raw,xvda,w"]\n',
    "desk.cfg": """name = "desk"\ntype = "hvm"\nmemory = 512\nvnc = 1\nusb = 1
disk = ["/dev/vg0/desk,raw,hda,w", "/var/lib/xen/iso/cd.iso,raw,hdc,cdrom"]\n""",
    "cell.cfg": 'name = "cell"\ntype = "pvh"\nkernel = "/boot/vmlinuz"\nmemory = 128\n',
}
FACTS = BUILT_IN.replace(
    pci_devices=tuple(PciDevice(bdf=bdf, what="Ethernet controller") for bdf in ("0000:02:00.0", "0000:04:00.0")),
    pci_assignable=("0000:02:00.0",),
)


class Exercise(NamedTuple):
    """A line of the table."""

    verb: str
    option: str
    commands: tuple[str, ...]
    status: int
    stream: str
    pattern: str


def read() -> Iterator[Exercise]:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            what, commands, status, printed = line.split(" | ", 3)
            verb, option = what.split()
            stream, pattern = ("stderr", printed[4:]) if printed.startswith("err ") else ("stdout", printed)
            yield Exercise(verb, option, tuple(commands.split(" ; ")), int(status), stream, pattern)


EXERCISES = list(read())


class World:
    """A folder with the files, and the host, which is the same at the start of each exercise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.clock.now = time.time()
        self.programs = programs(folder)
        for name, text in FILES.items():
            (folder / name).write_text(text)

    def start(self) -> None:
        for command in ("create -q web.cfg", "create -q desk.cfg", "create -q -p cell.cfg"):
            assert self.run(command) == Run(b"", b"", 0), command
        self.clock.go(5)

    def run(self, command: str) -> Run:
        def connect(*_: object, **__: object) -> object:
            return open_host(str(self.folder / "host.db"), clock=self.clock, facts=FACTS)

        variables = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "XLPY_CONNECT": f"sim://{self.folder}/host.db",
            "XLPY_GUESTS": "crash=crash:60,desk=no-pv-drivers",
        }
        with (
            mock.patch("xlpy.cli.connection.connect", connect),
            mock.patch("signal.pause"),
            mock.patch("time.sleep", self.clock.go),
            mock.patch("time.time", self.clock),
            mock.patch("time.monotonic", self.clock),
            mock.patch.dict(os.environ, variables),
        ):
            release = "4.22" if command.startswith("xenstore-quota") else "4.20"
            return run_ours(release, shlex.split(command), self.folder)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("world"))
    world.start()
    return world


@pytest.fixture
def world(first: World, tmp_path: Path) -> World:
    world = World(tmp_path)
    for path in first.folder.glob("host.db*"):
        shutil.copy(path, tmp_path)
    world.clock.now = first.clock.now
    return world


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: f"{one.verb} {one.option}")
def test_what_comes_of_it(world: World, exercise: Exercise) -> None:
    for command in exercise.commands:
        said = world.run(command)
        world.clock.go(3)
    printed = getattr(said, exercise.stream).decode()
    assert said.status == exercise.status, said.stderr.decode()
    assert fnmatchcase(printed.removesuffix("\n"), exercise.pattern.replace("[", "[[]")), printed


def test_every_verb_and_every_option_is_there() -> None:
    declared = {
        (verb.name, title(option))
        for name in NAMES
        if (verb := find_verb(name))
        for option in verb.options
        if option.letter != HELP_OPTION.letter and (option.name or option.short)
    } | {(name, BARE) for name in NAMES if find_verb(name)}
    assert {(one.verb, one.option) for one in EXERCISES} == declared
