"""`xl unpause`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Let the vCPUs of a domain run. Where that fails xl says so, and ends with 0 all the same."""
    from xlpy.cli.say import say_failure, say_libxl
    from xlpy.cli.shared.domains import find_domid, say_no_type
    from xlpy.executors import Failure, LibxlError, UnknownDomain

    call.options()
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    try:
        executor.unpause(domid)
    except UnknownDomain:
        say_no_type(call.release, domid)
    except LibxlError as error:
        say_libxl(error, call.release)
    except Failure as failure:
        say_failure(failure)
    return 0


VERB = Verb(
    name="unpause",
    summary="Unpause a paused domain",
    run=run,
    usage="<Domain>",
    min_words=1,
    modifies=True,
    libvirt_note="what Xen's own xl paused only on Dom0 itself, by Xen's Python modules",
)
