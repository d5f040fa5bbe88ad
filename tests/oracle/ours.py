"""Runs xlpy as the real xl is run, and says what a run of either left behind."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from xlpy import diagnostic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from xlpy.diagnostic import Diagnostic

ROOT = Path(__file__).parents[2]
XL_CONF_NAME = "xl.conf"
"""A file of a case with this name is what both programs read as xl.conf."""
TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a program left behind; a status of -N is death by signal N."""

    stdout: bytes
    stderr: bytes
    status: int
    noted: tuple[str, ...] = ()
    """The codes of the diagnostics that led to it, of ours."""


def spawn(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Run:
    """Run a program to its end, or kill it after a time."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as late:
        return Run(late.stdout or b"", late.stderr or b"", -signal.SIGKILL)
    return Run(done.stdout, done.stderr, done.returncode)


def run_ours(release: str, argv: Sequence[str], cwd: Path) -> Run:
    """Run xlpy's xl inside this process, as its console script would."""
    from xlpy.cli.main import run

    stdout, stderr = io.BytesIO(), io.BytesIO()
    noted: list[str] = []
    with _noting(noted), contextlib.chdir(cwd), _environment(release, cwd), _text(stdout) as out, _text(stderr) as err:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = _status_of(run, argv)
        out.flush()
        err.flush()
        return Run(stdout.getvalue(), stderr.getvalue(), status, tuple(noted))


@contextlib.contextmanager
def _noting(codes: list[str]) -> Iterator[None]:
    """Collect the codes of the diagnostics that are shown, up to the one at which xl gives up."""

    def xl_output(diagnostics: Iterable[Diagnostic]) -> tuple[str, int | None]:
        diagnostics = tuple(diagnostics)
        for found in diagnostics:
            codes.append(found.code)
            if found.xl_exit is not None:
                break
        return real_output(diagnostics)

    real_output = diagnostic.xl_output
    with mock.patch.object(diagnostic, "xl_output", xl_output):
        yield


def _text(binary: io.BytesIO) -> io.TextIOWrapper:
    """What a program that prints arbitrary bytes of its input has as stdout and stderr."""
    return io.TextIOWrapper(binary, "utf-8", "surrogateescape", newline="")


def _settings(release: str, cwd: Path) -> dict[str, str]:
    """The variables that xlpy runs with: an internal error is to show where it happened."""
    xl_conf = XL_CONF_NAME if (cwd / XL_CONF_NAME).exists() else ""
    return {"XLPY_XEN": release, "XLPY_XL_CONF": xl_conf, "XLPY_DEBUG": "1"}


@contextlib.contextmanager
def _environment(release: str, cwd: Path) -> Iterator[None]:
    variables, stdin = dict(os.environ), sys.stdin
    os.environ.update(_settings(release, cwd))
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    try:
        yield
    finally:
        sys.stdin = stdin
        os.environ.clear()
        os.environ.update(variables)


def _status_of(run: Callable[[list[str]], int], argv: Sequence[str]) -> int:
    """The exit status that a process running this would have."""
    try:
        return run(list(argv))
    except SystemExit as exit_:
        if exit_.code is None or isinstance(exit_.code, int):
            return exit_.code or 0
        print(exit_.code, file=sys.stderr)
    except Exception:
        traceback.print_exc()
    return 1


def run_ours_as_process(release: str, argv: Sequence[str], cwd: Path) -> Run:
    """Run xlpy's xl as a process of its own."""
    start = "from xlpy.cli.main import xl; xl()"
    env = {**os.environ, **_settings(release, cwd), "PYTHONPATH": str(ROOT)}
    return spawn([sys.executable, "-c", start, *argv], cwd, env)
