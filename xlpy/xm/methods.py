"""The methods of texts, lists and dictionaries that a configuration may call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.xm.formatting import formatted
from xlpy.xm.limits import WIDEST_FIELD, TooLargeError, check_length

if TYPE_CHECKING:
    from collections.abc import Callable

_ANY_TEXT = frozenset({"endswith", "format", "join", "replace", "startswith"})
"""What does not ask how many bytes a character has: Python 2 counts bytes."""
_ASCII_TEXT = frozenset(
    (
        *("capitalize", "center", "count", "decode", "encode", "find", "index", "isalnum", "isalpha", "isdigit"),
        *("islower", "isspace", "istitle", "isupper", "ljust", "lower", "lstrip", "partition", "rfind", "rindex"),
        *("rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "strip", "swapcase", "title", "upper"),
        "zfill",
    )
)
_PADDING = frozenset({"center", "ljust", "rjust", "zfill"})
_CHANGING = frozenset({"append", "extend", "insert", "pop", "remove", "reverse", "setdefault", "sort", "update"})
_OF_LISTS = frozenset({"append", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"})
_OF_DICTS = frozenset({"copy", "get", "has_key", "items", "keys", "pop", "setdefault", "update", "values"})
_IN_NO_ORDER = frozenset({"items", "keys", "values"})


def changes(name: str) -> bool:
    """Whether a method of this name changes the list or dictionary that it belongs to."""
    return name in _CHANGING


def method(value: Any, name: str) -> Callable[..., Any] | None:
    """A method of a known value; None for what is not there."""
    if isinstance(value, str):
        return _of_text(value, name)
    if isinstance(value, list) and name in _OF_LISTS:
        return _sort(value) if name == "sort" else getattr(value, name)
    if isinstance(value, tuple) and name in {"count", "index"}:
        return value.count if name == "count" else value.index
    if isinstance(value, dict) and name in _OF_DICTS:
        return _of_dict(value, name)
    return None


def _of_text(value: str, name: str) -> Callable[..., Any] | None:
    if name in _ASCII_TEXT and not value.isascii():
        raise TypeError("Python 2 counts the bytes of such a text")
    if name == "join":
        return lambda items: _join(value, items)
    if name == "replace":
        return lambda *words: _replace(value, *words)
    if name == "format":
        return lambda *arguments, **named: formatted(value, arguments, named)
    if name in {"encode", "decode"}:
        return lambda *_: value
    if name in _PADDING:
        return lambda width, *fill: getattr(value, name)(_checked(width), *fill)
    return getattr(value, name) if name in _ASCII_TEXT | _ANY_TEXT else None


def _join(separator: str, items: Any) -> str:
    words = list(items)
    check_length(sum(map(len, words)) + len(separator) * len(words))
    return separator.join(words)


def _replace(text: str, old: str, new: str, *most: int) -> str:
    times = text.count(old) if old else len(text) + 1
    check_length(len(text) + times * len(new))
    return text.replace(old, new, *most)


def _checked(width: int) -> int:
    if width > WIDEST_FIELD:
        raise TooLargeError("the field is too wide")
    return width


def _sort(value: list[Any]) -> Callable[..., None]:
    def sort(*, reverse: bool = False) -> None:
        value.sort(reverse=reverse)

    return sort


def _of_dict(value: dict[Any, Any], name: str) -> Callable[..., Any]:
    if name in _IN_NO_ORDER:
        return lambda: _listed(value, name)
    if name == "has_key":
        return lambda key: key in value
    found: Callable[..., Any] = getattr(value, name)
    return found


def _listed(value: dict[Any, Any], name: str) -> list[Any]:
    if len(value) > 1:
        raise TypeError("the order of a dictionary depends on the release of Python: put it into sorted()")
    return list(getattr(value, name)())
