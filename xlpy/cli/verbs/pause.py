"""`xl pause`."""

from __future__ import annotations

from xlpy.cli.verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Stop the vCPUs of a domain. Where that fails xl says so, and ends with 0 all the same."""
    from xlpy.cli.say import say_failure, say_libxl
    from xlpy.cli.shared.domains import GONE, find_domid, libxl_error
    from xlpy.executors import Failure, LibxlError, UnknownDomain

    call.options()
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    try:
        executor.pause(domid)
    except UnknownDomain:
        text = f"Domain {domid}:Pausing domain: {GONE}"
        libxl_error(call.release, "libxl_domain.c:libxl_domain_pause", (587, 583), text)
    except LibxlError as error:
        say_libxl(error, call.release)
    except Failure as failure:
        say_failure(failure)
    return 0


VERB = Verb(name="pause", summary="Pause execution of a domain", run=run, usage="<Domain>", min_words=1, modifies=True)
