"""`xl save`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Write the state of a domain to a file, and end it, unless it is to go on."""
    options = call.options()
    if len(call.words) > 3:
        call.help(1)
    from xlpy.cli.moving.saves import save

    return save(call, options)


VERB = Verb(
    name="save",
    summary="Save a domain state to restore later",
    run=run,
    usage="[options] <Domain> <CheckpointFile> [<ConfigFile>]",
    min_words=2,
    modifies=True,
    options=(
        Option(letter="h", name="help", help="-h  Print this help."),
        Option(letter="c", help="-c  Leave domain running after creating the snapshot."),
        Option(letter="p", help="-p  Leave domain paused after creating the snapshot."),
        Option(
            letter="D",
            help="-D  Store the domain id in the configuration.",
            since=(4, 14),
            no_libvirt="libvirt lets Xen choose the domid of a restored domain; Xen's own xl can keep it",
        ),
    ),
    libvirt_note="a file of libvirt's own; after -c and -p the domain has another domid",
)
