"""`xlpy host`: what a host is like."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlpy.cli.command import host_options
from xlpy.cli.plans import hoststate
from xlpy.cli.say import say_failure
from xlpy.executors import Failure

if TYPE_CHECKING:
    from xlpy.cli.call import Settings
    from xlpy.host import HostFacts

_LOCAL = "xen://"


@click.group(short_help="Record what a host is like; make and change simulated hosts")
def command() -> None:
    """Record what a host is like, for --host of xlpy plan and host= of xlpy lint; make and change simulated hosts."""


for added in (hoststate.init, hoststate.show, hoststate.set_, hoststate.reset):
    command.add_command(added)


@command.command(short_help="Record a host as a file for --host")
@click.option("--format", "layout", type=click.Choice(["toml", "json"]), help="The form; else as FILE ends, or TOML.")
@click.option("--out", metavar="FILE", help="Write it there instead of standard output.")
@click.option("--machine", is_flag=True, help="The machine that xlpy runs on, without asking a hypervisor.")
@click.option("--host", "host_file", metavar="FILE", help="A host file, or a host that comes with xlpy, by name.")
@click.option("--directory", "directories", multiple=True, metavar="DIR", help="Look for images there, too.")
@click.option("--list", "listed", is_flag=True, help="List the hosts that come with xlpy.")
@click.option("--schema", "wants_schema", is_flag=True, help="Print the JSON Schema of the file instead.")
@host_options
@click.pass_obj
def facts(
    settings: Settings,
    layout: str | None,
    out: str | None,
    host_file: str | None,
    directories: tuple[str, ...],
    *,
    machine: bool,
    listed: bool,
    wants_schema: bool,
) -> int:
    """Record a host: that of --connect, the machine that xlpy runs on (--machine), or one that comes with xlpy.

    Without an option it is the simulated host. The file has every field, see docs/host-facts.md; one that you write
    needs only those that differ from the built-in host. Files are looked for in /boot, in the usual places of Xen and
    its images, and in each DIR.
    """
    try:
        text = _listing() if listed else _schema() if wants_schema else ""
        if not text:
            from xlpy.cli.files.hostfile import host_text

            found = _facts(settings, host_file, directories, machine=machine)
            text = host_text(found, layout or ("json" if (out or "").endswith(".json") else "toml"))
        _put(text, out)
    except Failure as failure:
        say_failure(failure, "xlpy")
        return failure.status
    return 0


def _listing() -> str:
    from xlpy.cli.files.hostfile import read_host, shipped

    hosts = {name: read_host(name) for name in shipped()}
    return "".join(
        f"{name:10}  {host.machine}, {host.cpus} pCPUs, {len(host.node_ids)} NUMA node"
        f"{'s' * (len(host.node_ids) > 1)}, {host.memory_kib // 2**20} GiB{', no IOMMU' * (not host.iommu)}\n"
        for name, host in hosts.items()
    )


def _schema() -> str:
    import json

    from xlpy.hostfields import schema

    return json.dumps(schema(), indent=2) + "\n"


def _facts(settings: Settings, host_file: str | None, directories: tuple[str, ...], *, machine: bool) -> HostFacts:
    if host_file is not None:
        from xlpy.cli.files.hostfile import read_host

        return read_host(host_file)
    from xlpy.executors.machine import Machine, completed
    from xlpy.executors.machine import facts as of_machine

    if machine:
        return of_machine(Machine(), directories)
    from xlpy.cli.connection import connect
    from xlpy.cli.plans.recording import recorded

    found = recorded(connect(settings.connect))
    local = (settings.connect or "").startswith(_LOCAL)
    return completed(found, Machine(), directories) if local else found


def _put(text: str, out: str | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    from pathlib import Path

    try:
        Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(advice=f"{out}: cannot be written: {error.strerror}") from None
