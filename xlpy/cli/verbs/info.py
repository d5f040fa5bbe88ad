"""`xl info`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import HostInfo


def run(call: Call) -> int:
    """Print the facts of the host, or the value of one."""
    from xlpy.cli.say import say
    from xlpy.render.hostinfo import NUMA, info_fields, info_text

    options = call.options()
    host = call.executor().info()
    if call.words and "n" not in options:
        sys.stdout.write("".join(f"{value}\n" for name, value in info_fields(host) if name == call.words[0]))
    else:
        sys.stdout.write(info_text(host, numa="n" in options))
    if "n" in options and NUMA in host.unknown:
        say("info -n: libvirt does not tell these tables; virsh capabilities and virsh freecell --all come close")
        return 1
    return 0


def records(call: Call) -> HostInfo:
    """The host, with all that is known of it."""
    call.options()
    return call.executor().info()


VERB = Verb(
    name="info",
    summary="Get information about Xen host",
    run=run,
    records=records,
    options=(Option(letter="n", name="numa", help="-n, --numa         List host NUMA topology information"),),
    options_in_usage=True,
    libvirt_note="from afar without what Xen alone tells",
)
