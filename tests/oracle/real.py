"""Runs one command line through the real xl and through xlpy, and says where they differ."""

from __future__ import annotations

import contextlib
import difflib
import functools
import hashlib
import os
import re
import shlex
import signal
import subprocess
import tempfile
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.oracle.ours import XL_CONF_NAME, Run, run_ours, run_ours_as_process, spawn
from xlpy.differences import TABLE, Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

RELEASES = ("4.17", "4.20")
HERE = Path(__file__).parent
CONFIG_NAME = "c.cfg"
XL_CONF = b"/etc/xen/xl.conf"
NO_XL_CONF = b"Failed to read config file: %s: No such file or directory\n" % XL_CONF
LIMITS = 'ulimit -S -t 15; ulimit -v 8000000; exec "$0" "$@"'
"""The real xl may count for ever, and fill the memory: 15 seconds and 8 GB are enough for all that ends."""
UUID = re.compile(rb'"uuid": "([0-9a-f-]{36})"')
LIBXL_LINE = re.compile(rb"^libxl: \w+: \w+\.c:[0-9]+:", re.MULTILINE)
GENERATION_ID = re.compile(rb'"ms_vm_genid": \[[^]]*\]')


class OracleUnavailableError(Exception):
    """The real xl cannot be set up here; the text says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """A command line and the files that it finds in its working directory."""

    name: str
    argv: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...] = field(repr=False)

    @property
    def input(self) -> bytes:
        """All bytes that xl reads in this case."""
        return b"\n".join([*map(os.fsencode, self.argv), *(content for _, content in self.files)])

    def shown(self) -> str:
        """The command line and the files, for people."""
        files = (f"{name}:\n" + textwrap.indent(_shown(content), "  | ") for name, content in self.files)
        return "\n".join([f"$ xl {shlex.join(self.argv)}", *files]).rstrip("\n")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both programs' runs of one case under one release, random parts masked."""

    case: Case
    release: str
    real: Run
    ours: Run

    @property
    def differing(self) -> tuple[str, ...]:
        """Which of status, stdout and stderr are not what they should be."""
        answers = self._known_answers
        if self.real.status < 0:
            return () if answers - {Answer.SILENT} and self.refused_cleanly else ("refusal",)
        if answers & {Answer.ACCEPTS, Answer.UNDEFINED}:
            return ()
        return tuple(
            part
            for part in ("status", "stdout", "stderr")
            if getattr(self.real, part) != getattr(self.ours, part)
            and not (part == "stderr" and (answers & {Answer.SILENT, Answer.OTHER_WORDS} or self._told_otherwise))
        )

    @property
    def _known_answers(self) -> set[Answer]:
        """What the table of differences says that the real xl does where xlpy noted what it noted."""
        known = (difference.real.get(self.release) for difference in TABLE if difference.code in self.ours.noted)
        return {answer for answer in known if answer}

    @property
    def _told_otherwise(self) -> bool:
        """Whether stderr differs only by the way out behind the real xl's words (D26), or libxl's log (D24)."""
        same, more = self.ours.stderr[: len(self.real.stderr)], self.ours.stderr[len(self.real.stderr) :]
        advice = all(line.startswith(b"xl: ") for line in more.splitlines())
        only_advice = self.real.status != 0 and self.real.stderr != b"" and same == self.real.stderr and advice
        return only_advice or LIBXL_LINE.search(self.real.stderr) is not None

    @property
    def refused_cleanly(self) -> bool:
        """Whether xlpy refused the input with a message: all that is asked where the real xl crashes."""
        return self.ours.status > 0 and bool(self.ours.stderr.strip()) and b"Traceback" not in self.ours.stderr

    def report(self) -> str:
        """The input and a unified diff from the real xl's answer to ours."""
        lines = [f"=== {self.case.name} (Xen {self.release}): {', '.join(self.differing) or 'equal'}"]
        lines.append(self.case.shown())
        if self.real.status != self.ours.status:
            lines.append(f"--- status: real {self.real.status}, ours {self.ours.status}")
        for part in ("stdout", "stderr"):
            real, ours = (_shown(getattr(run, part)).splitlines() for run in (self.real, self.ours))
            lines += difflib.unified_diff(real, ours, f"real {part}", f"our {part}", n=2, lineterm="")
        return "\n".join(lines) + "\n"


def _shown(data: bytes) -> str:
    """Bytes as one printable text, odd characters as escapes."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(char if char == "\n" or char.isprintable() else repr(char)[1:-1] for char in text)


def config_case(name: str, config: bytes, words: Sequence[str] = (), options: Sequence[str] = ("-q",)) -> Case:
    """The case of `xl create -n` for one configuration file, with key=value words after it."""
    return Case(name, ("create", *options, "-n", CONFIG_NAME, *words), ((CONFIG_NAME, config),))


@functools.cache
def oracle() -> Path:
    """The folder with the real xl of each release, set up on first use."""
    made = subprocess.run([HERE / "setup"], capture_output=True, text=True, check=False)
    if made.returncode:
        raise OracleUnavailableError(made.stderr.strip() or f"setup ended with status {made.returncode}")
    return Path(made.stdout.strip())


@functools.cache
def _installation(release: str) -> str:
    """What identifies an installed xl, so that a cached answer is never another build's."""
    wrapper = oracle() / f"xl-{release}"
    shims = sorted((oracle() / release).glob("*.so"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in (wrapper, *shims))).hexdigest()


def _cache_key(release: str, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> str:
    digest = hashlib.sha256(_installation(release).encode() + repr(sorted(env.items())).encode())
    if "ORACLE_XL_CONF" in env:
        digest.update((cwd / XL_CONF_NAME).read_bytes())
    for word in argv:
        digest.update(b"\0word\0" + os.fsencode(word))
        with contextlib.suppress(OSError, ValueError):
            digest.update(b"\0file\0" + (cwd / word).read_bytes())
    return digest.hexdigest()


def run_real(
    release: str, argv: Sequence[str], cwd: Path, host: Mapping[str, str] | None = None, *, keep: bool = True
) -> Run:
    """Run the real xl of a release; answers are kept on disk, unless KEEP is off, by the release and all input.

    HOST are variables of shim.c that change the host.
    """
    env = dict(host or {})
    if (cwd / XL_CONF_NAME).exists():
        env["ORACLE_XL_CONF"] = XL_CONF_NAME
    key = _cache_key(release, argv, cwd, env)
    kept = oracle() / "answers" / release / key[:2] / key
    with contextlib.suppress(OSError, ValueError):
        return _unpack(kept.read_bytes())
    run = spawn_real(release, argv, cwd, env)
    stderr = run.stderr.removeprefix(NO_XL_CONF).replace(XL_CONF, XL_CONF_NAME.encode())
    run = Run(run.stdout, stderr, run.status)
    if keep and run.status != -signal.SIGKILL:
        _keep(kept, run)
    return run


def _keep(kept: Path, run: Run) -> None:
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
            file.write(_pack(run))
        Path(file.name).replace(kept)


def spawn_real(release: str, argv: Sequence[str], cwd: Path, env: Mapping[str, str] = MappingProxyType({})) -> Run:
    """Run the real xl of a release; what it prints is left as it is."""
    command = ["/bin/sh", "-c", LIMITS, str(oracle() / f"xl-{release}"), *argv]
    return spawn(command, cwd, {**env, "PATH": os.environ.get("PATH", ""), "LC_ALL": "C"})


def _pack(run: Run) -> bytes:
    return b"%d %d %d\n" % (run.status, len(run.stdout), len(run.stderr)) + run.stdout + run.stderr


def _unpack(data: bytes) -> Run:
    head, body = data.split(b"\n", 1)
    status, out, err = (int(number) for number in head.split())
    if len(body) != out + err:
        raise ValueError("a damaged answer")
    return Run(body[:out], body[out:], status)


@contextlib.contextmanager
def laid_out(case: Case) -> Iterator[Path]:
    """A temporary folder that holds the files of a case."""
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        for name, content in case.files:
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Path(folder)


def masked(run: Run, given: bytes) -> Run:
    """The same run with what xl made up at random replaced by fixed words."""
    lower = given.lower()
    stdout = UUID.sub(lambda found: found[0] if found[1] in lower else b'"uuid": "<random>"', run.stdout)
    if b"ms_vm_genid" in lower and b"generate" in lower:
        stdout = GENERATION_ID.sub(b'"ms_vm_genid": "<random>"', stdout)
    return replace(run, stdout=stdout)


def ask_real(release: str, cases: Iterable[Case], *, keep: bool = True) -> list[Run]:
    """Run cases through the real xl, as many at a time as there are processors."""

    def ask(case: Case) -> Run:
        with laid_out(case) as cwd:
            return run_real(release, case.argv, cwd, keep=keep)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(ask, cases))


def compare(release: str, cases: Sequence[Case], *, as_process: bool = False, keep: bool = True) -> list[Outcome]:
    """Run cases through both programs under one release."""
    ours = run_ours_as_process if as_process else run_ours
    outcomes = []
    for case, real in zip(cases, ask_real(release, cases, keep=keep), strict=True):
        with laid_out(case) as cwd:
            answer = ours(release, case.argv, cwd)
        outcomes.append(Outcome(case, release, masked(real, case.input), masked(answer, case.input)))
    return outcomes
