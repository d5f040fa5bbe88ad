"""`xlpy plan`: what building domains would do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from xlpy.cli.command import host_options
from xlpy.cli.files.xlconf import with_conf
from xlpy.cli.findings import show
from xlpy.cli.plans.planning import Planned, finding, findings, in_file_order, plan_files, read_files, the_host
from xlpy.cli.say import say_failure
from xlpy.executors import Failure
from xlpy.planner.steps import PRINTABLE, Step
from xlpy.render.plan import detail_text, list_text, plan_dict, plan_text

if TYPE_CHECKING:
    from xlpy.cli.call import Settings
    from xlpy.host import HostFacts
    from xlpy.planner.together import Standing

LAYOUTS = ("text", "json", "markdown", "html")
SOLVERS = ("auto", "first-fit", "or-tools")


@click.command(short_help="Show the steps of building domains, and what would fail")
@click.argument("words", metavar="FILE|DIR... [NAME=VALUE]...", nargs=-1, required=True)
@click.option("--format", "layout", type=click.Choice(LAYOUTS), default="text", help="How to print the plans.")
@click.option("--detail", is_flag=True, help="Show each step in full: arithmetic, xenstore nodes, command lines.")
@click.option("--step", "step", metavar="STEP", help="Only this step, in full: its number, or a part of its words.")
@click.option(
    "--host",
    "host_files",
    metavar="FILE",
    multiple=True,
    help="The host to plan for: a host file, see xlpy host facts.",
)
@click.option("--capacity", is_flag=True, help="Show what fits where; --host may be given several times.")
@click.option(
    "--solver", type=click.Choice(SOLVERS), default="auto", help="With --capacity: auto takes OR-tools if there."
)
@click.option("--against", metavar="URI", help="Compare with what runs on this host, and show what would change.")
@click.option("--prune", is_flag=True, help="With --against: guests that no file is about would be destroyed.")
@click.option("--out", metavar="PLAN", help="With --against: save the changes for xlpy apply.")
@host_options
@click.pass_obj
def command(
    settings: Settings,
    words: tuple[str, ...],
    layout: str,
    step: str | None,
    host_files: tuple[str, ...],
    solver: str,
    against: str | None,
    out: str | None,
    *,
    capacity: bool,
    detail: bool,
    prune: bool,
) -> int:
    """Show what building the domains of configuration files would do.

    The plan is made for a built-in host: 8 CPUs, 2 NUMA nodes, 64 GiB; for the one that --host describes; or for
    the one that --connect names, with the guests that run there. Several guests are planned one after the other, those
    that serve others first. A NAME=VALUE is added to every file. Nothing is changed on any host. The status is
    0 when every domain could be built, else what xl create would end with for the first that could not.

    With --against the files are compared with what runs on a host: guests are created (+), changed while they run (~),
    built anew (-/+) or destroyed (-), each with the settings that differ. xlpy apply makes the changes.

    With --capacity guests are spread over one or several hosts, by OR-tools where it is installed; what is
    overcommitted is told for each NUMA node and cpupool, and what becomes of the guests of a host that fails. The
    status is 1 when a guest finds no place.
    """
    settings = with_conf(settings)
    try:
        if against is not None:
            return _compare(settings, words, against, layout, out, prune=prune)
        if capacity:
            from xlpy.cli.plans.packed import show_capacity

            return show_capacity(settings, words, host_files, layout, solver)
        if len(host_files) > 1:
            raise click.UsageError("several hosts are for --capacity")
        facts, standing = the_host(settings, next(iter(host_files), None))
    except Failure as failure:
        say_failure(failure, "xlpy")
        return failure.status
    files = read_files(words, settings, facts)
    if not files.statuses and not files.wanted:
        raise click.UsageError("name a configuration file, or a folder with some")
    planned = plan_files(files, facts, standing)
    named = in_file_order(planned, files)
    if layout == "text":
        sys.stdout.write(_text(planned, named, facts, standing, step, detail=detail))
    else:
        sys.stdout.write(_page(named, facts, layout))
    show([found for one in named for found in findings(one)])
    return next(iter((*files.statuses, *(p.status for one in named for p in one.judged.fatal[:1]))), 0)


def _compare(settings: Settings, words: tuple[str, ...], uri: str, layout: str, out: str | None, *, prune: bool) -> int:
    """What would change on a host."""
    from xlpy.cli.files.planfile import SavedPlan, save_plan
    from xlpy.cli.plans.changing import compare_files
    from xlpy.render.planchanges import changes_dict, changes_text

    if layout not in ("text", "json"):
        raise click.UsageError("changes are printed as text or json")
    compared = compare_files(words, settings, uri, prune=prune)
    if layout == "json":
        import json

        sys.stdout.write(json.dumps(changes_dict(compared.changes), indent=2) + "\n")
    else:
        sys.stdout.write(changes_text(compared.changes))
    if out is not None and not compared.statuses:
        save_plan(out, SavedPlan(uri=uri, state=compared.state, prune=prune, wishes=compared.wishes))
    fatal = (one.fatal[0].status for one in compared.changes.pending if one.fatal)
    return next(iter((*compared.statuses, *fatal)), 0)


def _text(
    planned: list[Planned],
    named: list[Planned],
    facts: HostFacts,
    standing: Standing,
    step: str | None,
    *,
    detail: bool,
) -> str:
    """One guest step by step, several with a line each; with DETAIL or STEP each in full."""
    if step is None and not detail and len(named) > 1:
        return list_text([one.judged for one in planned], facts, standing.free_kib)
    return "\n".join(_one_text(one, facts, step, detail=detail) for one in named)


def _one_text(one: Planned, facts: HostFacts, step: str | None, *, detail: bool) -> str:
    """The plan, and below it what keeps it from being carried out."""
    plan = one.judged.plan
    if step is not None or detail:
        shown = detail_text(plan, facts, lambda number, found: step is None or _is_step(step, number, found))
        if step is not None and shown.count("\n") == 1:
            shown += f"  no step {step}: it has 1 to {len(plan.steps)}, such as `{plan.steps[0].VERB}'\n"
    else:
        shown = plan_text(plan)
    return shown + "".join(
        f"  !  cannot be built: {finding(one.wanted.loaded, problem).summary.translate(PRINTABLE)}\n"
        for problem in one.judged.fatal
    )


def _is_step(wanted: str, number: int, step: Step) -> bool:
    if wanted.isdigit():
        return int(wanted) == number
    return wanted.lower() in f"{step.VERB} {step.argument()}".lower()


def _page(named: list[Planned], facts: HostFacts, layout: str) -> str:
    plans = [_as_dict(one, facts) for one in named]
    if layout == "json":
        import json

        return json.dumps(plans, indent=2) + "\n"
    from xlpy.render.planpage import markdown, page

    if layout == "markdown":
        return markdown(plans)
    from xlpy.cli.plans.drawing import drawn, pictures

    return page(plans, facts.name, pictures(drawn(named), facts))


def _as_dict(one: Planned, facts: HostFacts) -> dict[str, Any]:
    problems = [{**problem.as_dict(), "place": _place(one, problem)} for problem in one.judged.problems]
    return {"file": one.wanted.filename, **plan_dict(one.judged.plan, facts), "problems": problems}


def _place(one: Planned, problem: Any) -> str:
    return finding(one.wanted.loaded, problem).place
