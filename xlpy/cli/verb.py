"""What a verb of xl is: plain data, cheap to import, from which getopt, help and usage errors follow."""

from __future__ import annotations

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from xlpy.cli.call import Call
    from xlpy.release import Release


class Option(Record):
    """An option; `help` is its text in xl's help to the byte, empty where xl does not mention it."""

    letter: str
    """What getopt reports for it, and its short form unless `short` says that it has none.

    Of several characters only the first one counts in messages: the numbers above 255 that xl takes have a NUL there.
    """
    name: str = ""
    """Its long form."""
    value: bool = False
    """It takes a value."""
    help: str = ""
    short: bool = True
    since: tuple[int, int] = (0, 0)
    """The first release that has it."""
    no_libvirt: str = ""
    """Why libvirt has no way for it, and what has; empty where it has one."""


class Verb(Record):
    """A verb of xl."""

    name: str
    summary: str
    """As `xl help` lists it, without a full stop."""
    old_summary: str = ""
    """The same up to Xen 4.17, where that was something else."""
    run: Callable[[Call], int]
    """Gives the exit status; it imports inside what only it needs."""
    usage: str = ""
    """What follows the name in the usage line."""
    options: tuple[Option, ...] = ()
    notes: str = ""
    """What help has below the options, as a further line of theirs."""
    options_in_usage: bool = False
    """Help has the options at the end of the usage, not under a heading."""
    empty_options: bool = False
    """Help has the heading of options, and nothing below it."""
    modifies: bool = False
    """It changes something: its usage shows the global option -f."""
    dry_run: bool = False
    """It knows the global option -N."""
    min_words: int = 0
    no_libvirt: str = ""
    """Why libvirt has no way for it, and what has; empty where it has one."""
    added: tuple[Option, ...] = ()
    """The options that `xlpy` has and `xl` does not."""
    records: Callable[[Call], Record | Sequence[Record]] | None = None
    """What a listing lists, as values, from the same words as `run`: what --format prints (docs/json.md)."""
    libvirt_note: str = ""
    """What is another than xl's where the host is libvirt's."""


HELP_OPTION = Option(letter="h", name="help")
"""What every verb has, whether its help says so or not."""


LISTING_OPTIONS = (
    Option(
        letter="\1",
        name="format",
        value=True,
        short=False,
        help="--format=FORMAT         Print json or yaml with all that is known, or text, which is xl's own.",
    ),
    Option(
        letter="\2",
        name="watch",
        value=True,
        short=False,
        help="--watch[=SECONDS]       Print it again and again, every 2 seconds if not given.",
    ),
)
"""What a verb with `records` has beside xl's own options; xl's help does not show them."""


def options_of(verb: Verb, release: Release) -> tuple[Option, ...]:
    """The options that a verb has in a release."""
    return tuple(option for option in verb.options if option.since <= release)


def no_libvirt(verb: Verb, letters: Collection[str]) -> str:
    """Why libvirt has no way for a verb with these options; empty where it has one."""
    if verb.no_libvirt:
        return f"{verb.name}: {verb.no_libvirt}"
    missing = (option for option in verb.options if option.no_libvirt and option.letter in letters)
    return next((f"{verb.name} {title(option)}: {option.no_libvirt}" for option in missing), "")


def title(option: Option) -> str:
    """An option as one writes it."""
    return f"-{option.letter}" if option.short else f"--{option.name}"


def summary_of(verb: Verb, release: Release) -> str:
    """What the help of a release says of it in a line."""
    return verb.old_summary if verb.old_summary and release < (4, 18) else verb.summary


def verb_help(verb: Verb, release: Release) -> str:
    """What `xl help VERB` prints."""
    flags = "vtT" + "f" * verb.modifies + "N" * verb.dry_run
    options = "\n".join(filter(None, (*(option.help for option in options_of(verb, release)), verb.notes)))
    usage = verb.usage + options if verb.options_in_usage else verb.usage
    text = f"Usage: xl [-{flags}] {verb.name} {usage}\n\n{summary_of(verb, release)}.\n\n"
    return text if verb.options_in_usage or not (options or verb.empty_options) else f"{text}Options:\n\n{options}\n"


def added_help(verb: Verb) -> str:
    """What `xlpy help VERB` has beside xl's."""
    options = (*verb.added, *(LISTING_OPTIONS if verb.records else ()))
    return "".join(("\nxlpy adds:\n\n", *(f"{option.help}\n" for option in options))) if options else ""
