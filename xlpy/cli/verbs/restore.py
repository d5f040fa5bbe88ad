"""`xl restore`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Make a domain of a file that `xl save` wrote."""
    options = call.options()
    if len(call.words) > 2:
        call.help(1)
    from xlpy.cli.moving.restores import restore

    return restore(call, options)


VERB = Verb(
    name="restore",
    summary="Restore a domain from a saved state",
    run=run,
    usage="[options] [<ConfigFile>] <CheckpointFile>",
    min_words=1,
    modifies=True,
    options=(
        Option(letter="h", name="help", help="-h                       Print this help."),
        Option(letter="p", help="-p                       Do not unpause domain after restoring it."),
        Option(
            letter="e",
            help="-e                       Do not wait in the background for the death of the domain.",
        ),
        Option(letter="d", help="-d                       Enable debug messages."),
        Option(
            letter="V",
            name="vncviewer",
            help="-V, --vncviewer          Connect to the VNC display after the domain is created.",
        ),
        Option(
            letter="A",
            name="vncviewer-autopass",
            help="-A, --vncviewer-autopass Pass VNC password to viewer via stdin.",
        ),
        Option(letter="F"),
        Option(letter="c"),
    ),
    libvirt_note="a file that libvirt has saved",
)
