"""What the -attach verbs have in common: the device that their words describe, which -N only prints."""

from __future__ import annotations

import sys

from xlpy.cli.shared.devices import ERROR_FAIL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.attach import Attached
    from xlpy.cli.call import Call
    from xlpy.libxl import DeviceRecord


def attach(call: Call) -> int:
    """Read the words behind the domain and attach the device."""
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
    call.options()
    domain, *words = call.words
    check_domain(call, domain)
    attached, status = read_device(call, call.verb.name, [*_IMPLIED.get(call.verb.name, ()), *words])
    if status is not None or attached.device is None:
        return status or 1
    if call.settings.dry_run:
        from xlpy.libxl_json import to_json

        sys.stdout.write(f"{attached.device.KIND}: {to_json(attached.device, call.release)}\n")
        return 0
    return _add(call, domain, attached.device)


_IMPLIED = {"usbdev-attach": ("type=hostdev",)}
"""What libxl takes for granted; a JSON would not have it."""
_STATUS = {"vkb": ERROR_FAIL, "vdispl": ERROR_FAIL, "vsnd": ERROR_FAIL}
_LIBRARY = {"vif": "nic"}


def _add(call: Call, word: str, device: DeviceRecord) -> int:
    """Have the host attach it."""
    from xlpy.cli.shared.devices import failing
    from xlpy.cli.shared.domains import find_domid, say_no_type
    from xlpy.devices.pci import Pci
    from xlpy.executors import UnknownDomain

    kind = device.KIND
    executor = call.executor()
    domid = find_domid(executor, word)
    if isinstance(device, Pci):
        return failing(call, 1, "", lambda: executor.pci.attach(domid, device))
    line = f"libxl_device_{_LIBRARY.get(kind, kind)}_add failed."
    try:
        return failing(call, _STATUS.get(kind, 1), line, lambda: executor.devices.attach(domid, device))
    except UnknownDomain:
        say_no_type(call.release, domid)
        print(line, file=sys.stderr)
        return _STATUS.get(kind, 1)


def check_domain(call: Call, word: str) -> None:
    """Ends the run where no domain has this name; xl takes a domid as it stands."""
    if not (word.isascii() and word.isdigit()):
        call.executor().find(word)


def read_device(call: Call, verb: str, words: list[str], said_by: str = "") -> tuple[Attached, int | None]:
    """The device as this -attach verb reads it, and the exit status where xl gives up; tells what xl tells.

    SAID_BY is another verb that reads the words so and puts its own name before what it tells.
    """
    from xlpy.attach import attach_config
    from xlpy.diagnostic import xl_output

    attached = attach_config(verb, words, call.release, conf=call.settings.conf)
    text, status = xl_output(attached.diagnostics)
    sys.stdout.flush()
    sys.stderr.write(text.replace(f"{verb}: ", f"{said_by or verb}: "))
    return attached, status
