"""xlpy in a Dom0 without its start, which takes a second under emulation: each command is a fork of one that waits."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from typing import TYPE_CHECKING, Self

from tests.xenlab.errors import LabError
from tests.xenlab.remote import Said

if TYPE_CHECKING:
    from tests.xenlab.remote import Remote

_LIMIT, _LEAVE = 120, 10
"""Seconds for a command, and for the end of the process."""
SERVER = """
import json, os, sys, tempfile
import libvirt
import xlpy.cli.shared.creation, xlpy.executors.libvirt.creation
import xlpy.executors.libvirt.facts, xlpy.executors.libvirt.host
from xlpy.cli.main import xl

for line in sys.stdin:
    words = json.loads(line)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if not child:
            for number, file in enumerate((open(os.devnull, "rb"), out, err)):
                os.dup2(file.fileno(), number)
            sys.argv = words
            xl()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "surrogateescape"))
    print(json.dumps([status, *texts]), flush=True)
"""


class Warm:
    """The process that waits, reached over ssh; a context manager that ends it."""

    def __init__(self, remote: Remote, before: str, python: str) -> None:
        """Start it with BEFORE, a line of shell that goes on to PYTHON."""
        remote.run("cat > /root/warm.py", typed=SERVER)
        argv = remote.argv(f"{before}exec {python} /root/warm.py")
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(argv, cwd=remote.folder, stdin=pipe, stdout=pipe)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(_LEAVE)
        except subprocess.TimeoutExpired:  # Dom0 does not answer any more
            self._process.kill()
            self._process.wait()

    def run(self, words: list[str]) -> Said:
        """Run `xl` with these words."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")
        self._process.stdin.flush()
        status, out, err = json.loads(self._line(words))
        return Said(status, out, err)

    def _line(self, words: list[str]) -> bytes:
        assert self._process.stdout is not None
        reading, data, end = self._process.stdout.fileno(), b"", time.monotonic() + _LIMIT
        while not data.endswith(b"\n"):
            if not select.select([reading], [], [], max(0, end - time.monotonic()))[0]:
                raise LabError(f"Dom0 did not finish in {_LIMIT} s: {words}")
            if not (more := os.read(reading, 65536)):
                raise LabError(f"xlpy in Dom0 has ended: {words}")
            data += more
        return data
