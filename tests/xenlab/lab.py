"""Lab: a Dom0 that is resumed for a test and thrown away after it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.xenlab import packages
from tests.xenlab.errors import LabError, NoLabError
from tests.xenlab.image import make_image
from tests.xenlab.machine import Machine
from tests.xenlab.releases import DEFAULT, cache, find_release, image_of
from tests.xenlab.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.xenlab.dialogue import Dialogue
    from tests.xenlab.releases import Image, Release
    from tests.xenlab.remote import Said

_RECIPE = ("archive.py", "guests.py", "image.py", "machine.py", "releases.py")
"""The files on which an image depends."""
_FAULT = re.compile(rb"Triple fault|Panic on CPU")
"""What Xen writes on its console."""
_READY_SECONDS = 240
_READY = "timeout 20 xl list && timeout 20 virsh -c xen:///system list"


def build(xen: str = DEFAULT, *, anew: bool = False) -> bool:
    """Have a frozen Dom0 with a release of Xen; says whether it had to be made. NoLabError where that cannot be."""
    release = find_release(xen)
    packages.require_machine()
    image = image_of(release)
    with _locked(image):
        packages.require_tools()
        if is_built(image, release) and not anew:
            return False
        packages.require_disk(image.folder.parent)
        packages.require_memory()
        make_image(image, release)
        _freeze(image)
        image.recipe.write_text(recipe(release), encoding="ascii")
    return True


def is_built(image: Image, release: Release) -> bool:
    """Whether the image is there, made by the present recipe."""
    try:
        return image.recipe.read_text(encoding="ascii") == recipe(release)
    except OSError:
        return False


def recipe(release: Release) -> str:
    """What an image depends on, as one number."""
    texts = [Path(__file__).with_name(name).read_bytes() for name in _RECIPE]
    return hashlib.sha256(b"\0".join([repr(release).encode(), *texts])).hexdigest()


def clean(xen: str) -> None:
    """Throw away all that there is of a release, what runs too."""
    folder = image_of(find_release(xen)).folder.parent
    for running in (folder / "running").glob("*"):
        Lab(xen, running.name).stop()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(image: Image) -> Iterator[None]:
    """Let one process at a time build."""
    try:
        image.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = (image.folder.parent / "lock").open("w", encoding="ascii")
    except OSError as error:
        raise NoLabError(f"its files cannot be in {cache()}: {error.strerror}") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _freeze(image: Image) -> None:
    machine = Machine(image, image.folder / "boot")
    try:
        machine.start()
        _reach(machine).run("sync")
        machine.freeze()
    finally:
        machine.stop()


def _reach(machine: Machine) -> Remote:
    """Wait until Dom0 can be worked in, and set its clock, which stood still while it was frozen."""
    remote = Remote(machine.image, machine.folder, machine.port())
    end = time.monotonic() + _READY_SECONDS
    while not remote.connect():
        _wait_more(machine, end, "ssh does not answer")
    while (said := remote.run(f"date -s @{time.time():.0f} && {_READY}")).status:
        _wait_more(machine, end, said.err.strip())
    return remote


def _wait_more(machine: Machine, end: float, why: str) -> None:
    log = machine.folder / "console.log"
    if not machine.runs():
        raise LabError(f"QEMU ended: see {machine.folder / 'qemu.log'} and {log}")
    if time.monotonic() > end:
        raise LabError(f"Dom0 was not ready in {_READY_SECONDS} s: {why}; see {log}")
    time.sleep(0.2)


class Lab:
    """A Dom0. As a context manager it is resumed at the start, always in the same state, and stopped at the end.

    Labs of different names run beside each other.
    """

    def __init__(self, xen: str = DEFAULT, name: str = "default") -> None:
        self.xen = xen
        self.release = find_release(xen)
        self.image = image_of(self.release)
        self.machine = Machine(self.image, self.image.folder.parent / "running" / name)
        self._remote: Remote | None = None

    def __enter__(self) -> Self:
        self.resume()
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self.stop()
        if error is None:  # else its logs are of use
            shutil.rmtree(self.machine.folder, ignore_errors=True)

    @classmethod
    def own(cls, xen: str, name: str) -> Self:
        """One that no other process shares."""
        return cls(xen, f"{name}-{os.getpid()}")

    def resume(self) -> None:
        """Throw away what runs under this name, and start from the frozen state; returns when Dom0 is ready."""
        if not is_built(self.image, self.release):
            raise LabError(f"there is no frozen Dom0 with Xen {self.xen}, or an old one: build it first")
        self.stop()
        packages.require_memory()
        self.machine.resume()
        self._remote = _reach(self.machine)

    def stop(self) -> None:
        """Throw away what runs under this name."""
        self._remote = None
        self.machine.stop()

    @property
    def remote(self) -> Remote:
        """The way into Dom0; raises LabError when it does not run."""
        if self._remote is None:
            if not self.machine.runs():
                raise LabError(f"no Dom0 with Xen {self.xen} runs: boot it first")
            self._remote = Remote(self.image, self.machine.folder, self.machine.port())
        return self._remote

    def run(self, command: str, *, typed: str = "", seconds: float = 120) -> Said:
        """Run a line of shell in Dom0."""
        return self.remote.run(command, typed=typed, seconds=seconds)

    def has_faulted(self) -> bool:
        """Whether a guest's CPU was shut down by faults, or Xen itself fell: slow emulation brings out races."""
        return _FAULT.search((self.machine.folder / "console.log").read_bytes()) is not None

    def put(self, local: Path, path: str) -> None:
        """Copy a file or a folder into Dom0."""
        self.remote.put(local, path)

    def get(self, path: str, local: Path) -> None:
        """Copy a file or a folder out of Dom0."""
        self.remote.get(path, local)

    def dialogue(self, command: str) -> Dialogue:
        """Run a line of shell in Dom0 on a terminal."""
        return self.remote.dialogue(command)

    def console(self, domain: str) -> Dialogue:
        """The console of a domain."""
        return self.dialogue(f"xl console {domain}")
