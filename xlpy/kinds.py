"""The kinds of values that keys of xl.cfg take."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

from xlpy.cstring import as_int, same_word
from xlpy.release import Release
from xlpy.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlpy.nodes import Atom
    from xlpy.reader import Reader
    from xlpy.vocabulary import Key

KIB_PER_MIB = 1024

STRING = Kind(name="string", read=lambda reader, name: reader.text(name))
INTEGER = Kind(name="integer", read=lambda reader, name: reader.integer(name))
BOOLEAN = Kind(name="boolean", read=lambda reader, name: reader.boolean(name))
LIST = Kind(name="list", read=lambda reader, name: reader.items(name))
STRINGS = Kind(name="list of strings", read=lambda reader, name: _texts(reader.atoms(name)))
STRING_OR_LIST = Kind(name="string or list of strings", read=lambda reader, name: reader.text(name, quiet=True))


def _texts(atoms: tuple[Atom, ...] | None) -> tuple[str, ...] | None:
    return None if atoms is None else tuple(atom.text for atom in atoms)


def _mib(reader: Reader, name: str) -> int | None:
    number = reader.integer(name)
    return None if number is None else number * KIB_PER_MIB


MIB = Kind(name="integer", read=_mib)


class Choice(Kind):
    """A word out of a closed set; `values` maps what is written to libxl's name for it."""

    values: Mapping[str, str]
    since: Mapping[str, str] = MappingProxyType({})
    """Release in which a word came, where that is not the release of the key."""
    until: Mapping[str, str] = MappingProxyType({})
    """Last release that takes a word."""

    def words(self, release: Release) -> dict[str, str]:
        """What a release of xl takes."""
        return {
            word: value
            for word, value in self.values.items()
            if (word not in self.since or Release.parse(self.since[word]) <= release)
            and (word not in self.until or release <= Release.parse(self.until[word]))
        }


def choice(
    values: Mapping[str, str],
    message: str,
    code: str,
    *,
    fold: bool = False,
    quiet: bool = False,
    status: int = 1,
    since: Mapping[str, str] = MappingProxyType({}),
    until: Mapping[str, str] = MappingProxyType({}),
) -> Choice:
    """A kind for a whole word; MESSAGE is xl's, with {value} and {name} in it, FOLD takes it in any case.

    QUIET is for keys of which xl passes over a list without a word, STATUS what it exits with for another word.
    """

    def read(reader: Reader, name: str) -> str | None:
        text = quiet_text(reader, name) if quiet else reader.text(name)
        if text is None:
            return None
        value = words(reader.release).get(same_word(text) if fold else text)
        if value is None:
            reader.refuse(code, message.format(value=text, name=name), key=name, status=status)
        return value

    kind = Choice(name="word", read=read, values=values, since=since, until=until)
    words = cache(kind.words)
    return kind


def enum(literal: Any, message: str, code: str, **options: Any) -> Choice:
    """A kind for the names of one of libxl's enumerations, in any case."""
    return choice({name: name for name in get_args(literal)}, message, code, fold=True, **options)


def quiet_text(reader: Reader, name: str) -> str | None:
    """A string, for keys of which xl passes over a list without a word."""
    text = reader.text(name, quiet=True)
    if text is None:
        reader.overlook(name)
    return text


def quiet_integer(reader: Reader, name: str) -> int | None:
    """A number, for keys of which xl passes over anything else without a word."""
    number = reader.integer(name, quiet=True)
    if number is None:
        reader.overlook(name)
    return number


QUIET_INTEGER = Kind(name="integer", read=quiet_integer)


def string_or_list(single: str, several: str) -> Callable[[Reader, Key], None]:
    """A reading that puts a list into one field and a single value into another."""

    def read(reader: Reader, key: Key) -> None:
        atoms = reader.atoms(key.name, quiet=True)
        value: Any = reader.text(key.name) if atoms is None else tuple(atom.text for atom in atoms)
        if value is not None:
            reader.put(single if atoms is None else several, value, key.name)

    return read


def numbered(literal: Any, *, first: int = 0, deprecated: bool = False) -> Choice:
    """A kind for the names of one of libxl's enumerations, or their numbers; the first name has the number FIRST."""
    message, code = 'ERROR: invalid value {value} for "{name}"', "unknown-mode"
    named = enum(literal, message.replace("{value}", '"{value}"'), code)
    names = dict(enumerate(named.values, first))

    def read(reader: Reader, name: str) -> str | None:
        number = reader.integer(name, quiet=True)
        if number is None:
            word: str | None = named.read(reader, name)
            return word
        if deprecated:
            _discourage_number(reader, name, names.get(as_int(number)))
        if number >= 0 and number in names:
            return names[number]
        reader.refuse(code, message.format(value=number, name=name), key=name)
        return None

    return Choice(name="word or number", read=read, values=named.values)


def _discourage_number(reader: Reader, name: str, word: str | None) -> None:
    example = f'{name}="{word}"' if word else ""
    line = f'WARNING: specifying "{name}" as an integer is deprecated. Please use the named parameter variant. '
    if example:
        line += f"e.g. {example}"
    reader.remark("number-for-mode", f"{name} as a number is deprecated", line, key=name, advice=f"write {example}")
