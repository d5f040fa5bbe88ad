"""What xenstore-quota-get and xenstore-quota-set have in common (Xen: xl_xsquota.c)."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.executors import Executor

GLOBAL = "-g"
NO_LIBVIRT = "libvirt does not reach xenstore's limits; Xen's own xl does"


def whose(executor: Executor, word: str) -> int | None:
    """The domain of the first word; None for the limits that domains get."""
    from xlpy.cli.shared.domains import find_domid

    return None if word == GLOBAL else find_domid(executor, word)


def parse(words: list[str]) -> dict[str, int] | None:
    """NAME=NUMBER; None, with xl's message, where one is not."""
    from xlpy.cstring import take_ulong

    found = {}
    for word in words:
        name, equals, text = word.partition("=")
        value, rest = take_ulong(text) or (-1, text)
        if not equals or rest or not 0 <= value < 2**32:
            what = f'uses illegal value "{text}".' if equals else 'lacks "=".'
            print(f'Quota specification "{word}" {what}', file=sys.stderr)
            return None
        found[name] = value
    return found
