"""Every verb of the real xl, as `xl help` lists them: help texts, options, numbers of words, and the list itself."""

from __future__ import annotations

import re
from functools import cache
from string import ascii_letters, digits
from typing import TYPE_CHECKING

import pytest

from tests.oracle.needed import need_real_xl
from tests.oracle.ours import Run, run_ours
from tests.oracle.real import RELEASES, run_real
from xlpy.cli.names import NAMES, names
from xlpy.cli.registry import find_verb
from xlpy.executors.sim import open_host
from xlpy.release import Release

if TYPE_CHECKING:
    from pathlib import Path

    from xlpy.executors.sim import SimHost

HELP = ("help {}", "{} -h", "{} --help", "{} --help=x", "{} -?", "{} --nosuch", "{} --=", "-N {} -h", "-vtTf {} -h")
MOST_WORDS = 5
ENTRY = re.compile(r"^ (\S+) ", re.MULTILINE)
LONG_OPTION = re.compile(r"--([a-z][a-z-]*)")
LOOKS_UP_FIRST = "config-update"
"""Takes its first word for a domain, even -h."""
STARTS_A_PROGRAM = {"top", "devd"}
"""Would not come back where the program, or the folder for its log, is there."""

every_release = pytest.mark.parametrize("release", RELEASES)
every_verb = pytest.mark.parametrize("verb", NAMES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_real_xl()
    return tmp_path_factory.mktemp("every_verb")


@pytest.fixture(scope="module")
def host() -> SimHost:
    return open_host(":memory:")


@pytest.fixture(autouse=True)
def _host(host: SimHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlpy.cli.connection.connect", lambda *_, **__: host)


@cache
def _listed(release: str, folder: Path) -> str:
    return run_real(release, ["help"], folder).stdout.decode()


def _is_here(verb: str, release: str) -> None:
    if verb not in names(Release.parse(release)):
        pytest.skip(f"Xen {release} has no {verb}")


def _of_usage(run: Run) -> tuple[bytes, bytes, int] | None:
    """A run that ended over its options or the number of its words; None for one that went on."""
    refused = run.stderr.startswith((b"option `", b"'xl ")) or b"requires" in run.stderr
    shown = run.stdout.startswith(b"Usage: xl")
    return (run.stdout, run.stderr, run.status) if shown or (refused and run.status == 2) else None


def _same_usage(folder: Path, release: str, argv: list[str]) -> None:
    real, ours = run_real(release, argv, folder), run_ours(release, argv, folder)
    assert _of_usage(ours) == _of_usage(real), argv


def _words(verb: str) -> list[str]:
    return [verb, "5"] if verb == LOOKS_UP_FIRST else [verb]


@every_release
@every_verb
def test_help(folder: Path, release: str, verb: str) -> None:
    _is_here(verb, release)
    for pattern in HELP:
        words = verb if pattern.startswith("help") else " ".join(_words(verb))
        argv = pattern.format(words).split()
        real, ours = run_real(release, argv, folder), run_ours(release, argv, folder)
        assert (ours.status, ours.stdout, ours.stderr) == (real.status, real.stdout, real.stderr), argv


@every_release
@every_verb
def test_each_letter_is_an_option_or_none(folder: Path, release: str, verb: str) -> None:
    """Behind a flag `h` is another one, which shows the help; an option with a value takes it."""
    _is_here(verb, release)
    for letter in ascii_letters + digits:
        if verb not in STARTS_A_PROGRAM or letter not in "pF":
            _same_usage(folder, release, [*_words(verb), f"-{letter}h"])


@every_release
@every_verb
def test_long_options(folder: Path, release: str, verb: str) -> None:
    """Those that the help of any verb tells: whole, with a value, and cut by a letter; with -h behind them."""
    _is_here(verb, release)
    told = {
        name
        for other in names(Release.parse(release))
        for name in LONG_OPTION.findall(run_real(release, ["help", other], folder).stdout.decode())
    }
    for name in sorted(told):
        for word in (f"--{name}", f"--{name}=x", f"--{name[:-1]}"):
            if verb not in STARTS_A_PROGRAM or not word.startswith(("--pid", "--for")):
                _same_usage(folder, release, [*_words(verb), word, "-h"])


@every_release
@every_verb
def test_numbers_of_words(folder: Path, release: str, verb: str) -> None:
    _is_here(verb, release)
    if verb in STARTS_A_PROGRAM:
        return
    for count in range(MOST_WORDS + 1):
        _same_usage(folder, release, [verb, *["99"] * count])


@every_release
def test_the_list_of_verbs(folder: Path, release: str) -> None:
    for argv in ([], ["help"], ["-v"]):
        assert run_ours(release, argv, folder) == run_real(release, argv, folder)


@every_release
def test_no_verb_is_unknown_to_us_and_none_is_invented(folder: Path, release: str) -> None:
    assert ENTRY.findall(_listed(release, folder)) == names(Release.parse(release))


def test_every_verb_has_its_file() -> None:
    assert [name for name in NAMES if find_verb(name) is None] == []


@every_release
def test_every_abbreviation_means_what_it_means_to_xl(folder: Path, release: str) -> None:
    """`help WORD` shows which verb a word means."""
    prefixes = sorted({name[:length] for name in NAMES for length in range(1, len(name))})
    for prefix in prefixes:
        real, ours = (runner(release, ["help", prefix], folder) for runner in (run_real, run_ours))
        assert ours.stdout == real.stdout, prefix
