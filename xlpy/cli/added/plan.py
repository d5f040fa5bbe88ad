"""`xlpy plan`: what building domains would do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from xlpy.cli.command import host_options
from xlpy.cli.configfile import read_config
from xlpy.cli.findings import show
from xlpy.cli.say import say_failure
from xlpy.cli.xlconf import with_conf
from xlpy.config import Loaded, load
from xlpy.diagnostic import Diagnostic, Severity, xl_output
from xlpy.executors import Failure
from xlpy.host import BUILT_IN, HostFacts, Problem
from xlpy.plan import Plan, check, make_plan
from xlpy.record import Record
from xlpy.render.plan import plan_dict, plan_text
from xlpy.steps import PRINTABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Settings


class Planned(Record):
    """The plan of one file, and what the host lacks for it."""

    filename: str
    loaded: Loaded
    plan: Plan
    problems: tuple[Problem, ...]


@click.command(short_help="Show the steps of building domains, and what would fail")
@click.argument("words", metavar="FILE... [NAME=VALUE]...", nargs=-1, required=True)
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", help="How to print the plans.")
@click.option("--host", "host_file", metavar="FILE", help="The host to plan for: fields of HostFacts as JSON.")
@host_options
@click.pass_obj
def command(settings: Settings, words: tuple[str, ...], layout: str, host_file: str | None) -> int:
    """Show what building the domains of configuration files would do.

    The plan is made for a built-in host: 8 CPUs, 2 NUMA nodes, 64 GiB; for the one that --host describes; or for
    the one that --connect names. A NAME=VALUE is added to every file. Nothing is changed on any host. The status is
    0 when every domain could be built, else what xl create would end with for the first that could not.
    """
    settings, facts = with_conf(settings), _facts(settings, host_file)
    statuses: list[int] = []
    planned: list[Planned] = []
    for filename in (word for word in words if "=" not in word):
        try:
            one = _plan(filename, [word for word in words if "=" in word], settings, facts)
        except Failure as failure:
            say_failure(failure, "xlpy")
            statuses.append(failure.status)
            continue
        planned.append(one)
        statuses += [problem.status for problem in one.problems[:1]]
    if not statuses and not planned:
        raise click.UsageError("name a configuration file")
    _print(planned, layout)
    show([finding for one in planned for finding in _findings(one)])
    return next(iter(statuses), 0)


def _facts(settings: Settings, host_file: str | None) -> HostFacts:
    if host_file is not None:
        from xlpy.cli.hostfile import read_host

        return read_host(host_file)
    if settings.connect is not None:
        from xlpy.cli.connection import connect

        return connect(settings.connect).info().facts
    return BUILT_IN


def _plan(filename: str, words: list[str], settings: Settings, facts: HostFacts) -> Planned:
    """The plan of a file; raises Failure where xl would not accept the file."""
    source = read_config(filename, words, settings.release, quiet=True)
    loaded = load(source, release=settings.release, host=facts, conf=settings.conf)
    status = xl_output(loaded.diagnostics)[1]
    if status is not None:
        show(_until_refusal(loaded.diagnostics))
        raise Failure(status=status)
    plan = make_plan(loaded.config, facts)
    return Planned(filename=filename, loaded=loaded, plan=plan, problems=check(plan, facts))


def _until_refusal(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What leads to the refusal; what stands behind it may only follow from it."""
    refusal = next(at for at, diagnostic in enumerate(diagnostics) if diagnostic.xl_exit is not None)
    return list(diagnostics[: refusal + 1])


def _findings(one: Planned) -> list[Diagnostic]:
    """What to say about a file: the warnings of its text, and what the host lacks."""
    return [*one.loaded.diagnostics, *(_finding(one.loaded, problem) for problem in one.problems)]


def _finding(loaded: Loaded, problem: Problem) -> Diagnostic:
    """A problem of the host, shown at the setting that asks for what is not there."""
    return Diagnostic(
        code=problem.code,
        severity=Severity.ERROR,
        summary=problem.line.removeprefix("libxl: error: ").removeprefix("xc: error: "),
        advice=problem.advice,
        source=loaded.source,
        span=loaded.where.get(problem.setting),
    )


def _print(planned: list[Planned], layout: str) -> None:
    if layout == "json":
        import json

        sys.stdout.write(json.dumps([_as_dict(one) for one in planned], indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_text(one) for one in planned))


def _text(one: Planned) -> str:
    """The plan, and below it what keeps it from being carried out."""
    return plan_text(one.plan) + "".join(
        f"  !  cannot be built: {_finding(one.loaded, problem).summary.translate(PRINTABLE)}\n"
        for problem in one.problems
    )


def _as_dict(one: Planned) -> dict[str, Any]:
    return {"file": one.filename, **plan_dict(one.plan), "problems": [problem.as_dict() for problem in one.problems]}
