"""What mem-set and mem-max have in common."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def resize(call: Call, *, maximum: bool) -> int:
    """Set the target of a domain's memory, or the most that it may have."""
    from xlpy.cli.say import say_libxl
    from xlpy.cli.shared.domains import find_domid
    from xlpy.cli.shared.sizes import parse_kib
    from xlpy.executors import LibxlError

    call.options()
    executor = call.executor()
    domid, word = find_domid(executor, call.words[0]), call.words[1]
    kib = parse_kib(word)
    if kib is None:
        print(f"invalid memory size: {word}", file=sys.stderr)
        return 1
    memory = executor.memory
    try:
        (memory.set_maximum if maximum else memory.set_target)(domid, kib)
    except LibxlError as error:
        say_libxl(error, call.release)
        print(f"cannot set domid {domid} {'static' if maximum else 'dynamic'} max memory to : {word}", file=sys.stderr)
        return 1
    return 0
