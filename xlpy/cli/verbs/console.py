"""`xl console`."""

from __future__ import annotations

import sys

from xlpy.cli.verb import Option, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call

TYPES = ("pv", "serial", "vuart")


def run(call: Call) -> int:
    """Attach the terminal to a domain's console."""
    from xlpy.cli.shared.domains import find_domid, say_no_type
    from xlpy.cli.shared.terminal import DEFAULT_ESCAPE, attach
    from xlpy.cstring import atoi
    from xlpy.executors import UnknownDomain

    escape, kind, number = DEFAULT_ESCAPE, "", ""
    for letter, value in call.each_option():
        if letter == "t" and value not in TYPES:
            print("console type supported are: pv, serial, vuart", file=sys.stderr)
            return 1
        if letter == "t":
            kind = value
        elif letter == "n":
            number = value
        else:
            escape = value
    executor = call.executor()
    domid = find_domid(executor, call.words[0])
    try:
        stream = executor.console(domid, kind, atoi(number) if kind else 0)
    except UnknownDomain:
        say_no_type(call.release, domid)
        print("Unable to attach console", file=sys.stderr)
        return 1
    return attach(stream, escape)


VERB = Verb(
    name="console",
    summary="Attach to domain's console",
    run=run,
    usage="[options] <Domain>\n",
    min_words=1,
    options_in_usage=True,
    options=(
        Option(letter="t", value=True, help="-t <type>       console type, pv , serial or vuart"),
        Option(letter="n", value=True, help="-n <number>     console number"),
        Option(letter="e", value=True, help="-e <escape>     escape character", since=(4, 18)),
    ),
    libvirt_note="from now on: libvirt keeps no output; -t and -n only where they name the primary console",
)
