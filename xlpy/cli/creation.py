"""What `xl create` does with a configuration: print it, or build its domain and stay with it as asked."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave
from xlpy.cli.configfile import read_config, seems_to_be
from xlpy.cli.say import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor
    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.plan import Plan
    from xlpy.release import Release
    from xlpy.source import Source


def create(call: Call, filename: str | None, words: list[str], options: dict[str, str]) -> int:
    """Build the domain of a configuration file, or only print its configuration."""
    from xlpy.host import BUILT_IN

    dry_run, quiet = call.settings.dry_run or "n" in options, "q" in options
    source = read_config(filename, words, call.release, quiet=quiet)
    executor = None if dry_run and call.settings.connect is None else call.executor()
    facts = executor.info().facts if executor else BUILT_IN
    config = _accepted(source, call.release, facts, quiet=quiet)
    if dry_run or "d" in options:
        from xlpy.libxl_json import to_json

        (sys.stdout if dry_run else sys.stderr).write(to_json(config, call.release))
    if dry_run or executor is None:
        return 0
    return _build(executor, config, facts, options)


def _accepted(source: Source, release: Release, facts: HostFacts, *, quiet: bool) -> DomainConfig:
    """The configuration, if xl would accept it; else its messages are shown and the run ends with its status."""
    from xlpy.config import load
    from xlpy.diagnostic import xl_output

    loaded = load(source, release=release, host=facts)
    text, status = xl_output(loaded.diagnostics)
    sys.stderr.write(text)
    if status is not None:
        kind = seems_to_be(source.text)
        if kind and not quiet:
            say(f"{source.name} seems to be {kind}: xl create reads lines of NAME = VALUE, see xl.cfg(5)")
        raise Leave(status)
    return loaded.config


def _build(executor: Executor, config: DomainConfig, facts: HostFacts, options: dict[str, str]) -> int:
    from xlpy.plan import make_plan

    plan = make_plan(config, facts)
    _refuse_the_impossible(plan, facts)
    domid = executor.create(plan, paused="p" in options, watched="e" not in options)
    if "V" in options or "A" in options:
        say("no VNC viewer is started: this host has no displays to show")
    if "c" in options:
        from xlpy.cli.terminal import attach

        attach(executor.console(domid))
    if "F" in options:
        from xlpy.cli.watching import watch

        return watch(executor, domid, plan.name)
    return 0


def _refuse_the_impossible(plan: Plan, facts: HostFacts) -> None:
    """Ends the run, before anything is built, where the host lacks what the plan needs."""
    from xlpy.plan import check

    problems = check(plan, facts)
    for problem in problems:
        print(problem.line, file=sys.stderr)
        if problem.advice:
            say(problem.advice)
    if problems:
        raise Leave(problems[0].status)
