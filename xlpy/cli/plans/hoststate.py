"""`xlpy host init`, `show`, `set` and `reset`: the simulated hosts themselves."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from xlpy.cli.command import host_options
from xlpy.executors import Failure
from xlpy.render.text import printable

if TYPE_CHECKING:
    from xlpy.cli.call import Settings
    from xlpy.executors import HostInfo
    from xlpy.executors.sim import SimHost
    from xlpy.executors.sim.settings import HostState
    from xlpy.host import HostFacts

_FROM = click.option("--from", "file", metavar="FACTS", help="A host file, or a host that comes with xlpy, by name.")
_GUESTS = click.option("--guests", metavar="RULES", help="How its guests behave, such as web=deaf,db*=crash:20.")


@click.command(short_help="Make a simulated host")
@_FROM
@_GUESTS
@host_options
@click.pass_obj
def init(settings: Settings, file: str | None, guests: str | None) -> int:
    """Make the simulated host of --connect: sim:///NAME, sim:///PATH/TO/host.db, or this user's own.

    FACTS is what xlpy host facts writes, or the name of a host that comes with xlpy. Without it the host is the
    built-in one. The status is 1 where there is a host already.
    """
    from xlpy.cli.connection import simulated_path
    from xlpy.executors.sim import default_path, open_host

    place = simulated_path(settings.connect)
    path = place or default_path()
    if os.path.exists(path):  # noqa: PTH110 - as the rest
        raise Failure(advice=f"{path}: there is a host already; xlpy host reset makes it new")
    host = open_host(place, facts=_facts(file))
    if guests is not None:
        host.settings.change({"guests": guests})
    print(f"{path}: {printable(host.info().facts.name)}")
    return 0


@click.command(short_help="Show a simulated host")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
@host_options
@click.pass_obj
def show(settings: Settings, layout: str) -> int:
    """Show the host of --connect: what it has, and of each domain how it behaves and how often it rebooted."""
    host = _simulated(settings)
    state = host.settings.show()
    if layout == "json":
        from xlpy.render.objects import to_text

        sys.stdout.write(to_text(state, "json"))
        return 0
    sys.stdout.write(_text(state, host.info()))
    return 0


@click.command("set", short_help="Change a simulated host")
@click.argument("words", metavar="KEY=VALUE...", nargs=-1, required=True)
@host_options
@click.pass_obj
def set_(settings: Settings, words: tuple[str, ...]) -> int:
    """Change fields of the host of --connect, as host files have them: KEY=VALUE, VALUE as in TOML, text also bare.

    guests=RULES says how new guests behave: PATTERN=BEHAVIOUR+BEHAVIOUR,... The fields that domains and cpupools are
    built upon, such as memory_kib, are for xlpy host reset --from.
    """
    _simulated(settings).settings.change(dict(_assignment(word) for word in words))
    return 0


@click.command(short_help="Make a simulated host new")
@_FROM
@host_options
@click.pass_obj
def reset(settings: Settings, file: str | None) -> int:
    """Forget all domains, events and faults of the host of --connect: it begins again, with FACTS or as it is."""
    _simulated(settings).settings.reset(_facts(file) if file else None)
    return 0


def _facts(file: str | None) -> HostFacts | None:
    from xlpy.cli.files.hostfile import read_host

    return read_host(file) if file else None


def _simulated(settings: Settings) -> SimHost:
    from xlpy.cli.connection import connect
    from xlpy.executors.sim import SimHost

    host = connect(settings.connect)
    if not isinstance(host, SimHost):
        raise Failure(advice="this is for simulated hosts: --connect sim:///, sim:///NAME or sim:///PATH")
    return host


def _assignment(word: str) -> tuple[str, Any]:
    import tomllib

    key, equals, value = word.partition("=")
    if not equals:
        raise click.UsageError(f"{word}: give it as KEY=VALUE")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _text(state: HostState, info: HostInfo) -> str:
    facts = info.facts
    memory = f"{facts.memory_kib // 1024} MiB, {info.free_memory_kib // 1024} MiB free"
    lines = [
        f"{printable(facts.name)}: a simulated host in {printable(state.path)}",
        f"Xen {facts.xen_version}, {facts.cpus} pCPUs, {memory}; {int(state.age)} s old",
        f"guests behave: {printable(state.guests) or 'normal'}; faults: {state.faults}; events: {state.events}",
    ]
    for domain in state.domains:
        about = f"{domain.behaviour}, reboots: {domain.reboots}{'' if domain.built else ', not complete'}"
        lines.append(f"  {domain.domid:>5} {printable(domain.name):<24} {about}")
    return "".join(f"{line}\n" for line in lines)
