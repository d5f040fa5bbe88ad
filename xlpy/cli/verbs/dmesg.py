"""`xl dmesg`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Print what Xen wrote on its console, and with -c empty its buffer."""
    options = call.options()
    sys.stdout.write(call.executor().signals.dmesg(clear="c" in options))
    return 0


VERB = Verb(
    name="dmesg",
    summary="Read and/or clear dmesg buffer",
    run=run,
    usage="[-c]",
    options=(
        Option(letter="c", name="clear", help="  -c                        Clear dmesg buffer as well as printing it"),
    ),
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
