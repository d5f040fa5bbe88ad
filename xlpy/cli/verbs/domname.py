"""`xl domname`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Print the name of the domain with this domid."""
    from xlpy.executors import UnknownDomain

    call.options()
    domid = _leading_number(call.words[0])
    if domid is None:
        print("Invalid domain id.\n", file=sys.stderr)
        return 1
    try:
        print(call.executor().find(str(domid)).name)
    except UnknownDomain:
        print(f"Can't get domain name of domain id '{domid}', maybe this domain does not exist.", file=sys.stderr)
        return 1
    return 0


def _leading_number(text: str) -> int | None:
    """What C's strtol reads at the start of a text, in the 32 bits of a domid."""
    from xlpy.cstring import atoi

    digits = text.lstrip(" \t\n\v\f\r")
    digits = digits[1:] if digits[:1] in ("+", "-") else digits
    return atoi(text) % 2**32 if digits[:1] in tuple("0123456789") else None


VERB = Verb(name="domname", summary="Convert a domain id to domain name", run=run, usage="<DomainId>", min_words=1)
