"""`xlpy fmt`: configuration files in the canonical layout."""

from __future__ import annotations

import sys
from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

import click

from xlpy.cli.files.paths import DEFAULT_INCLUDE, STANDARD_INPUT, find_files, read_source
from xlpy.cli.files.rewriting import diff, fit, rewrite
from xlpy.cli.findings import show
from xlpy.cli.say import say
from xlpy.diagnostic import Severity
from xlpy.executors import Failure
from xlpy.fmt import format_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.cli.call import Settings
    from xlpy.diagnostic import Diagnostic
    from xlpy.release import Release
    from xlpy.source import Source

    Action = Callable[[Source, str], None]
    """What is done with a text and its new layout."""

WOULD_CHANGE = 1
TROUBLE = 2


class Outcome(Enum):
    """What became of a file."""

    CHANGED = "changed"
    LEFT = "left unchanged"
    FAILED = "could not be formatted"


@click.command(short_help="Give configurations the canonical layout")
@click.argument("paths", metavar="[PATH|-]...", nargs=-1)
@click.option("--check", is_flag=True, help="Write nothing; list the files that would change.")
@click.option("--diff", "shown", is_flag=True, help="Write nothing; show what would change.")
@click.pass_obj
def command(settings: Settings, paths: tuple[str, ...], check: bool, shown: bool) -> int:
    """Lay configuration files out in one way: one setting a line, comments kept, the meaning unchanged.

    Of a folder those files are taken that are named *.cfg, *.xl, *.xlcfg, *.hvm, *.pv or *.pvh, also from the folders
    inside; without a PATH it is the current folder. With - standard input is formatted to standard output. The status
    is 1 when files would change (--check, --diff), and 2 when one cannot be read or written or is no text for xl.
    """
    if STANDARD_INPUT in paths and len(paths) > 1:
        raise click.UsageError("standard input (-) cannot be read along with files")
    writes = not check and not shown
    if writes and paths == (STANDARD_INPUT,):
        return TROUBLE if _format(STANDARD_INPUT, _print, settings.release) is Outcome.FAILED else 0
    action = _rewrite if writes else _show_diff if shown else _list
    found = Counter(_format(path, action, settings.release) for path in find_files(paths or (".",)))
    _summarize(found, "reformatted" if writes else "would be reformatted")
    if found[Outcome.FAILED]:
        return TROUBLE
    return WOULD_CHANGE if found[Outcome.CHANGED] and not writes else 0


def _format(path: str, action: Action, release: Release) -> Outcome:
    """Format one file and do with it what is to be done."""
    try:
        source = read_source(path, release)
        formatted = format_source(source)
        if formatted.text is None:
            show(_errors(source, release) or formatted.diagnostics)
            return Outcome.FAILED
        if formatted.text != source.text or action is _print:
            action(source, formatted.text)
    except Failure as failure:
        say(failure.advice or failure.lines[-1], "xlpy")
        return Outcome.FAILED
    return Outcome.LEFT if formatted.text == source.text else Outcome.CHANGED


def _errors(source: Source, release: Release) -> list[Diagnostic]:
    """What is wrong with a text that cannot be read, in the linter's words."""
    from xlpy.lint.engine import lint

    return [finding for finding in lint(source, release=release) if finding.severity is Severity.ERROR]


def _print(_source: Source, text: str) -> None:
    sys.stdout.write(text)


def _rewrite(source: Source, text: str) -> None:
    rewrite(source.name, text.encode("utf-8", "surrogateescape"))


def _list(source: Source, _text: str) -> None:
    sys.stdout.write(fit(f"{source.name}\n"))


def _show_diff(source: Source, text: str) -> None:
    sys.stdout.write(fit(diff(source.name, source.text, text)))


def _summarize(found: Counter[Outcome], done: str) -> None:
    """Say on standard error how many files there were of each kind."""
    words = {Outcome.CHANGED: done, **{outcome: outcome.value for outcome in (Outcome.LEFT, Outcome.FAILED)}}
    parts = [f"{found[outcome]} {word}" for outcome, word in words.items() if found[outcome]]
    if not parts:
        say(f"fmt: there is no configuration file: name one, or a folder with {', '.join(DEFAULT_INCLUDE)}", "xlpy")
        return
    number, _, word = parts[0].partition(" ")
    sys.stdout.flush()
    print(", ".join([f"{number} file{'s' * (number != '1')} {word}", *parts[1:]]), file=sys.stderr)
