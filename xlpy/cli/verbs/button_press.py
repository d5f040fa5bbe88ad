"""`xl button-press`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Press a button of the guest's ACPI. The warning comes before anything else is looked at."""
    print('WARNING: "button-press" is deprecated. Please use "trigger"', file=sys.stderr)
    from xlpy.cli.shared.signalling import press

    return press(call)


VERB = Verb(
    name="button-press",
    summary="Indicate an ACPI button press to the domain",
    run=run,
    usage="<Domain> <Button>",
    min_words=2,
    modifies=True,
    options=(Option(letter="", help="<Button> may be 'power' or 'sleep'.", short=False),),
    libvirt_note="power; sleep only on Dom0 itself, by Xen's Python modules",
)
