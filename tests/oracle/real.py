"""Runs one command line through the real xl and through xlpy, and says where they differ."""

from __future__ import annotations

import contextlib
import difflib
import functools
import hashlib
import io
import os
import re
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

RELEASES = ("4.17", "4.20")
HERE = Path(__file__).parent
CONFIG_NAME = "c.cfg"
NO_XL_CONF = b"Failed to read config file: /etc/xen/xl.conf: No such file or directory\n"
TIMEOUT = 60
UUID = re.compile(rb'"uuid": "([0-9a-f-]{36})"')
GENERATION_ID = re.compile(rb'"ms_vm_genid": \[[^]]*\]')


class OracleUnavailableError(Exception):
    """The real xl cannot be set up here; the text says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a program left behind; a status of -N is death by signal N."""

    stdout: bytes
    stderr: bytes
    status: int


@dataclass(frozen=True, slots=True)
class Case:
    """A command line and the files that it finds in its working directory."""

    name: str
    argv: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...] = field(repr=False)

    @property
    def input(self) -> bytes:
        """All bytes that xl reads in this case, for showing and for searching."""
        words = "".join(f"argument {word!r}\n" for word in self.argv if word not in dict(self.files))
        return words.encode("utf-8", "surrogateescape") + b"".join(content for _, content in self.files)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both programs' runs of one case under one release, random parts masked."""

    case: Case
    release: str
    real: Run
    ours: Run

    @property
    def differing(self) -> tuple[str, ...]:
        """Which of status, stdout and stderr are not the same."""
        return tuple(part for part in ("status", "stdout", "stderr") if getattr(self.real, part) != getattr(self.ours, part))

    def report(self) -> str:
        """The input and a unified diff from the real xl's answer to ours."""
        lines = [f"=== {self.case.name} (Xen {self.release}): {', '.join(self.differing) or 'equal'}"]
        lines += ["  | " + line for line in _text(self.case.input).splitlines()]
        for part in self.differing:
            if part == "status":
                lines.append(f"--- status: real {self.real.status}, ours {self.ours.status}")
                continue
            real, ours = (_text(getattr(run, part)).splitlines() for run in (self.real, self.ours))
            lines += difflib.unified_diff(real, ours, f"real {part}", f"our {part}", n=2, lineterm="")
        return "\n".join(lines) + "\n"


def _text(data: bytes) -> str:
    """Bytes as one printable text, odd characters as escapes."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(char if char == "\n" or char.isprintable() else repr(char)[1:-1] for char in text)


def config_case(name: str, config: bytes, words: Sequence[str] = (), options: Sequence[str] = ("-q",)) -> Case:
    """The case of `xl create -n` for one configuration file, with key=value words after it."""
    return Case(name, ("create", *options, "-n", CONFIG_NAME, *words), ((CONFIG_NAME, config),))


@functools.cache
def oracle() -> Path:
    """The folder with the real xl of each release, set up on first use."""
    made = subprocess.run([HERE / "setup"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if made.returncode:
        raise OracleUnavailableError(made.stderr.strip() or f"setup ended with status {made.returncode}")
    return Path(made.stdout.strip())


@functools.cache
def _installation(release: str) -> str:
    """What identifies an installed xl, so that a cached answer is never another build's."""
    wrapper = oracle() / f"xl-{release}"
    shims = sorted((oracle() / release).glob("*.so"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in (wrapper, *shims))).hexdigest()


def _cache_key(release: str, argv: Sequence[str], cwd: Path) -> str:
    digest = hashlib.sha256(_installation(release).encode())
    for word in argv:
        digest.update(b"\0word\0" + os.fsencode(word))
        with contextlib.suppress(OSError, ValueError):
            digest.update(b"\0file\0" + (cwd / word).read_bytes())
    return digest.hexdigest()


def run_real(release: str, argv: Sequence[str], cwd: Path) -> Run:
    """Run the real xl of a release; answers are kept on disk, keyed by the release and all input."""
    key = _cache_key(release, argv, cwd)
    kept = oracle() / "answers" / release / key[:2] / key
    with contextlib.suppress(OSError, ValueError):
        return _unpack(kept.read_bytes())
    run = _spawn([str(oracle() / f"xl-{release}"), *argv], cwd, {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"})
    run = Run(run.stdout, run.stderr.removeprefix(NO_XL_CONF), run.status)
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
            file.write(_pack(run))
        Path(file.name).replace(kept)
    return run


def _pack(run: Run) -> bytes:
    return b"%d %d %d\n" % (run.status, len(run.stdout), len(run.stderr)) + run.stdout + run.stderr


def _unpack(data: bytes) -> Run:
    head, body = data.split(b"\n", 1)
    status, out, err = (int(number) for number in head.split())
    if len(body) != out + err:
        raise ValueError("a damaged answer")
    return Run(body[:out], body[out:], status)


def _spawn(command: Sequence[str], cwd: Path, env: dict[str, str]) -> Run:
    done = subprocess.run(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    return Run(done.stdout, done.stderr, done.returncode)


def run_ours(release: str, argv: Sequence[str], cwd: Path) -> Run:
    """Run xlpy's xl inside this process, as its console script would."""
    from xlpy.cli.main import run  # noqa: PLC0415 - the real xl can be asked without xlpy

    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape", newline="") for _ in range(2)]
    saved = sys.stdin, os.environ.get("XLPY_XEN")
    sys.stdin, os.environ["XLPY_XEN"] = io.TextIOWrapper(io.BytesIO()), release
    try:
        with contextlib.chdir(cwd), contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
            status = _status_of(functools.partial(run, list(argv)))
    finally:
        sys.stdin = saved[0]
        os.environ.pop("XLPY_XEN") if saved[1] is None else os.environ.update(XLPY_XEN=saved[1])
    for stream in streams:
        stream.flush()
    stdout, stderr = (stream.buffer.getvalue() for stream in streams)  # type: ignore[attr-defined]
    return Run(stdout, stderr, status)


def _status_of(command: functools.partial[int]) -> int:
    """The exit status that a process running this would have."""
    try:
        return command()
    except SystemExit as exit_:
        if exit_.code is None or isinstance(exit_.code, int):
            return exit_.code or 0
        print(exit_.code, file=sys.stderr)
    except Exception:
        traceback.print_exc()
    return 1


def run_ours_as_process(release: str, argv: Sequence[str], cwd: Path) -> Run:
    """Run xlpy's xl as a process of its own."""
    start = "import sys; from xlpy.cli.main import run; sys.exit(run(sys.argv[1:]))"
    env = {**os.environ, "XLPY_XEN": release, "PYTHONPATH": str(HERE.parent.parent)}
    return _spawn([sys.executable, "-c", start, *argv], cwd, env)


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
    return Run(stdout, run.stderr, run.status)


def ask_real(release: str, cases: Iterable[Case]) -> list[Run]:
    """Run cases through the real xl, as many at a time as there are processors."""

    def ask(case: Case) -> Run:
        with laid_out(case) as cwd:
            return run_real(release, case.argv, cwd)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(ask, cases))


def compare(release: str, cases: Sequence[Case], *, as_process: bool = False) -> list[Outcome]:
    """Run cases through both programs under one release."""
    ours = run_ours_as_process if as_process else run_ours
    outcomes = []
    for case, real in zip(cases, ask_real(release, cases), strict=True):
        with laid_out(case) as cwd:
            answer = ours(release, case.argv, cwd)
        outcomes.append(Outcome(case, release, masked(real, case.input), masked(answer, case.input)))
    return outcomes
