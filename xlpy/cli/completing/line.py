"""A command line up to the word that is completed: which place that word has, and what fits there."""

from __future__ import annotations

from xlpy.cli import names
from xlpy.cli.completing import Candidate
from xlpy.cli.completing.kinds import KINDS, Context, candidates
from xlpy.cli.completing.usage import SETTINGS, slot_at, slots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlpy.cli.call import Settings
    from xlpy.cli.verb import Option, Verb

HELP = "help"


def complete(program: str, words: list[str]) -> list[Candidate]:
    """What fits as the last of the words behind the name of the program, in the order of xl's help."""
    *done, current = words or [""]
    return [one for one in _fitting(program, done, current) if one.word.startswith(current)]


def _fitting(program: str, done: list[str], current: str) -> Iterable[Candidate]:
    from xlpy.cli.main import ADDED_OPTIONS, GLOBAL_OPTIONS

    options = GLOBAL_OPTIONS + (ADDED_OPTIONS if program == "xlpy" else ())
    walk = Walk(options, done, stop_at_word=True)
    settings = _settings(walk.values, program)
    context = Context(settings, "", (), current)
    if walk.open is not None:
        return _values(walk.open, context)
    if not walk.words:
        return _option_words(options, context) if current.startswith("-") else _verbs(program, settings, current)
    word, *rest = walk.words
    name = names.resolve(word, settings.release)
    if name is None and word == HELP:
        return [] if rest else _verbs(program, settings, current)
    verb = _verb(name)
    if verb is not None:
        return _of_verb(verb, rest, settings, current)
    if program == "xlpy":
        from xlpy.cli.completing.added import of_added

        return of_added(word, rest, context)
    return []


class Walk:
    """Words taken apart: the values of options, the other words, and the option that waits for its value."""

    def __init__(self, options: Iterable[Option], done: list[str], *, stop_at_word: bool = False) -> None:
        """With STOP_AT_WORD all is taken as words from the first on that is no option."""
        self.values: dict[str, str] = {}
        self.words: list[str] = []
        self.open: Option | None = None
        self._known = {f"-{option.letter}": option for option in options if option.short}
        self._known |= {f"--{option.name}": option for option in options if option.name}
        for place, word in enumerate(done):
            if self.open is not None:
                self.values[self.open.letter], self.open = word, None
            elif word.startswith("-") and word != "-":
                self._option(word)
            elif stop_at_word:
                self.words = done[place:]
                return
            else:
                self.words.append(word)

    def _option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        option = self._known.get(name)
        if option is None:
            return
        if option.value and not equals and option.name != "watch":
            self.open = option
        else:
            self.values[option.letter] = value


def _settings(values: dict[str, str], program: str) -> Settings:
    from xlpy.cli.main import settings_of

    return settings_of(values, 0, program)


def _verbs(program: str, settings: Settings, current: str) -> Iterator[Candidate]:
    """The verbs that there are; only those that may be meant are loaded."""
    for name in names.names(settings.release):
        if name.startswith(current) and (verb := _verb(name)) is not None:
            yield Candidate(word=name, about=verb.summary)
    yield Candidate(word=HELP, about="Show the list of the verbs, or the help of one")
    if program == "xlpy":
        from xlpy.cli.completing.added import summaries

        for name, summary in summaries().items():
            yield Candidate(word=name, about=summary)


def _verb(name: str | None) -> Verb | None:
    from xlpy.cli.registry import find_verb

    return None if name is None else find_verb(name)


def _of_verb(verb: Verb, done: list[str], settings: Settings, current: str) -> Iterable[Candidate]:
    from xlpy.cli.verb import HELP_OPTION, LISTING_OPTIONS, options_of

    added = (*(verb.added if settings.added else ()), *(LISTING_OPTIONS if verb.records else ()))
    options = (*options_of(verb, settings.release), HELP_OPTION, *added)
    walk = Walk(options, done)
    context = Context(settings, verb.name, walk.words, current)
    if walk.open is not None:
        return _values(walk.open, context)
    name, equals, typed = current.partition("=")
    named = {f"--{option.name}": option for option in options if option.name and option.value}
    if equals and name in named:
        inner = Context(settings, verb.name, walk.words, typed)
        return [one.replace(word=f"{name}={one.word}") for one in _values(named[name], inner)]
    if current.startswith("-") and current != "-":
        return _option_words(options, context)
    found = list(_of_slot(verb, context))
    return [*found, *(_option_words(options, context) if current == "-" else ())]


def _of_slot(verb: Verb, context: Context) -> Iterator[Candidate]:
    """What fits the place of the word; where the place may stay empty, also what fits the next one."""
    places, number = slots(verb), len([word for word in context.words if "=" not in word])
    if context.current and number < len(places) - 1 and places[-1].choices[0] in SETTINGS:
        yield from candidates(places[-1].choices[0], context)
    while (slot := slot_at(places, number)) is not None:
        for choice in slot.choices:
            yield from candidates(choice, context)
        number += 1
        if number >= len(places) or not slot.optional:
            return


def _values(option: Option, context: Context) -> Iterable[Candidate]:
    """What an option may be given: by its name, or by what its help calls its value."""
    if option.name in KINDS:
        return KINDS[option.name](context)
    wanted = _wanted(option)
    return KINDS[wanted](context) if wanted in KINDS else ()


def _wanted(option: Option) -> str:
    """What the help of an option calls its value: `-d DOMAIN, --domain=DOMAIN`."""
    first = option.help.strip().split("  ")[0].split(",")[0].replace("=", " ").split()
    return first[1].strip("<>[]") if len(first) > 1 else ""


def _option_words(options: Iterable[Option], context: Context) -> Iterator[Candidate]:
    for option in options:
        about = _about(option)
        if option.name:
            yield Candidate(word=f"--{option.name}{'=' * (option.value and option.name != 'watch')}", about=about)
        if option.short and not context.current.startswith("--"):
            yield Candidate(word=f"-{option.letter}", about=about)


def _about(option: Option) -> str:
    """The text of an option's help, without how it is written."""
    parts = [part for part in option.help.replace("\n", "  ").split("  ") if part.strip()]
    return " ".join(part.strip() for part in parts[1:]).rstrip(".")
