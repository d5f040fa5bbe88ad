"""xl and xlpy as processes of their own, on a host of their own, within limits."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
GIB = 1 << 30


class Said(NamedTuple):
    """What a process left behind."""

    status: int
    out: str
    err: str


class Place:
    """A directory with a simulated host in it, where programs run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "PATH": f"{self._programs()}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "XLPY_CONNECT": f"sim://{folder}/host.db",
            "XLPY_XEN": "4.20",
            "XLPY_XL_CONF": "",
        }

    def _programs(self) -> Path:
        """Both programs as their console scripts start them."""
        folder = self.folder / "bin"
        folder.mkdir()
        for name in ("xl", "xlpy"):
            script = f"#!{sys.executable}\nimport sys\nfrom xlpy.cli.main import {name}\nsys.exit({name}())\n"
            (folder / name).write_text(script, encoding="utf-8")
            (folder / name).chmod(0o755)
        return folder

    def run(self, *words: str, typed: str = "", memory: int = 2 * GIB, seconds: int = 60) -> Said:
        """Run a program with at most so much memory and processor time."""

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=4 * seconds,
            preexec_fn=limit,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def xl(self, *words: str, typed: str = "") -> Said:
        """Run xl."""
        return self.run("xl", *words, typed=typed)

    def states(self) -> dict[str, str]:
        """The state of each guest by name and domid."""
        rows = [row.split() for row in self.xl("list").out.splitlines()[2:]]
        return {f"{row[0]} {row[1]}": row[4] for row in rows}

    def settled(self, **wanted: str) -> None:
        """Wait until the guests are in these states: web_1="-b----"."""
        states = {name.replace("_", " "): state for name, state in wanted.items()}
        end = time.monotonic() + 60
        while (found := self.states()) != states:
            assert time.monotonic() < end, f"{found} is not yet {states}"
            time.sleep(0.1)


def without_times(text: str) -> str:
    """A transcript without what depends on how fast the machine is: CPU seconds, and whether guests still boot."""
    guest = r"(?m)^(?!Domain-0)(\S+ +\d+ +\d+ +\d+ +)(?:r-|-b)(?=-)"
    return re.sub(r"(?<=-) +\d+\.\d(?=$|  )", " <time>", re.sub(guest, r"\1??", text), flags=re.MULTILINE)
