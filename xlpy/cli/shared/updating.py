"""What `xl config-update` does with a configuration: print it, or store it for the next restart of a domain."""

from __future__ import annotations

import os
import sys

from xlpy.cli.call import Call, Leave
from xlpy.cli.files.configfile import contents
from xlpy.cli.printing import show_update
from xlpy.cli.registry import find_verb
from xlpy.cli.shared.creation import accepted
from xlpy.cli.shared.domains import GONE, find_domid, libxl_error
from xlpy.cli.verb import verb_help
from xlpy.cli.words import file_and_settings, file_first
from xlpy.executors import Failure, UnknownDomain
from xlpy.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Executor
    from xlpy.libxl import DomainConfig

FILE_FAILED = 253


class _Behind(Call):
    """What follows the domain. xl looks for the help of this verb under a name that it does not have."""

    def help(self, status: int) -> None:
        print('command "config_update" not implemented')
        raise Leave(status)


def update(call: Call) -> int:
    """Carry out the verb; its first word is the domain."""
    from xlpy.host import BUILT_IN

    word, dry_run = call.words[0], call.settings.dry_run
    offline = dry_run and call.settings.connect is None and word.isascii() and word.isdigit()
    executor = None if offline else call.executor()
    domid = find_domid(executor, word) if executor else 0
    behind = _Behind(call.verb, call.words[1:], call.settings)
    source, debug = _source(behind)
    facts = executor.info().facts if executor else BUILT_IN
    config = accepted(behind, source, facts, quiet=False, masked=False)
    if debug or dry_run:
        show_update(config, call.settings)
    if dry_run or executor is None:
        return 0
    return _store(behind, executor, domid, config)


def _source(call: Call) -> tuple[Source, bool]:
    """The text to read, and whether what it says is to be shown."""
    filename, options = file_first(call)
    filename, settings = file_and_settings(call, filename, lambda: _show_help_of_create(call))
    if filename is None:
        raise Failure("Config file not specified", advice="name a configuration file behind the domain")
    data = contents(filename, call.release, status=FILE_FAILED)
    if settings:
        data += os.fsencode("\n" + "".join(f"{word}\n" for word in settings) + "\n")
    return Source.from_bytes(filename, data), "d" in options


def _show_help_of_create(call: Call) -> None:
    """As xl does for a word too many."""
    if (create := find_verb("create")) is not None:
        sys.stdout.write(verb_help(create, call.release))
    raise Leave(2)


def _store(call: Call, executor: Executor, domid: int, config: DomainConfig) -> int:
    print(f"setting dom{domid} configuration", file=sys.stderr)
    try:
        executor.update_config(domid, config)
    except UnknownDomain:
        text = f"unable to find domain info for domain {domid}: {GONE}"
        libxl_error(call.release, "libxl_dom.c:libxl__userdata_path", (1216, 1244), text)
        print("failed to update configuration", file=sys.stderr)
        return 1
    return 0
