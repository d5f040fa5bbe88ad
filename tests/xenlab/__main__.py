"""python -m tests.xenlab: the lab from the command line."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.xenlab.errors import LabError, NoLabError
from tests.xenlab.lab import Lab, build, clean
from tests.xenlab.packages import labs_at_once
from tests.xenlab.releases import DEFAULT, RELEASES, cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.xenlab.scenario import Scenario
    from tests.xenlab.trials import Trials

NOT_HERE = 3
"""The exit status where a lab cannot be."""


def _build(options: argparse.Namespace) -> int:
    start = time.monotonic()
    made = build(options.xen, anew=options.anew)
    seconds = f"built in {time.monotonic() - start:.0f} s" if made else "already built"
    print(f"Dom0 with Xen {options.xen}: {seconds}, in {cache() / options.xen}")
    return 0


def _boot(options: argparse.Namespace) -> int:
    build(options.xen)
    Lab(options.xen).resume()
    return 0


def _run(options: argparse.Namespace) -> int:
    command = options.words[0] if len(options.words) == 1 else shlex.join(options.words)
    return _attached(options, command, terminal=False)


def _shell(options: argparse.Namespace) -> int:
    return _attached(options, "exec bash -l", terminal=True)


def _attached(options: argparse.Namespace, command: str, *, terminal: bool) -> int:
    """Run a command with our own input and output."""
    remote = Lab(options.xen).remote
    return subprocess.run(remote.argv(command, terminal=terminal), cwd=remote.folder, check=False).returncode


def _put(options: argparse.Namespace) -> int:
    Lab(options.xen).put(Path(options.source), options.target)
    return 0


def _get(options: argparse.Namespace) -> int:
    Lab(options.xen).get(options.source, Path(options.target))
    return 0


def _stop(options: argparse.Namespace) -> int:
    Lab(options.xen).stop()
    return 0


def _compare(options: argparse.Namespace) -> int:
    """Print where xlpy differs from the real xl; with --accept these are the differences that are known."""
    from tests.xenlab.scenario import read_scenario
    from tests.xenlab.trials import SCENARIOS, Trials

    build(options.xen)
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(options.xen, Path(folder))
        for path in SCENARIOS:
            if path.stem in options.names or not options.names:
                _compare_one(trials, read_scenario(path), options)
    return 0


def _compare_one(trials: Trials, scenario: Scenario, options: argparse.Namespace) -> None:
    from tests.xenlab.compare import unmet
    from tests.xenlab.known import REASONS, read_reasons, reasoned, write_known
    from tests.xenlab.trials import OTHERS, NotYetError

    start = time.monotonic()
    for line in unmet(trials.real(scenario), scenario.path):
        print(line)
    print(f"= {scenario.name}: {time.monotonic() - start:.0f} s", flush=True)
    for name in options.host or OTHERS:
        start = time.monotonic()
        try:
            found = trials.differences(scenario, name)
        except NotYetError as reason:
            print(f"{scenario.name}, {name}: {reason}")
            continue
        text = write_known(reasoned(found, name, read_reasons(REASONS.read_text(encoding="utf-8"))))
        print(f"= {scenario.name}, {name}: {time.monotonic() - start:.0f} s\n{text}", flush=True)
        if options.accept:
            _keep(trials.file(scenario, name), text)


def _keep(path: Path, text: str) -> None:
    if text:
        path.write_text(text, encoding="utf-8")
    else:
        path.unlink(missing_ok=True)


def _test(options: argparse.Namespace) -> int:
    """Where no lab can be, a line says why, and that is no failure unless XLPY_REQUIRE_XENLAB=1."""
    try:
        build(options.xen)
    except NoLabError as error:
        if os.environ.get("XLPY_REQUIRE_XENLAB") == "1":
            raise
        print(f"left out, no Xen lab here: {error}", file=sys.stderr)
        return 0
    labs = labs_at_once()
    workers = ["-n", str(labs), "--dist", "loadgroup"] if labs > 1 else []
    words = ["-m", "xenlab", "--durations=5", *workers, str(Path(__file__).parent)]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "XLPY_XENLAB_XEN": options.xen},
        check=False,
    ).returncode


def _clean(options: argparse.Namespace) -> int:
    clean(options.xen)
    return 0


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "build": (_build, "make and freeze the Dom0, unless that is done"),
    "boot": (_boot, "resume it; what ran before is thrown away"),
    "run": (_run, "run a command in it, with its output and exit status"),
    "shell": (_shell, "a shell in it"),
    "put": (_put, "copy a file or folder into it"),
    "get": (_get, "copy a file or folder out of it"),
    "stop": (_stop, "throw away what runs"),
    "compare": (_compare, "run scenarios with the real xl and with xlpy, and print the differences"),
    "test": (_test, "run all tests that need it; PYTEST_ADDOPTS has more words for pytest"),
    "clean": (_clean, "throw away the image too"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.xenlab", description=__doc__)
    parser.add_argument("--xen", choices=list(RELEASES), default=DEFAULT, help=f"which release (default {DEFAULT})")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (function, text) in COMMANDS.items():
        command = commands.add_parser(name, help=text)
        command.set_defaults(function=function)
        if name == "build":
            command.add_argument("--anew", action="store_true", help="even if that is done")
        elif name == "run":
            command.add_argument("words", nargs=argparse.REMAINDER, metavar="WORD", help="one word is a line of shell")
        elif name in {"put", "get"}:
            command.add_argument("source")
            command.add_argument("target")
        elif name == "compare":
            command.add_argument("names", nargs="*", metavar="SCENARIO", help="all when none is named")
            command.add_argument("--accept", action="store_true", help="keep the differences as those that are known")
            command.add_argument("--host", action="append", help="only this: simulated, libvirt")
    return parser


def main(argv: list[str]) -> int:
    """One command line; gives the exit status."""
    options = _parser().parse_args(argv)
    try:
        status: int = options.function(options)
    except NoLabError as error:
        print(f"no Xen lab here: {error}", file=sys.stderr)
        return NOT_HERE
    except LabError as error:
        print(f"Xen lab: {error}", file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
