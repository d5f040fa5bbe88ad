"""`xl create`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb
from xlpy.cli.words import file_and_settings, file_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Read a configuration and build its domain, or with -n print it."""
    filename, options = file_first(call)
    filename, settings = file_and_settings(call, filename, lambda: call.help(2))
    from xlpy.cli.shared.creation import create

    return create(call, filename, settings, options)


VERB = Verb(
    name="create",
    summary="Create a domain from config file <filename>",
    run=run,
    usage="<ConfigFile> [options] [vars]",
    modifies=True,
    dry_run=True,
    options=(
        Option(letter="c", help="-c                      Connect to the console after the domain is created."),
        Option(letter="d", help="-d                      Enable debug messages."),
        Option(letter="e", help="-e                      Do not wait in the background for the death of the domain."),
        Option(letter="F", help="-F                      Run in foreground until death of the domain."),
        Option(
            letter="f",
            name="defconfig",
            value=True,
            help="-f FILE, --defconfig=FILE\n                     Use the given configuration file.",
        ),
        Option(letter="h", name="help", help="-h                      Print this help."),
        Option(
            letter="n",
            name="dryrun",
            help="-n, --dryrun            Dry run - prints the resulting configuration\n"
            "                         (deprecated in favour of global -N option).",
        ),
        Option(letter="p", help="-p                      Leave the domain paused after it is created."),
        Option(letter="q", name="quiet", help="-q, --quiet             Quiet."),
        Option(
            letter="V",
            name="vncviewer",
            help="-V, --vncviewer         Connect to the VNC display after the domain is created.",
        ),
        Option(
            letter="A",
            name="vncviewer-autopass",
            help="-A, --vncviewer-autopass\n                        Pass VNC password to viewer via stdin.",
        ),
        Option(
            letter="i",
            name="ignore-global-affinity-masks",
            help="--ignore-global-affinity-masks Ignore global masks in xl.conf.",
        ),
    ),
    libvirt_note="libvirt itself acts on the end of the domain; what it has no words for is below",
)
