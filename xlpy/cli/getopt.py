"""Options as glibc's getopt_long reads them for xl: clusters, attached values, `--`, abbreviated long names.

xl's own options are read with a `+`, and that mode stays on for the verb's: the first word that is not an option
ends them. The Python standard library's getopt lacks the rules for ambiguous names and the errors that xl shows.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.cli.verb import Option

LONG = "\0"
"""The letter that getopt blames for a long option that it does not know."""


class BadOptionError(Exception):
    """An unknown option, a value too many, or a missing one; `letter` is getopt's optopt."""

    def __init__(self, letter: str) -> None:
        super().__init__(letter)
        self.letter = letter


class Getopt:
    """Iterates over (letter, value) for each option; then `rest` holds the words after the options."""

    def __init__(self, words: list[str], options: tuple[Option, ...]) -> None:
        """OPTIONS are those that are known; words before the options are for the caller to take off."""
        self.rest = list(words)
        self._letters = {option.letter: option for option in options if option.short}
        self._names = {option.name: option for option in options if option.name}

    def __iter__(self) -> Iterator[tuple[str, str]]:
        while self.rest and self.rest[0].startswith("-") and self.rest[0] != "-":
            word = self.rest.pop(0)
            if word == "--":
                return
            if word.startswith("--") and self._names:
                yield self._long(word[2:])
            else:
                yield from self._cluster(word[1:])

    def _cluster(self, letters: str) -> Iterator[tuple[str, str]]:
        while letters:
            letter, letters = letters[0], letters[1:]
            option = self._letters.get(letter)
            if option is None:
                raise BadOptionError(letter)
            if option.value:
                yield letter, letters or self._value(option)
                return
            yield letter, ""

    def _long(self, text: str) -> tuple[str, str]:
        name, given, value = text.partition("=")
        option = self._named(name)
        if given and not option.value:
            raise BadOptionError(option.letter)
        if option.value and not given:
            value = self._value(option)
        return option.letter, value

    def _named(self, name: str) -> Option:
        """The option of this name, or whose name alone begins so; names for the same letter do not compete."""
        if name in self._names:
            return self._names[name]
        found = {option.letter: option for full, option in self._names.items() if full.startswith(name)}
        if len(found) != 1:
            raise BadOptionError(LONG)
        return next(iter(found.values()))

    def _value(self, option: Option) -> str:
        if not self.rest:
            raise BadOptionError(option.letter)
        return self.rest.pop(0)
