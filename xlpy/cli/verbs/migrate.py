"""`xl migrate`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Move a running domain to another host."""
    options = call.options()
    from xlpy.cli.moving.migrating import migrate

    return migrate(call, options)


VERB = Verb(
    name="migrate",
    summary="Migrate a domain to another host",
    run=run,
    usage="[options] <Domain> <host>",
    min_words=2,
    modifies=True,
    options=(
        Option(letter="h", name="help", help="-h              Print this help."),
        Option(
            letter="C",
            value=True,
            help="-C <config>     Send <config> instead of config file from creation.",
            no_libvirt="libvirt moves a domain as it is; Xen's own xl takes another configuration",
        ),
        Option(
            letter="s",
            value=True,
            help="-s <sshcommand> Use <sshcommand> instead of ssh.  String will be passed\n"
            "                to sh. If empty, run <host> instead of ssh <host> xl\n"
            "                migrate-receive [-d -e]",
            no_libvirt="libvirt goes by a URI; name one in place of the host, such as xen+ssh://HOST/system?keyfile=FILE",
        ),
        Option(
            letter="e",
            help="-e              Do not wait in the background (on <host>) for the death\n"
            "                of the domain.",
        ),
        Option(
            letter="\0debug",
            name="debug",
            short=False,
            help="--debug         Print huge (!) amount of debug during the migration process.",
        ),
        Option(letter="p", help="-p              Do not unpause domain after migrating it."),
        Option(
            letter="D",
            help="-D              Preserve the domain id",
            since=(4, 14),
            no_libvirt="libvirt lets Xen choose the domid; Xen's own xl can keep it",
        ),
        Option(letter="\0live", name="live", short=False),
        Option(letter="F"),
    ),
    libvirt_note="live, to the libvirt of HOST, on Dom0 itself through ssh, or of a URI, through its connection; what "
    "libvirt keeps for the next start (config-update, virsh define) goes along",
)
