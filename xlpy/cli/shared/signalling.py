"""What `xl trigger` and `xl button-press` share."""

from __future__ import annotations

import re
import sys

from xlpy.cli.say import say_libxl
from xlpy.cli.shared.domains import find_domid, say_no_type
from xlpy.executors import LibxlError, UnknownDomain
from xlpy.executors.signals import TRIGGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

_BUTTONS = ("power", "sleep")
_DIGITS = re.compile(r"\s*([+-]?[0-9]+)")


def trigger(call: Call) -> int:
    """Send the trigger of the second word; where that fails xl says so, and ends with 0 all the same."""
    call.options()
    word, name, *more = call.words
    executor = call.executor()
    domid = find_domid(executor, word)
    if name.lower() not in (*TRIGGERS, "unknown"):
        print(f'Invalid trigger "{name}"', file=sys.stderr)
        return 1
    _send(call, domid, name.lower(), _vcpu(more[0]) if more else 0)
    return 0


def _vcpu(word: str) -> int:
    """The number that a word begins with."""
    digits = _DIGITS.match(word)
    if digits is None:
        print("Invalid vcpuid, using default vcpuid=0.\n", file=sys.stderr)
        return 0
    return int(digits[1])


def press(call: Call) -> int:
    """Press the button of the second word."""
    call.options()
    word, button = call.words[:2]
    domid = find_domid(call.executor(), word)
    if button not in _BUTTONS:
        print(f"{button} is an invalid button identifier", file=sys.stderr)
        return 1
    _send(call, domid, button, 0)
    return 0


def _send(call: Call, domid: int, name: str, vcpu: int) -> None:
    try:
        call.executor().signals.trigger(domid, name, vcpu)
    except UnknownDomain:
        say_no_type(call.release, domid)
        _say_not_woken(call, domid)
    except LibxlError as error:
        say_libxl(error, call.release)


def _say_not_woken(call: Call, domid: int) -> None:
    from xlpy.cli.shared.domains import libxl_error

    text = f"Domain {domid}:Send trigger 's3resume' failed, rc=-6"
    libxl_error(call.release, "libxl_domain.c:domain_s3_resume_done", (2162, 2164), text)
