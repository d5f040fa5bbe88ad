"""`xl cpupool-create`."""

from __future__ import annotations

import os
import sys

from xlpy.cli.verb import Option, Verb
from xlpy.cli.words import file_and_settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.cpupool import PoolConfig
    from xlpy.source import Source

COMMAND_LINE = "command line"


def run(call: Call) -> int:
    """Make a cpupool as a configuration says; with -n only show it."""
    options = call.options()
    filename, settings = file_and_settings(call, options.get("f"), lambda: call.help(1))
    dry_run = call.settings.dry_run or "n" in options
    source = _source(call, filename, settings)
    pool = _accepted(call, source, filename, dry_run=dry_run)
    print(f'Using config file "{source.name}"')
    print(f"cpupool name:   {pool.name}")
    print(f"scheduler:      {pool.scheduler}")
    print(f"number of cpus: {len(pool.cpus)}")
    return 0 if dry_run else _create(call, pool)


def _create(call: Call, pool: PoolConfig) -> int:
    from xlpy.cli.shared.pooling import attempt

    cpus = tuple(dict.fromkeys(pool.cpus))
    if attempt(call, call.executor().pools.create, pool.name, pool.scheduler, cpus):
        return 0
    print("error on creating cpupool", file=sys.stderr)
    return 1


def _source(call: Call, filename: str | None, settings: list[str]) -> Source:
    from xlpy.cli.files.configfile import contents
    from xlpy.source import Source

    data = b"" if filename is None else contents(filename, call.release, status=1)
    if settings:
        data += os.fsencode("".join(f"\n{word}" for word in settings) + "\n")
    return Source.from_bytes(COMMAND_LINE if filename is None else filename, data)


def _accepted(call: Call, source: Source, filename: str | None, *, dry_run: bool) -> PoolConfig:
    """The pool, if xl would accept it; else its messages are shown and the run ends with its status."""
    from xlpy.cli.call import Leave
    from xlpy.cpupool import load_pool
    from xlpy.diagnostic import xl_output
    from xlpy.host import BUILT_IN

    facts = BUILT_IN if dry_run and call.settings.connect is None else call.executor().info().facts
    loaded = load_pool(source, filename, release=call.release, host=facts)
    text, status = xl_output(loaded.diagnostics)
    sys.stderr.write(text)
    if status is not None:
        raise Leave(status)
    return loaded.pool


VERB = Verb(
    name="cpupool-create",
    summary="Create a new CPU pool",
    run=run,
    usage="[options] [<ConfigFile>] [Variable=value ...]",
    modifies=True,
    dry_run=True,
    options=(
        Option(letter="h", name="help", help="-h, --help                   Print this help."),
        Option(
            letter="f",
            name="defconfig",
            value=True,
            help="-f FILE, --defconfig=FILE    Use the given configuration file.",
        ),
        Option(
            letter="n",
            name="dryrun",
            help="-n, --dryrun                 Dry run - prints the resulting configuration.\n"
            "                              (deprecated in favour of global -N option).\n"
            "\n"
            "See the xlcpupool.cfg(5) manpage for more information.",
        ),
    ),
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
