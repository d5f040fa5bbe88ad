"""What a verb of xl is: plain data, cheap to import, from which getopt, help and usage errors follow."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.cli.call import Call
    from xlpy.release import Release


class Option(Record):
    """An option; `help` is its text in xl's help to the byte, empty where xl does not mention it."""

    letter: str
    """What getopt reports for it, and its short form unless `short` says that it has none."""
    name: str = ""
    """Its long form."""
    value: bool = False
    """It takes a value."""
    help: str = ""
    short: bool = True
    since: tuple[int, int] = (0, 0)
    """The first release that has it."""


class Verb(Record):
    """A verb of xl."""

    name: str
    summary: str
    """As `xl help` lists it, without a full stop."""
    run: Callable[[Call], int]
    """Gives the exit status; it imports inside what only it needs."""
    usage: str = ""
    """What follows the name in the usage line."""
    options: tuple[Option, ...] = ()
    options_in_usage: bool = False
    """Help has the options at the end of the usage, not under a heading."""
    modifies: bool = False
    """It changes something: its usage shows the global option -f."""
    dry_run: bool = False
    """It knows the global option -N."""
    min_words: int = 0


HELP_OPTION = Option(letter="h", name="help")
"""What every verb has, whether its help says so or not."""


def options_of(verb: Verb, release: Release) -> tuple[Option, ...]:
    """The options that a verb has in a release."""
    return tuple(option for option in verb.options if option.since <= release)


def verb_help(verb: Verb, release: Release) -> str:
    """What `xl help VERB` prints."""
    flags = "vtT" + "f" * verb.modifies + "N" * verb.dry_run
    options = "\n".join(option.help for option in options_of(verb, release) if option.help)
    usage = verb.usage + options if verb.options_in_usage else verb.usage
    text = f"Usage: xl [-{flags}] {verb.name} {usage}\n\n{verb.summary}.\n\n"
    return text if verb.options_in_usage or not options else f"{text}Options:\n\n{options}\n"
