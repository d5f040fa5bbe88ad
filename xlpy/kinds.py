"""The kinds of values that keys of xl.cfg take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlpy.reader import Reader
    from xlpy.vocabulary import Key

KIB_PER_MIB = 1024

STRING = Kind(name="string", read=lambda reader, name: reader.text(name))
INTEGER = Kind(name="integer", read=lambda reader, name: reader.integer(name))
BOOLEAN = Kind(name="boolean", read=lambda reader, name: reader.boolean(name))
LIST = Kind(name="list", read=lambda reader, name: reader.items(name))
STRING_OR_LIST = Kind(name="string or list of strings", read=lambda reader, name: reader.text(name, quiet=True))


def _mib(reader: Reader, name: str) -> int | None:
    number = reader.integer(name)
    return None if number is None else number * KIB_PER_MIB


MIB = Kind(name="integer", read=_mib)


class Choice(Kind):
    """A word out of a closed set; `values` maps what is written to libxl's name for it."""

    values: Mapping[str, str]


def choice(values: Mapping[str, str], message: str, code: str) -> Choice:
    """A kind for a whole, case-sensitive word; MESSAGE is xl's, with {value} and {name} in it."""

    def read(reader: Reader, name: str) -> str | None:
        text = reader.text(name)
        if text is not None and text not in values:
            reader.refuse(code, message.format(value=text, name=name), key=name)
        return None if text is None else values.get(text)

    return Choice(name="word", read=read, values=values)


def string_or_list(single: str, several: str) -> Callable[[Reader, Key], None]:
    """A reading that puts a list into one field and a single value into another."""

    def read(reader: Reader, key: Key) -> None:
        atoms = reader.atoms(key.name, quiet=True)
        value: Any = reader.text(key.name) if atoms is None else tuple(atom.text for atom in atoms)
        if value is not None:
            reader.put(single if atoms is None else several, value, key.name)

    return read
