"""`xl destroy`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

REFUSED = """\
Not destroying domain 0; use -f to force.
This can only be done when using a disaggregated hardware domain and toolstack.

"""
ERROR_FAIL = -3


def run(call: Call) -> int:
    """End a domain at once."""
    from xlpy.cli.say import say_failure
    from xlpy.cli.shared.domains import DOMAIN_NOTFOUND, find_domid
    from xlpy.cli.shared.resets import passed, say_resets
    from xlpy.executors import Failure, UnknownDomain

    options = call.options()
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    if domid == 0 and "f" not in options:
        sys.stderr.write(REFUSED)
        return 1
    cards = passed(executor, domid)
    try:
        executor.destroy(domid)
    except UnknownDomain:
        _say_gone(call, domid)
        print(f"destroy failed (rc={DOMAIN_NOTFOUND})", file=sys.stderr)
        return 1
    except Failure as failure:
        say_failure(failure)
        print(f"destroy failed (rc={ERROR_FAIL})", file=sys.stderr)
        return 1
    say_resets(call, executor, cards)
    return 0


def _say_gone(call: Call, domid: int) -> None:
    from xlpy.cli.shared.domains import libxl_error, say_no_info

    say_no_info(call.release, domid)
    for function, lines, what in (
        ("libxl__destroy_domid", (1183, 1179), "Non-existant domain"),
        ("domain_destroy_callback", (1137, 1133), "Unable to destroy guest"),
        ("domain_destroy_cb", (1064, 1060), "Destruction of domain failed"),
    ):
        libxl_error(call.release, f"libxl_domain.c:{function}", lines, f"Domain {domid}:{what}")


VERB = Verb(
    name="destroy",
    summary="Terminate a domain immediately",
    run=run,
    usage="[options] <Domain>\n",
    min_words=1,
    modifies=True,
    options=(
        Option(
            letter="f",
            help="-f                      Permit destroying domain 0, which will only succeed\n"
            "                        when run from disaggregated toolstack domain with a\n"
            "                        hardware domain distinct from domain 0.",
        ),
    ),
)
