"""What the token of a spec makes of a text, and which text stands for a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.cstring import atoi, parse_ulong, same_word, strtoul
from xlpy.libxl import Struct
from xlpy.values import parse_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from xlpy.vocabulary import Token

FORMS: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "integer": atoi,
    "boolean": lambda text: atoi(text) != 0,
    "unsigned": strtoul,
    "switch": lambda text: strtoul(text) != 0,
    "count": parse_ulong,
    "uuid": parse_uuid,
}
"""What a value is made into, by the form of its token; ValueError where it does not fit.

Booleans are decimal numbers, switches also hexadecimal and octal ones; all but 0 is on.
"""


OVERFLOWS = {"integer": (10, True), "boolean": (10, True), "unsigned": (0, False), "switch": (0, False)}
"""How the forms of numbers are read: the base, and whether with a sign."""


def convert(token: Token, text: str) -> Any:
    """The value of a field; ValueError in xl's words where the text does not fit."""
    try:
        if token.values:
            return token.values[same_word(text) if token.form == "any case" else text]
        return FORMS[token.form](text)
    except (KeyError, ValueError) as error:
        raise ValueError(token.refusal.format(value=text) or str(error)) from None


def words(tokens: Iterable[Token], struct: Struct) -> Iterator[str]:
    """The words of a spec for what differs from the initial values; a field is written by its first token."""
    written: set[str] = set()
    for token in tokens:
        found, initial = _field(struct, token.field)
        if found == initial or token.field in written:
            continue
        if token.form == "flag":
            if found == token.sets:
                written.add(token.field)
                yield token.name
            continue
        written.add(token.field)
        yield f"{token.name}={_word(token, found)}"


def _field(struct: Any, path: str) -> tuple[Any, Any]:
    """The value of a field such as vnc.listen, and its initial value."""
    *parents, name = path.split(".")
    for parent in parents:
        struct = getattr(struct, parent, None)
    return getattr(struct, name, None), getattr(type(struct), name, None)


def _word(token: Token, value: Any) -> str:
    """The text of a value; a member of a union is known by its class."""
    for word, meant in token.values.items():
        if meant == value or (isinstance(meant, Struct) and type(meant) is type(value)):
            return word
    return str(int(value)) if isinstance(value, bool) else str(value)


def choices(token: Token) -> str:
    """Advice for a value that is none of a closed set."""
    return f"one of {', '.join(token.values)}" if token.values else ""
