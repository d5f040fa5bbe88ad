"""`xl sysrq`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Send a letter of the SysRq key to a guest."""
    from xlpy.cli.shared.domains import find_domid

    call.options()
    executor = call.executor()
    domid, letter = find_domid(executor, call.words[0]), call.words[1]
    if len(letter.encode("utf-8", "surrogateescape")) != 1:
        print("Invalid sysrq.\n", file=sys.stderr)
        call.help(1)
    executor.signals.sysrq(domid, letter)
    return 0


VERB = Verb(
    name="sysrq",
    summary="Send a sysrq to a domain",
    run=run,
    usage="<Domain> <letter>",
    min_words=2,
    modifies=True,
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
