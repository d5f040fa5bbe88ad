"""What `xl suspend` and `xl resume` share."""

from __future__ import annotations

from xlpy.cli.say import say_libxl
from xlpy.cli.shared.domains import find_domid, say_no_type
from xlpy.executors import LibxlError, UnknownDomain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.cli.call import Call
    from xlpy.executors.saving import Saving


def suspend(call: Call) -> int:
    """Have the guest suspend itself to RAM."""
    return _change(call, lambda saving, domid: saving.suspend(domid))


def resume(call: Call) -> int:
    """Let it go on."""
    return _change(call, lambda saving, domid: saving.resume(domid))


def _change(call: Call, change: Callable[[Saving, int], None]) -> int:
    call.options()
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    try:
        change(executor.saving, domid)
    except UnknownDomain:
        say_no_type(call.release, domid)
    except LibxlError as error:
        say_libxl(error, call.release)
    return 0
