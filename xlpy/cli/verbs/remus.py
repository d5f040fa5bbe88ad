"""`xl remus`."""

from __future__ import annotations

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Keep a copy of a domain ready on another host."""
    options = call.options()
    from xlpy.cli.moving.replicating import replicate

    return replicate(call, options)


VERB = Verb(
    name="remus",
    summary="Enable Remus HA for domain",
    run=run,
    usage="[options] <Domain> [<host>]",
    min_words=2,
    modifies=True,
    no_libvirt="libvirt's driver for Xen does not replicate domains; Xen's own xl does",
    options=(
        Option(
            letter="i",
            value=True,
            help="-i MS                   Checkpoint domain memory every MS milliseconds (def. 200ms).",
        ),
        Option(letter="u", help="-u                      Disable memory checkpoint compression."),
        Option(
            letter="s",
            value=True,
            help="-s <sshcommand>         Use <sshcommand> instead of ssh.  String will be passed\n"
            "                        to sh. If empty, run <host> instead of \n"
            "                        ssh <host> xl migrate-receive -r [-e]",
        ),
        Option(
            letter="e",
            help="-e                      Do not wait in the background (on <host>) for the death\n"
            "                        of the domain.",
        ),
        Option(
            letter="N",
            value=True,
            help="-N <netbufscript>       Use netbufscript to setup network buffering instead of the\n"
            "                        default script (/etc/xen/scripts/remus-netbuf-setup).",
        ),
        Option(
            letter="F",
            help="-F                      Enable unsafe configurations [-b|-n|-d flags]. Use this option\n"
            "                        with caution as failover may not work as intended.",
        ),
        Option(
            letter="b",
            help="-b                      Replicate memory checkpoints to /dev/null (blackhole).\n"
            "                        Works only in unsafe mode.",
        ),
        Option(
            letter="n",
            help="-n                      Disable network output buffering. Works only in unsafe mode.",
        ),
        Option(letter="d", help="-d                      Disable disk replication. Works only in unsafe mode."),
        Option(
            letter="c",
            help="-c                      Enable COLO HA. It is conflict with -i and -b, and memory\n"
            "                        checkpoint must be disabled.",
        ),
        Option(letter="p", help="-p                      Use COLO userspace proxy."),
    ),
)
