"""What the -attach verbs have in common: with -N they print the device that their words describe."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.attach import Attached
    from xlpy.cli.call import Call


def attach(call: Call) -> int:
    """Read the words behind the domain; print the device."""
    return _attach(call)


def attach_without_rc(call: Call) -> int:
    """The same for a verb that does not tell libxl's error for an unknown domain."""
    from xlpy.executors import UnknownDomain

    try:
        return _attach(call)
    except UnknownDomain as unknown:
        print(f"{unknown.wanted} is an invalid domain identifier", file=sys.stderr)
        return 1


def _attach(call: Call) -> int:
    from xlpy.cli.say import say

    call.options()
    domain, *words = call.words
    check_domain(call, domain)
    attached, status = read_device(call, call.verb.name, words)
    if status is not None:
        return status
    if not call.settings.dry_run or attached.device is None:
        hint = " (with -N it shows the device)" if call.verb.dry_run else ""
        say(f"{call.verb.name}: devices cannot be attached to a running domain yet{hint}")
        return 1
    from xlpy.libxl_json import to_json

    sys.stdout.write(f"{attached.device.KIND}: {to_json(attached.device, call.release)}\n")
    return 0


def check_domain(call: Call, word: str) -> None:
    """Ends the run where no domain has this name; xl takes a domid as it stands."""
    if not (word.isascii() and word.isdigit()):
        call.executor().find(word)


def read_device(call: Call, verb: str, words: list[str]) -> tuple[Attached, int | None]:
    """The device as this -attach verb reads it, and the exit status where xl gives up; tells what xl tells."""
    from xlpy.attach import attach_config
    from xlpy.diagnostic import xl_output

    attached = attach_config(verb, words, call.release, conf=call.settings.conf)
    text, status = xl_output(attached.diagnostics)
    sys.stdout.flush()
    sys.stderr.write(text)
    return attached, status
