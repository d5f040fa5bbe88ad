"""`xl domid`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Print the domid of the domain with this name."""
    from xlpy.cli.shared.domains import find_by_name

    call.options()
    name = call.words[0]
    domain = find_by_name(call.executor(), name)
    if domain is None:
        print(f"Can't get domid of domain name '{name}', maybe this domain does not exist.", file=sys.stderr)
        return 1
    print(domain.domid)
    return 0


VERB = Verb(name="domid", summary="Convert a domain name to domain id", run=run, usage="<DomainName>", min_words=1)
