"""What the verbs of Platform Shared Resource say on a host without it: no host that xlpy knows has it."""

from __future__ import annotations

import sys

from xlpy.cli.shared.domains import find_domid, libxl_error
from xlpy.executors import ERROR_FAIL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call
    from xlpy.executors import Executor

FAILED = ERROR_FAIL % 256
NO_LIBVIRT = "libvirt's driver for Xen knows no cache monitoring and allocation; Xen's own xl does"
_LEVELS = {2: "L2 CAT", 3: "L3 CAT"}
_NO_DOMAIN = "invalid domain ID: No such process"
_NO_CMT = "CMT is not supported in this system: No such device"


def without_monitoring(call: Call) -> int:
    """The end of psr-cmt-attach and psr-cmt-detach."""
    call.options()
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    if _is_there(executor, domid):
        libxl_error(call.release, "libxl_psr.c:libxl__psr_cmt_log_err_msg", (71, 71), _NO_CMT)
    else:
        libxl_error(call.release, "libxl_psr.c:libxl__psr_log_err_msg", (46, 46), _NO_DOMAIN)
    return FAILED


def without_allocation(call: Call, executor: Executor, domid: int, feature: str, sockets: set[int]) -> int:
    """The end of psr-cat-set and psr-mba-set: an error for each of these sockets, or of all."""
    count = executor.info().facts.sockets
    there = _is_there(executor, domid)
    for _ in sockets & set(range(count)) or range(count):
        if there:
            text = f"{feature}: is not supported in this system"
            libxl_error(call.release, "libxl_psr.c:libxl__psr_alloc_log_err_msg", (123, 123), text)
        else:
            libxl_error(call.release, "libxl_psr.c:libxl__psr_log_err_msg", (46, 46), _NO_DOMAIN)
    return FAILED


def show_nothing(call: Call, cache: str = "3") -> int:
    """The end of psr-cat-show and psr-mba-show, for one domain or all."""
    if len(call.words) > 1:
        call.help(2)
    executor = call.executor()
    for word in call.words:
        find_domid(executor, word)
    if level(cache) is None:
        return 1
    print("Failed to get info", file=sys.stderr)
    return FAILED


def level(value: str) -> str | None:
    """The feature of a cache level; None, with xl's message, where there is none."""
    from xlpy.cstring import atoi

    number = atoi(value)
    if number not in _LEVELS:
        print(f"Input lvl {number} is wrong", file=sys.stderr)
    return _LEVELS.get(number)


def sockets_of(value: str) -> set[int]:
    """The sockets of a list of numbers and ranges; what is none counts as 0, as for xl."""
    found: set[int] = set()
    for item in value.strip().split(","):
        found |= _range(item)
    return found


def _range(text: str) -> set[int]:
    from xlpy.cstring import take_ulong

    first = take_ulong(text, 10)
    if first is None:
        return {0}
    start, rest = first
    last = take_ulong(rest[1:], 10) if rest.startswith("-") else None
    return set(range(start, min(last[0] if last else start, _MOST) + 1))


_MOST = 4095


def _is_there(executor: Executor, domid: int) -> bool:
    return any(domain.domid == domid for domain in executor.domains())
