"""What `xl create` does with a configuration: print it, or build its domain and stay with it as asked."""

from __future__ import annotations

import sys

from xlpy.cli.call import Leave
from xlpy.cli.files.configfile import read_config, seems_to_be
from xlpy.cli.printing import show_config
from xlpy.cli.say import say, say_libxl
from xlpy.cli.shared.background import is_lost, is_watched, say_lost
from xlpy.cli.shared.locking import locked
from xlpy.cli.shared.resets import say_resets
from xlpy.executors import LibxlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Call
    from xlpy.defaults import XlConf
    from xlpy.diagnostic import Diagnostic
    from xlpy.executors import Executor
    from xlpy.host import HostFacts
    from xlpy.libxl import DomainConfig
    from xlpy.planner.plan import Plan
    from xlpy.planner.steps import AnyStep
    from xlpy.source import Source


def create(call: Call, filename: str | None, words: list[str], options: dict[str, str]) -> int:
    """Build the domain of a configuration file, or only print its configuration."""
    from xlpy.host import BUILT_IN

    dry_run, quiet = call.settings.dry_run or "n" in options, "q" in options
    source = read_config(filename, words, call.release, quiet=quiet)
    executor = None if dry_run and call.settings.connect is None else call.executor()
    facts = executor.info().facts if executor else BUILT_IN
    config = accepted(call, source, facts, quiet=quiet, masked="i" not in options)
    if dry_run or "d" in options:
        show_config(config, call.settings, sys.stdout if dry_run else sys.stderr)
    if dry_run or executor is None:
        return 0
    return _build(call, executor, config, facts, options)


def accepted(call: Call, source: Source, facts: HostFacts, *, quiet: bool, masked: bool) -> DomainConfig:
    """The configuration, if xl would accept it; else its messages are shown and the run ends with its status."""
    from xlpy.config import load
    from xlpy.diagnostic import xl_output

    loaded = load(source, release=call.release, host=facts, conf=call.settings.conf, masked=masked)
    text, status = xl_output(loaded.diagnostics)
    sys.stderr.write(text)
    if status is not None:
        if not quiet:
            _say_way_out(source, loaded.diagnostics if call.settings.added else ())
        raise Leave(status)
    return loaded.config


def _say_way_out(source: Source, diagnostics: Sequence[Diagnostic]) -> None:
    """Below xl's lines: what the text seems to be, or what to do about the first error."""
    from xlpy.diagnostic import Severity

    if kind := seems_to_be(source.text):
        say(f"{source.name} seems to be {kind}: xl create reads lines of NAME = VALUE, see xl.cfg(5)")
        return
    first = next((diagnostic for diagnostic in diagnostics if diagnostic.severity == Severity.ERROR), None)
    if first and first.advice:
        say(f"{first.place}: {first.advice}", "xlpy")


def _build(call: Call, executor: Executor, config: DomainConfig, facts: HostFacts, options: dict[str, str]) -> int:
    from xlpy.planner.plan import make_plan

    plan = _as_said(make_plan(config, facts), call.settings.conf)
    if not executor.simulated:
        _refuse_the_impossible(plan, facts)
    try:
        with locked(call.settings.conf, simulated=executor.simulated):
            domid = executor.create(plan, paused="p" in options, watched=is_watched(executor, plan.name, options))
    except LibxlError as error:
        say_libxl(error, call.release)
        return error.status
    if call.settings.verbosity and executor.simulated:
        from xlpy.cli.shared.steplog import tell

        tell(plan, facts, domid, call.release, call.settings.verbosity)
    say_resets(call, executor, [device for device in config.devices if device.KIND == "pci"])
    if "V" in options or "A" in options:
        from xlpy.cli.shared.displays import open_viewer

        open_viewer(executor, domid, autopass="A" in options)
    if "c" in options:
        from xlpy.cli.shared.terminal import attach_beside

        attach_beside(executor, domid)
    if "F" in options:
        from xlpy.cli.shared.watching import watch

        return watch(executor, domid, plan.name)
    return say_lost(call) if is_lost(executor, plan.name, options) else 0


def _as_said(plan: Plan, conf: XlConf) -> Plan:
    """The plan as xl.conf wants it: whether Domain-0 makes room, and how the domid is chosen."""
    from xlpy.planner.steps import BY_XL_CONF, AllocateDomid, FreeMemory

    changed: list[AnyStep] = []
    for step in plan.steps:
        if isinstance(step, FreeMemory) and conf.autoballoon != "auto":
            changed.append(step.replace(ballooning=conf.autoballoon == "on", reason=BY_XL_CONF))
        elif isinstance(step, AllocateDomid) and conf.domid_policy == "random":
            changed.append(step.replace(random=True, reason=BY_XL_CONF))
        else:
            changed.append(step)
    return plan.replace(steps=tuple(changed))


def _refuse_the_impossible(plan: Plan, facts: HostFacts) -> None:
    """Ends the run, before anything is built, where the host lacks what the plan needs."""
    from xlpy.planner.plan import check

    problems = check(plan, facts)
    for problem in problems:
        print(problem.line, file=sys.stderr)
        if problem.advice:
            say(problem.advice)
    if problems:
        raise Leave(problems[0].status)
