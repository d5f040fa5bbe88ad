"""`xl dump-core`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

ERROR_FAIL = -3


def run(call: Call) -> int:
    """Write the memory of a domain to a file."""
    from xlpy.cli.say import say_libxl
    from xlpy.cli.shared.domains import find_domid
    from xlpy.executors import LibxlError, UnknownDomain

    call.options()
    executor = call.executor()
    word, path = call.words[:2]
    domid = find_domid(executor, word)
    try:
        executor.saving.dump_core(domid, path)
    except UnknownDomain:
        _say_gone(call, domid, path)
    except LibxlError as error:
        say_libxl(error, call.release)
    else:
        return 0
    print(f"core dump failed (rc={ERROR_FAIL})", file=sys.stderr)
    return 1


def _say_gone(call: Call, domid: int, path: str) -> None:
    from xlpy.cli.shared.domains import GONE, libxl_error

    which = "domain" if call.release < (4, 18) else f"dom{domid}"
    print(f"xc: error: Could not get info for {which} (3 = {GONE}): Internal error", file=sys.stderr)
    text = f"Domain {domid}:Core dumping domain to {path}: {GONE}"
    libxl_error(call.release, "libxl_domain.c:libxl_domain_core_dump", (603, 599), text)


VERB = Verb(
    name="dump-core", summary="Core dump a domain", run=run, usage="<Domain> <filename>", min_words=2, modifies=True
)
