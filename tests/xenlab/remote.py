"""Reaching Dom0: commands, files, and programs on a terminal, all over one shared ssh connection."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

from tests.xenlab.dialogue import Dialogue
from tests.xenlab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.xenlab.releases import Image

_SSH_FAILED = 255
_HOST = "root@dom0"
_SOCKET = "ssh"


class Said(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


class Remote:
    """A Dom0 behind a port of this machine. The shared connection is a socket in `folder`."""

    def __init__(self, image: Image, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._options = [
            *("-F", "none", "-i", str(image.key), "-oHostName=127.0.0.1", f"-oPort={port}"),
            # Relative, because the path of a socket must be short.
            *(f"-oControlPath={_SOCKET}", "-oLogLevel=ERROR", "-oBatchMode=yes", "-oConnectTimeout=3"),
            *("-oHostKeyAlias=dom0", f'-oUserKnownHostsFile="{image.known_hosts}"', "-oStrictHostKeyChecking=yes"),
        ]

    def connect(self) -> bool:
        """Start the connection that all commands share; says whether Dom0 answered."""
        (self.folder / _SOCKET).unlink(missing_ok=True)  # beside the socket of one that has ended ssh would share none
        nothing = subprocess.DEVNULL  # ssh in the background would hold a pipe open
        argv = ["ssh", *self._options, "-fNM", _HOST]
        run = subprocess.run(argv, cwd=self.folder, stdin=nothing, stdout=nothing, stderr=nothing, check=False)
        return run.returncode == 0

    def run(self, command: str, *, typed: str = "", seconds: float = 120) -> Said:
        """Run a line of shell."""
        try:
            run = subprocess.run(
                self.argv(command),
                cwd=self.folder,
                input=typed,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise LabError(f"Dom0 did not finish in {seconds:.0f} s: {command}") from None
        if run.returncode == _SSH_FAILED and any(word in run.stderr for word in ("ssh: ", "mux_", "Connection ")):
            raise LabError(f"Dom0 does not answer: {run.stderr.strip()}")
        return Said(run.returncode, run.stdout, run.stderr)

    def argv(self, command: str, *, terminal: bool = False) -> list[str]:
        """What starts a line of shell in Dom0, from the folder."""
        return ["ssh", *self._options, *(["-tt", "-e", "none"] if terminal else []), _HOST, command]

    def forward(self, port: int, to: int) -> None:
        """Let a port of Dom0 lead to a port of this machine, as long as the shared connection lasts."""
        argv = ["ssh", *self._options, "-O", "forward", "-R", f"127.0.0.1:{port}:127.0.0.1:{to}", _HOST]
        run = subprocess.run(argv, cwd=self.folder, capture_output=True, text=True, check=False)
        if run.returncode:
            raise LabError(f"Dom0 has no port {port} for us: {run.stderr.strip()}")

    def put(self, local: Path, path: str) -> None:
        """Copy a file or a folder into Dom0."""
        self._copy(str(local.resolve()), f"{_HOST}:{path}")

    def get(self, path: str, local: Path) -> None:
        """Copy a file or a folder out of Dom0."""
        self._copy(f"{_HOST}:{path}", str(local.resolve()))

    def dialogue(self, command: str) -> Dialogue:
        """Run a line of shell on a terminal."""
        pipe = subprocess.PIPE
        argv = self.argv(command, terminal=True)
        process = subprocess.Popen(argv, cwd=self.folder, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT)
        assert process.stdin is not None
        assert process.stdout is not None
        return Dialogue(process, process.stdout.fileno(), process.stdin.fileno())

    def _copy(self, source: str, target: str) -> None:
        argv = ["scp", "-q", "-r", *self._options, source, target]
        run = subprocess.run(argv, cwd=self.folder, capture_output=True, text=True, check=False)
        if run.returncode:
            raise LabError(f"cannot copy {source} to {target}: {run.stderr.strip()}")
