"""`xlpy lint`: what is wrong with configurations, and mending it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import release_option
from xlpy.cli.files.baselinefile import BaselineFile
from xlpy.cli.files.hostfile import read_host
from xlpy.cli.files.paths import DEFAULT_INCLUDE, STANDARD_INPUT, find_files
from xlpy.cli.files.rewriting import diff, fit, rewrite
from xlpy.cli.files.settingsfile import check_names, find_settings, parse_severity, read_settings
from xlpy.cli.linting import run
from xlpy.cli.linting.cache import default_folder
from xlpy.cli.mending import Mended, mend_files
from xlpy.cli.say import say
from xlpy.executors import Failure
from xlpy.lint.report import Tally
from xlpy.lint.settings import LintSettings
from xlpy.render.lint import FORMATS, render_statistics, render_trouble, renderer
from xlpy.render.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from xlpy.cli.call import Settings
    from xlpy.lint.report import Report
    from xlpy.source import Source

FOUND = 1
TROUBLE = 2
LEVELS = ("error", "warning", "advice")


def _codes(_ctx: click.Context, _param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    """Codes in several options, or in one with commas between."""
    return tuple(code for text in value for code in text.replace(",", " ").split())


def _code_option(name: str, help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, metavar="CODE,...", multiple=True, callback=_codes, help=help_text)


@click.command(short_help="Find what is wrong with configurations, and mend it")
@click.argument("paths", metavar="[PATH|-]...", nargs=-1)
@click.option("--format", "layout", type=click.Choice(FORMATS), default="text", help="How to print findings.")
@_code_option("--select", "Only these rules: codes, groups, patterns such as disk-*, or all.")
@_code_option("--extend", "These rules too, which do not run by themselves.")
@_code_option("--ignore", "Not these rules.")
@click.option("--fail-on", type=click.Choice(LEVELS), help="The least level for status 1 (warning).")
@click.option("--fix", is_flag=True, help="Make the fixes that are proven to leave the meaning as it is.")
@click.option("--unsafe-fixes", "unsafe", is_flag=True, help="Make these fixes, and those that may change the meaning.")
@click.option("--diff", "shown", is_flag=True, help="Show what the fixes would change, and write nothing.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead of showing them.")
@click.option("--baseline", metavar="FILE", help="Tell only what is not in FILE; made now if it is not there.")
@click.option("--update-baseline", "renew", is_flag=True, help="Accept today's findings in the baseline.")
@click.option("--host", "host_file", metavar="FILE", help="The host that the guests are for: HostFacts as JSON.")
@click.option(
    "--settings", "settings_file", metavar="FILE", help="The settings, instead of xlpy.toml or pyproject.toml."
)
@click.option("--isolated", is_flag=True, help="Read no settings from files.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="How many processes (as many as cores).")
@click.option("--no-cache", is_flag=True, help="Lint files that have not changed since the last time, too.")
@release_option
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> int:
    """Find what is wrong with configuration files.

    An error is what xl refuses, a warning what it loses, ignores or fails over later, advice the rest; xlpy rule CODE
    explains each. Of a folder all files are taken that are named *.cfg, *.xl, *.xlcfg, *.hvm, *.pv or *.pvh, those in
    folders inside too; without a PATH it is the current folder; - is standard input. Files that are given together
    are compared with each other. The status is 0 when nothing is found, 1 for findings at or above --fail-on, and 2
    when something cannot be read or written.
    """
    try:
        return _command(ctx.obj, paths or (".",), options)
    except Failure as failure:
        say(failure.advice or failure.lines[-1], "xlpy")
        return TROUBLE


def _command(settings: Settings, paths: tuple[str, ...], options: dict[str, Any]) -> int:
    if STANDARD_INPUT in paths and len(paths) > 1:
        raise click.UsageError("standard input (-) cannot be read along with files")
    if options["statistics"] and options["layout"] not in ("text", "concise"):
        raise click.UsageError(f"--statistics is text: it cannot be printed as {options['layout']}")
    chosen = _chosen(settings, paths, options)
    mends = options["fix"] or options["unsafe"] or options["shown"]
    mended = _mend(paths, chosen, options) if mends else Mended()
    if mends and paths == (STANDARD_INPUT,):
        return TROUBLE if mended.troubles else FOUND if options["shown"] and mended.files else 0
    if options["shown"]:
        changes = FOUND if mended.files else 0
        return max(TROUBLE if mended.troubles else changes, _lint(paths, chosen, {**options, "layout": None}))
    return max(_lint(paths, chosen, options), TROUBLE if mended.troubles else 0)


def _chosen(settings: Settings, paths: Sequence[str], options: dict[str, Any]) -> LintSettings:
    """The settings of the file, with what the command line says in their place."""
    chosen = _from_file(paths, options)
    changes: dict[str, Any] = {}
    for name in ("select", "baseline"):
        if options[name]:
            changes[name] = options[name]
    for name in ("ignore", "extend"):
        changes[name] = (*(() if options["select"] else getattr(chosen, name)), *options[name])
    if options["fail_on"]:
        changes["fail_on"] = parse_severity(options["fail_on"])
    if options["host_file"]:
        changes["host"] = read_host(options["host_file"])
    if settings.release_given or chosen.release is LintSettings.release:
        changes["release"] = settings.release
    if options["renew"] and not changes.get("baseline", chosen.baseline):
        raise click.UsageError("--update-baseline needs --baseline FILE, or baseline in the settings")
    return check_names(chosen.replace(**changes))


def _from_file(paths: Sequence[str], options: dict[str, Any]) -> LintSettings:
    from pathlib import Path

    if options["isolated"]:
        return LintSettings()
    found = Path(options["settings_file"]) if options["settings_file"] else find_settings(paths)
    return LintSettings() if found is None else read_settings(found)


def _files(paths: Sequence[str], chosen: LintSettings) -> Iterator[str]:
    return find_files(paths, chosen.include or DEFAULT_INCLUDE, chosen.exclude)


# ---- mending


def _mend(paths: Sequence[str], chosen: LintSettings, options: dict[str, Any]) -> Mended:
    write = _show if options["shown"] else _print if paths == (STANDARD_INPUT,) else _rewrite
    mended = mend_files(_files(paths, chosen), chosen, write, unsafe=options["unsafe"])
    sys.stdout.flush()
    for trouble in mended.troubles:
        say(trouble, "xlpy")
    count, would = sum(mended.made.values()), "would be " if options["shown"] else ""
    if count:
        files = f"{mended.files} file{'s' * (mended.files != 1)}"
        print(f"{count} finding{'s' * (count != 1)} {would}fixed in {files}", file=sys.stderr)
    return mended


def _show(source: Source, text: str) -> None:
    sys.stdout.write(fit(diff(source.name, source.text, text)))


def _print(_source: Source, text: str) -> None:
    sys.stdout.write(text)


def _rewrite(source: Source, text: str) -> None:
    if text != source.text:
        rewrite(source.name, text.encode("utf-8", "surrogateescape"))


# ---- linting


def _lint(paths: Sequence[str], chosen: LintSettings, options: dict[str, Any]) -> int:
    """Lint the files and print what is found; gives the exit status."""
    baseline = BaselineFile(chosen.baseline, renew=options["renew"]) if chosen.baseline else None
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    shows = bool(options["layout"]) and not options["statistics"]
    layout = options["layout"] or "text"
    listed = chosen.rules() if layout == "sarif" else ()  # to load all rules takes long, and a warm cache needs none
    form = renderer(layout, colour=colour, rules=listed)
    tally = Tally()
    sys.stdout.write(form.start() if shows else "")
    for report in _reports(paths, chosen, options, baseline):
        tally.add(report)
        sys.stderr.write(render_trouble(report) if report.trouble else "")
        sys.stdout.write(form.report(report) if shows else "")
    totals = tally.totals()
    if not totals.files and not totals.troubles:
        wanted = ", ".join(chosen.include or DEFAULT_INCLUDE)
        say(f"lint: there is no configuration file: name one, or a folder with {wanted}", "xlpy")
    sys.stdout.write(form.end(totals) if shows else render_statistics(totals) if options["statistics"] else "")
    if baseline is not None and baseline.made:
        baseline.save()
        say(f"lint: {chosen.baseline} accepts what was found", "xlpy")
    if totals.troubles:
        return TROUBLE
    return FOUND if tally.has(chosen.fail_on) else 0


def _reports(
    paths: Sequence[str], chosen: LintSettings, options: dict[str, Any], baseline: BaselineFile | None
) -> Iterator[Report]:
    """The reports of all files, with a bar on a terminal while there are many to come."""
    cache = None if options["no_cache"] else default_folder()
    total = lambda: sum(1 for _ in _files(paths, chosen))  # noqa: E731 - it is only asked when it takes long
    with Progress(sys.stderr, "linting", total) as progress:
        reports = run(_files(paths, chosen), chosen, jobs=options["jobs"], cache=cache, on_progress=progress)
        for report in baseline.filtered(reports) if baseline else reports:
            progress.hide()
            yield report
