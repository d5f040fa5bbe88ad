"""`xl config-update`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

WARNING = """\
WARNING: xl now has better capability to manage domain configuration, avoid using this command when possible"""


def run(call: Call) -> int:
    """Store another configuration for the next restart of a domain. The domain is looked up before the options."""
    from xlpy.cli.shared.updating import update

    if not call.words:
        print("xl config-update requires a domain argument", file=sys.stderr)
        call.help(1)
    print(WARNING, file=sys.stderr)
    return update(call)


VERB = Verb(
    name="config-update",
    summary="Update a running domain's saved configuration, used when rebuilding the domain after reboot.\n" + WARNING,
    run=run,
    usage="<Domain> <ConfigFile> [options] [vars]",
    options=(
        Option(letter="h", name="help", help="-h                      Print this help."),
        Option(
            letter="f",
            name="defconfig",
            value=True,
            help="-f FILE, --defconfig=FILE\n                     Use the given configuration file.",
        ),
        Option(letter="d", help="-d                      Enable debug messages.\n"),
        Option(letter="q"),
    ),
    modifies=True,
    dry_run=True,
    libvirt_note="libvirt keeps the domain, also stopped, until one of that name is created",
)
