"""`xl qemu-monitor-command`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Have QEMU's monitor carry out a line."""
    from xlpy.cli.moving.outgoing import say_no_config
    from xlpy.cli.shared.domains import find_domid
    from xlpy.executors import UnknownDomain

    call.options()
    if len(call.words) > 2:
        print("Invalid arguments.", file=sys.stderr)
        return 1
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    try:
        print(executor.signals.monitor(domid, call.words[1]))
    except UnknownDomain:
        say_no_config(call, domid)
        return 1
    return 0


VERB = Verb(
    name="qemu-monitor-command",
    summary="Issue a qemu monitor command to the device model of a domain",
    run=run,
    usage="<Domain> <Command>",
    min_words=2,
    modifies=True,
    libvirt_note="only on Dom0 itself, through the socket that libxl leaves",
)
