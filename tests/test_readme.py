"""What the README shows: its Python runs and gives what it says, its commands name verbs and options that there are."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from xlpy.cli import names
from xlpy.cli.command import find_added
from xlpy.cli.getopt import BadOptionError, Getopt
from xlpy.cli.main import ADDED_OPTIONS, GLOBAL_OPTIONS
from xlpy.cli.registry import find_verb
from xlpy.cli.verb import HELP_OPTION, options_of
from xlpy.release import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = [match[0] for match in re.finditer(r"(?:^    .*\n(?:\n(?=    ))?)+", README, re.MULTILINE)]
PYTHON = [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in BLOCKS if re.match(r"    (from|import) ", block)]
ENDS = {"|", "||", "&&", ";", ">", ">>", "<"}


def commands() -> list[list[str]]:
    """Each `xl ...` and `xlpy ...` behind a $, as words."""
    found = []
    for line in re.findall(r"^    \$ (.*)$", README, re.MULTILINE):
        words: list[str] = []
        for word in [*shlex.split(line, comments=True), ";"]:
            if word in ENDS:
                found.append(words)
                words = []
            else:
                words.append(word)
    return [words for words in found if words and words[0] in ("xl", "xlpy")]


def results(source: str) -> Iterator[tuple[str, Any]]:
    """Run a source; each expression on a line of its own with the comment behind it, and its value."""
    lines = source.splitlines()
    scope: dict[str, Any] = {}
    for statement in ast.parse(source).body:
        code = ast.get_source_segment(source, statement) or ""
        if isinstance(statement, ast.Expr):
            comment = lines[(statement.end_lineno or 0) - 1][statement.end_col_offset or 0 :]
            yield comment.strip().removeprefix("# "), eval(code, scope)
        else:
            exec(code, scope)


@pytest.mark.parametrize("source", PYTHON, ids=range(len(PYTHON)))
def test_the_python_runs_and_gives_what_it_says(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for said, value in results(source):
        try:
            expected = ast.literal_eval(said)
        except (SyntaxError, ValueError):
            continue  # the comment is for people
        assert value == expected


def test_there_is_python_and_there_are_commands() -> None:
    assert len(PYTHON) >= 3
    assert len(commands()) >= 10


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_names_what_there_is(words: list[str]) -> None:
    scan = Getopt(words[1:], GLOBAL_OPTIONS + (ADDED_OPTIONS if words[0] == "xlpy" else ()))
    list(scan)
    name, *rest = scan.rest
    if name == "help":
        return
    added = find_added(name) if words[0] == "xlpy" and name not in names.NAMES else None
    if added is not None:
        added.make_parser(click.Context(added)).parse_args(rest)
        return
    verb = find_verb(names.resolve(name, DEFAULT) or name)
    assert verb is not None, f"there is no {name}"
    list(Getopt(rest, (*options_of(verb, DEFAULT), HELP_OPTION)))


def test_every_variable_is_in_the_table_of_settings() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (Path(__file__).parents[1] / "xlpy").rglob("*.py"))
    used = {name for source in sources for name in re.findall(r"\bXLPY_[A-Z_]*[A-Z]\b", source)}
    rows = "".join(re.findall(r"^\|.*$", README, re.MULTILINE))
    assert used == set(re.findall(r"`(XLPY_[A-Z_]+)(?:=1)?`", rows))


def test_a_wrong_command_would_be_noticed() -> None:
    for words in (["xl", "strat", "web.cfg"], ["xl", "schema"], ["xlpy", "schema", "--sxp"], ["xl", "create", "-Z"]):
        with pytest.raises((AssertionError, BadOptionError, click.UsageError)):
            test_a_command_names_what_there_is(words)
