"""`xl rename`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Give a domain another name."""
    from xlpy.cli.say import say_failure
    from xlpy.cli.shared.domains import find_domid
    from xlpy.executors import Failure, UnknownDomain

    call.options()
    executor = call.executor()
    word, name = call.words[:2]
    domid = find_domid(executor, word)
    try:
        executor.rename(domid, name)
    except Failure as failure:
        if not isinstance(failure, UnknownDomain):
            say_failure(failure)
        print(f"Can't rename domain '{word}'.", file=sys.stderr)
        return 1
    return 0


VERB = Verb(
    name="rename",
    summary="Rename a domain",
    run=run,
    usage="<Domain> <NewDomainName>",
    min_words=2,
    modifies=True,
    no_libvirt="libvirt cannot rename a domain that runs; shut it down, and create it with another name=",
)
