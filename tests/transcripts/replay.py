"""Runs the commands of a section in this process, on a simulated host whose clock goes only as it is told.

Absolute paths in the commands lead into the folder of the host instead, and are put back in what is printed. A `sleep`,
of a command or of xl itself, sets the clock on. Other programs than xl run as they are.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from unittest import mock

from tests.oracle.ours import ROOT, run_ours
from tests.sim.guests import Clock
from tests.transcripts.place import FACTS, FOLDERS, GUESTS, RELEASE, fill
from tests.transcripts.reading import Said
from xlpy.executors.sim import open_host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.transcripts.reading import Step
    from xlpy.executors import Executor

LOGS = "/var/log/xen"
XL = f"#!{sys.executable}\nimport sys\nfrom xlpy.cli.main import xl\nsys.exit(xl())\n"
SSH = """#!/bin/sh
host=$1; shift
[ "$host" = localhost ] && exec sh -c "$*"
echo "ssh: Could not resolve hostname $host: Temporary failure in name resolution" >&2
exit 255
"""
OTHERS = ("virsh", "xenstore-ls", "con.py", "ssh-keygen", "wait")
"""Programs of the recorded host."""
HASTE = 0.3
"""Seconds between two commands."""
_PATH = re.compile(rf"(?<![\w.])/(?=(?:{'|'.join(FOLDERS)}|nosuch)(?:/|\b))")


_OURS = re.compile(r"(?:^|[;&] *)(?:xl|sleep|con\.py|virsh|xenstore-ls|ssh-keygen) ")


class NotReplayedError(Exception):
    """A command that cannot be run here; the text says why."""


class Replay:
    """One section's host."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "host"
        self.folder.mkdir()
        fill(self.folder)
        self.database = str(self.folder / "host.db")
        self.clock = Clock()
        self.clock.now = time.time()
        self.environment = {
            "PATH": f"{programs(folder)}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "XLPY_CONNECT": f"sim://{self.database}",
            "XLPY_GUESTS": GUESTS,
            "XLPY_XEN": RELEASE,
            "XLPY_XL_CONF": "",
        }
        open_host(self.database, facts=FACTS).close()

    def run(self, step: Step) -> Said:
        """Run a command."""
        self.clock.go(HASTE)
        parts = _parts(step.command) if _OURS.search(step.command) else [step.command]
        said = [self._part(part) for part in parts]
        out, err = ("".join(text) for text in ([one.out for one in said], [one.err for one in said]))
        return Said(said[-1].status, self._back(out), self._back(err))

    def _part(self, part: str) -> Said:
        words = shlex.split(part)
        if words[0] == "sleep":
            self.clock.go(float(words[1]))
            return Said(0, "", "")
        if words[0] in OTHERS or part.endswith("&"):
            raise NotReplayedError(f"{'in the background' if part.endswith('&') else words[0]}: not replayed")
        command, bar, behind = part.partition(" | ")
        if words[0] != "xl":
            return self._shell(part, "")
        said = self._xl(command.removesuffix(" < /dev/null"))
        return self._shell(behind, said.out)._replace(err=said.err) if bar else said

    def _xl(self, command: str) -> Said:
        argv = shlex.split(self._here(command))[1:]
        if any(word.startswith("migrate") for word in argv):  # it or others write past what is captured here
            return self._shell(command, "")
        with self._patched():
            run = run_ours(RELEASE, argv, self.folder)
        return Said(run.status, *(text.decode("utf-8", "surrogateescape") for text in (run.stdout, run.stderr)))

    @contextlib.contextmanager
    def _patched(self) -> Iterator[None]:
        with (
            mock.patch("xlpy.cli.connection.connect", self._connect),
            mock.patch("time.sleep", self.clock.go),
            mock.patch("time.time", self.clock),
            mock.patch("time.monotonic", self.clock),
            mock.patch.dict(os.environ, self.environment),
        ):
            yield

    def _connect(self, *_: object, **__: object) -> Executor:
        return open_host(self.database, clock=self.clock, facts=FACTS)

    def _shell(self, line: str, given: str) -> Said:
        run = subprocess.run(
            ["sh", "-c", self._here(line)],
            input=given,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
        return Said(run.returncode, run.stdout, run.stderr)

    def _here(self, command: str) -> str:
        return _PATH.sub(f"{self.folder}/", command).replace(LOGS, f"{self.folder}/log")

    def _back(self, text: str) -> str:
        return text.replace(f"{self.folder}/log", LOGS).replace(str(self.folder), "")


def programs(folder: Path) -> Path:
    """xl for those that it starts itself, and an ssh that knows this machine alone."""
    programs = folder / "bin"
    programs.mkdir()
    for name, script in (("xl", XL), ("ssh", SSH)):
        (programs / name).write_text(script, encoding="utf-8")
        (programs / name).chmod(0o755)
    return programs


def _parts(command: str) -> list[str]:
    """The commands between semicolons that stand outside of quotes; `&` ends one too, and stays there."""
    lexer = shlex.shlex(command, posix=False, punctuation_chars=";&")
    lexer.whitespace_split = True
    lexer.commenters = ""
    parts, words = list[str](), list[str]()
    for word in lexer:
        if word == ";":
            parts.append(" ".join(words))
            words = []
        elif word == "&":
            parts.append(" ".join([*words, "&"]))
            words = []
        else:
            words.append(word)
    return [part for part in [*parts, " ".join(words)] if part]
