"""`xl set-parameters`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Set parameters of Xen; those before one that it does not take stay set."""
    from xlpy.cli.shared.domains import libxl_error
    from xlpy.executors.hypervisor import XenRefusedError

    call.options()
    hypervisor = call.executor().hypervisor
    try:
        for name, value in _parameters(call.words[0]):
            hypervisor.set_parameter(name, value)
    except XenRefusedError as error:
        libxl_error(call.release, "libxl.c:libxl_set_parameters", (706, 656), f"setting parameters: {error}")
        print(f"cannot set parameters: {call.words[0]}", file=sys.stderr)
        return 1
    return 0


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    """NAME=VALUE, NAME or noNAME, between blanks."""
    for word in text.split():
        name, given, value = word.partition("=")
        if given:
            yield name, value
        elif name.startswith("no"):
            yield name[2:], "no"
        else:
            yield name, "yes"


VERB = Verb(
    name="set-parameters",
    summary="Set hypervisor parameters",
    run=run,
    usage="<Params>",
    modifies=True,
    min_words=1,
    no_libvirt="libvirt has no way to Xen's own parameters; Xen's own xl has",
)
