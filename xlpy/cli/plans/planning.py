"""What `xlpy plan` and `xlpy apply` share: the files, the host, and each guest judged among the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.cli.files.configfile import read_config
from xlpy.cli.files.paths import find_files
from xlpy.cli.findings import show
from xlpy.cli.say import say_failure
from xlpy.config import Loaded, load
from xlpy.diagnostic import Diagnostic, Severity, xl_output
from xlpy.executors import Failure
from xlpy.host import BUILT_IN
from xlpy.planner.together import Judged, Standing, judge, of_facts
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.cli.call import Settings
    from xlpy.host import HostFacts, Problem
    from xlpy.libxl import DomainConfig


class Wanted(Record):
    """A file that xl accepts; the key tells it from others, as one file may be named twice."""

    key: str
    filename: str
    loaded: Loaded


class Files(Record):
    """What was read; for files that xl would not accept there is a status each, and they were told."""

    wanted: tuple[Wanted, ...]
    statuses: tuple[int, ...]

    @property
    def configs(self) -> dict[str, DomainConfig]:
        """By key."""
        return {one.key: one.loaded.config for one in self.wanted}


class Planned(Record):
    """A file and what became of it."""

    wanted: Wanted
    judged: Judged


def read_files(words: Sequence[str], settings: Settings, facts: HostFacts, said: str = "xlpy") -> Files:
    """The configurations of files, and of those in folders; a NAME=VALUE is added to each."""
    added = [word for word in words if "=" in word]
    wanted: list[Wanted] = []
    statuses: list[int] = []
    for word in words:
        if "=" in word:
            continue
        for filename in [*find_files([word])] or [word]:
            try:
                loaded = _read(filename, added, settings, facts)
            except Failure as failure:
                say_failure(failure, said)
                statuses.append(failure.status)
                continue
            wanted.append(Wanted(key=f"{filename}#{len(wanted)}", filename=filename, loaded=loaded))
    return Files(wanted=tuple(wanted), statuses=tuple(statuses))


def _read(filename: str, added: list[str], settings: Settings, facts: HostFacts) -> Loaded:
    """A file's configuration; raises Failure where xl would not accept it."""
    source = read_config(filename, added, settings.release, quiet=True)
    loaded = load(source, release=settings.release, host=facts, conf=settings.conf)
    status = xl_output(loaded.diagnostics)[1]
    if status is not None:
        show(_until_refusal(loaded.diagnostics))
        raise Failure(status=status)
    return loaded


def _until_refusal(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What leads to the refusal; what stands behind it may only follow from it."""
    refusal = next(at for at, diagnostic in enumerate(diagnostics) if diagnostic.xl_exit is not None)
    return list(diagnostics[: refusal + 1])


def the_host(settings: Settings, host_file: str | None) -> tuple[HostFacts, Standing]:
    """The host to plan for, and what runs there: of --host, of --connect, or the built-in one."""
    if host_file is not None:
        from xlpy.cli.files.hostfile import read_host

        facts = read_host(host_file)
        return facts, of_facts(facts)
    if settings.connect is not None:
        from xlpy.cli.connection import connect
        from xlpy.cli.plans.recording import standing_of

        host = connect(settings.connect)
        facts = host.info().facts
        return facts, standing_of(host, facts)
    return BUILT_IN, of_facts(BUILT_IN)


def plan_files(files: Files, facts: HostFacts, standing: Standing) -> list[Planned]:
    """Each file with its plan, in the order in which they are built."""
    by_key = {one.key: one for one in files.wanted}
    return [Planned(wanted=by_key[key], judged=one) for key, one in judge(files.configs, facts, standing).items()]


def in_file_order(planned: Sequence[Planned], files: Files) -> list[Planned]:
    """The same in the order in which the files were named."""
    by_key = {one.wanted.key: one for one in planned}
    return [by_key[wanted.key] for wanted in files.wanted]


def findings(one: Planned) -> list[Diagnostic]:
    """What to say about a file: the warnings of its text, and what the host lacks."""
    return [*one.wanted.loaded.diagnostics, *(finding(one.wanted.loaded, p) for p in one.judged.problems)]


def finding(loaded: Loaded, problem: Problem) -> Diagnostic:
    """A problem of the host, shown at the setting that asks for what is not there."""
    return Diagnostic(
        code=problem.code,
        severity=Severity.ERROR if problem.fatal else Severity.WARNING,
        summary=problem.line.removeprefix("libxl: error: ").removeprefix("xc: error: "),
        advice=problem.advice,
        source=loaded.source,
        span=next((loaded.where[path] for path in _paths(problem.setting) if path in loaded.where), None),
    )


_INSTEAD = {
    "b_info.target_memkb": ("b_info.max_memkb",),
    "b_info.max_vcpus": ("b_info.avail_vcpus",),
    "b_info.u.hvm.bios": ("c_info.type",),
    "b_info.u.hvm.firmware": ("c_info.type",),
    "c_info.passthrough": ("pci[0]", "dtdev[0]"),
}
"""Where a setting that a file does not have follows from others."""


def _paths(setting: str) -> list[str]:
    """Where to look for a setting: itself, what it follows from, what it is part of; at last the guest's name."""
    found = [setting, *_INSTEAD.get(setting, ())]
    while "." in setting:
        setting = setting.rpartition(".")[0]
        found.append(setting)
    return [*found, "c_info.type", "c_info.name"]
