"""The three hosts on which a scenario runs: the real xl, xlpy in the same Dom0, and xlpy on a simulated host."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from tests.xenlab.dialogue import Dialogue
from tests.xenlab.remote import Said
from tests.xenlab.warm import Warm

if TYPE_CHECKING:
    from tests.xenlab.lab import Lab
    from xlpy.host import HostFacts

ROOT = Path(__file__).parents[2]
FOLDER = Path("/root/scenario")
PROGRAMS = "/opt/xlpy/bin"
LIBVIRT = "xen:///system"


_SHELL = re.compile(r"[|&;<>$`]")


class Host(Protocol):
    """Where commands run, in a folder with the files of a scenario."""

    name: str
    patience: float
    """How long what must be seen on a terminal may take, in seconds."""

    def write(self, files: dict[str, str]) -> None:
        """Put files into the folder."""

    def run(self, command: str) -> Said:
        """Run a line of shell there."""

    def dialogue(self, command: str) -> Dialogue:
        """Run it on a terminal."""


class RealXl:
    """Xen's own xl in a Dom0."""

    name = "xl"
    patience = 300.0
    _before = ""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def write(self, files: dict[str, str]) -> None:
        """Put files into the folder."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / FOLDER.name
            folder.mkdir()
            _fill(folder, files)
            self.lab.put(folder, str(FOLDER.parent))

    def run(self, command: str) -> Said:
        """Run a line of shell there."""
        return self.lab.run(self._line(command))

    def dialogue(self, command: str) -> Dialogue:
        """Run it on a terminal."""
        return self.lab.dialogue(self._line(command))

    def _line(self, command: str) -> str:
        return f"cd {FOLDER} && {self._before}{command}"


class InDom0(RealXl):
    """xlpy in a Dom0, where `xl` is xlpy's, on the host behind libvirt."""

    name = "libvirt"

    def __init__(self, lab: Lab, connect: str = LIBVIRT) -> None:
        super().__init__(lab)
        self._before = f"export PATH={PROGRAMS}:$PATH XLPY_XEN={lab.xen} XLPY_CONNECT={connect} && "
        self._warm: Warm | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._warm is not None:
            self._warm.__exit__()

    def run(self, command: str) -> Said:
        """Run a line of shell there; what is nothing but a command of xl takes a shorter way."""
        if not command.startswith("xl ") or _SHELL.search(command):
            return super().run(command)
        if self._warm is None:
            self._warm = Warm(self.lab.remote, self._line(""), f"{PROGRAMS}/python")
        return self._warm.run(shlex.split(command))

    def reason_against(self) -> str:
        """Why this xlpy cannot control the host, in its own words; nothing when it can."""
        said = self.lab.run(f"{self._before}xl list")
        return said.err.strip() if said.status else ""


class Simulated:
    """xlpy on a simulated host in a folder of this machine."""

    name = "simulated"
    patience = 8.0

    def __init__(self, folder: Path, facts: HostFacts, xen: str) -> None:
        from xlpy.executors.sim import open_host

        self.folder = folder / "scenario"
        self.folder.mkdir()
        open_host(f"{folder}/host.db", facts=facts).close()
        self._environment = {
            **os.environ,
            "PATH": f"{_programs(folder)}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "XLPY_CONNECT": f"sim://{folder}/host.db",
            "XLPY_XEN": xen,
            "XLPY_XL_CONF": "",
        }

    def write(self, files: dict[str, str]) -> None:
        """Put files into the folder."""
        _fill(self.folder, files)

    def run(self, command: str) -> Said:
        """Run a line of shell there."""
        run = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=120,
            check=False,
        )
        return Said(run.returncode, run.stdout, run.stderr)

    def dialogue(self, command: str) -> Dialogue:
        """Run it on a terminal."""
        ours, its = pty.openpty()
        argv, env = ["sh", "-c", command], self._environment
        process = subprocess.Popen(argv, cwd=self.folder, env=env, stdin=its, stdout=its, stderr=its)
        os.close(its)
        return Dialogue(process, ours, ours)


def _fill(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _programs(folder: Path) -> Path:
    """Both programs as their console scripts start them."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("xl", "xlpy"):
        script = f"#!{sys.executable}\nimport sys\nfrom xlpy.cli.main import {name}\nsys.exit({name}())\n"
        (programs / name).write_text(script, encoding="utf-8")
        (programs / name).chmod(0o755)
    return programs
