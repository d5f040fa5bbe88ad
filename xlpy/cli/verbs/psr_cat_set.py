"""`xl psr-cat-set`."""

from __future__ import annotations

import sys

from xlpy.cli.shared.psr import NO_LIBVIRT, level, sockets_of, without_allocation
from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def run(call: Call) -> int:
    """Look at the words, then say that there is no cache allocation."""
    from xlpy.cli.shared.domains import find_domid

    options = dict.fromkeys("lcd", "")
    sockets: set[int] = set()
    for letter, value in call.each_option():
        options[letter] = value or "3"
        if letter == "s":
            sockets |= sockets_of(value)
    feature = _feature(options)
    if feature is None:
        return 1
    if len(call.words) > 2:
        call.help(2)
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    return without_allocation(call, executor, domid, feature, sockets)


def _feature(options: dict[str, str]) -> str | None:
    """What is to be set; None, with xl's message, where that is nothing."""
    feature = level(options["l"] or "3")
    if feature != "L3 CAT" or not (options["c"] or options["d"]):
        return feature
    if options["c"] and options["d"]:
        print("Cannot handle -c and -d at the same time", file=sys.stderr)
        return None
    return "CDP"


VERB = Verb(
    name="psr-cat-set",
    summary="Set cache capacity bitmasks(CBM) for a domain",
    run=run,
    usage="[options] <Domain> <CBM>",
    min_words=2,
    modifies=True,
    no_libvirt=NO_LIBVIRT,
    options=(
        Option(
            letter="s",
            name="socket",
            value=True,
            help="-s <socket>       Specify the socket to process, otherwise all sockets are processed",
        ),
        Option(
            letter="l",
            name="level",
            value=True,
            help="-l <level>        Specify the cache level to process, otherwise L3 cache is processed",
        ),
        Option(letter="c", name="code", help="-c                Set code CBM if CDP is supported"),
        Option(letter="d", name="data", help="-d                Set data CBM if CDP is supported\n"),
    ),
)
