"""Text of values as Python 2 writes them: str, repr, the % operator and format."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from xlpy.xm.limits import WIDEST_FIELD, TooLargeError, check_length

_DIRECTIVE = re.compile(r"%(?:\((?P<name>[^()]*)\))?(?P<form>[-+ #0]*[0-9]*(?:\.[0-9]*)?)[hlL]?(?P<kind>.)", re.DOTALL)
_DIGITS = re.compile(r"[0-9]+")
_POINT = re.compile(r"[.en]")
_FIELD = re.compile(r"[0-9]*|[A-Za-z_]\w*")
_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?#?0?[0-9]*,?(?:\.[0-9]+)?[bcdeEfFgGnosxX%]?", re.DOTALL)
_NUMBERS = "diuxXoeEfFgG"


def to_str(value: Any) -> str:
    """What str() gives; TypeError for lists and the like, whose text differs between releases of Python."""
    if isinstance(value, float):
        text = f"{value:.12g}"
        return text if _POINT.search(text) else f"{text}.0"
    if value is None or isinstance(value, str | int):
        return str(value)
    raise TypeError("the text of such a value depends on the release of Python")


def to_repr(value: Any) -> str:
    """What repr() gives, for plain text and numbers."""
    if isinstance(value, str) and not value.isascii():
        raise TypeError("the text of such a value depends on the release of Python")
    return repr(value) if isinstance(value, str | float) else to_str(value)


def percent(form: str, given: Any) -> str:
    """FORM % GIVEN; TypeError or ValueError where they do not fit."""
    values = _Values(given)
    text = _DIRECTIVE.sub(values.put, form)
    if "%" in _DIRECTIVE.sub("", form) or not values.all_used():
        raise TypeError("the values do not fit the text before %")
    return text


class _Values:
    """The values right of a %, each used once in order, or by name."""

    def __init__(self, given: Any) -> None:
        self.given = given
        self.waiting = list(given if isinstance(given, tuple) else (given,))[::-1]
        self.length = 0

    def put(self, found: re.Match[str]) -> str:
        """The text of one directive."""
        text = "%" if found["kind"] == "%" else _directed(found["form"], found["kind"], self._value(found["name"]))
        self.length += len(text)
        check_length(self.length)
        return text

    def _value(self, name: str | None) -> Any:
        if name is not None:
            return self.given[name]
        if not self.waiting:
            raise TypeError("there are fewer values than the text before % asks for")
        return self.waiting.pop()

    def all_used(self) -> bool:
        """A dictionary may hold more than is asked for."""
        return not self.waiting or isinstance(self.given, Mapping)


def _directed(form: str, kind: str, value: Any) -> str:
    """One value by one directive."""
    _check_width(form)
    if kind in "sr":
        return f"%{form}s" % (to_str(value) if kind == "s" else to_repr(value))
    if kind in _NUMBERS and isinstance(value, int | float):
        number = int(value) if kind in "diuxXo" else value
        return str(f"%{form}{kind}" % number)
    if kind == "c" and (value in range(128) if isinstance(value, int) else isinstance(value, str)):
        return str(f"%{form}c" % value)
    raise TypeError(f"the value does not fit %{kind}")


def _check_width(form: str) -> None:
    if any(len(digits) > 5 or int(digits) > WIDEST_FIELD for digits in _DIGITS.findall(form)):
        raise TooLargeError("the field is too wide")


def formatted(form: str, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """FORM.format(...), with plain fields only."""
    pieces: list[str] = []
    count = length = 0
    for literal, field, spec, conversion in string.Formatter().parse(form):
        pieces.append(literal)
        if field is not None:
            if not _FIELD.fullmatch(field):
                raise TypeError("a field is more than a name or a number")
            key = field or str(count)
            count += not field
            value = arguments[int(key)] if key.isdigit() else named[key]
            pieces.append(in_field(value, spec or "", conversion or ""))
        length += sum(map(len, pieces[-2:]))
        check_length(length)
    return "".join(pieces)


def in_field(value: Any, spec: str, conversion: str) -> str:
    """A value in a field of format, or of an f-string."""
    if not _SPEC.fullmatch(spec) or not isinstance(value, str | int | float):
        raise TypeError("the field holds more than text and numbers")
    _check_width(spec)
    if conversion:
        value = to_repr(value) if conversion == "r" else to_str(value)
    return format(value, spec) if spec else to_str(value)
