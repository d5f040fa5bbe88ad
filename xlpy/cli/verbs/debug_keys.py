"""`xl debug-keys`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Press keys on Xen's console."""
    from xlpy.cli.say import say_libxl
    from xlpy.executors import LibxlError

    call.options()
    keys = call.words[0]
    try:
        call.executor().signals.debug_keys(keys)
    except LibxlError as error:
        say_libxl(error, call.release)
        print(f"cannot send debug keys: {keys}", file=sys.stderr)
        return 1
    return 0


VERB = Verb(
    name="debug-keys",
    summary="Send debug keys to Xen",
    run=run,
    usage="<Keys>",
    min_words=1,
    modifies=True,
    libvirt_note="only on Dom0 itself, by Xen's Python modules",
)
