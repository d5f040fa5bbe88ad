"""The JSON Schema of a guest's configuration in the terms of xl.cfg, from the declarations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from xlpy import syntax, vocabulary
from xlpy.cstring import libxl_number
from xlpy.kinds import Choice
from xlpy.libxl_schema import DIALECT
from xlpy.release import DEFAULT, Release
from xlpy.source import Source
from xlpy.syntax import ListNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlpy.reader import Entry
    from xlpy.syntax import Value
    from xlpy.vocabulary import Key, Token

_TEXT = {"type": ["string", "integer"]}
"""Text; a bare number is text, too."""
_PLAIN = re.compile("-?[1-9][0-9]{0,4000}|0")
_UNSAID = ("unset", "(mandatory)")


def config_schema(release: Release = DEFAULT) -> dict[str, Any]:
    """The schema of a configuration: an object with a property for each key that xl of RELEASE knows."""
    keys = sorted((key for key in vocabulary.all_keys() if _known(key.since, release)), key=lambda key: key.name)
    tokens = _tokens(release)
    return {
        "$schema": DIALECT,
        "title": f"The configuration of a guest of Xen {release}",
        "description": "The settings of an xl.cfg file: names and values as they are written there.",
        "type": "object",
        "properties": {key.name: _property(key, tokens.get(key.name), release) for key in keys},
        "required": [key.name for key in keys if key.default == "(mandatory)"],
        "additionalProperties": False,
    }


def as_data(entries: Mapping[str, Entry]) -> dict[str, Any]:
    """The settings of a text (`Loaded.entries`) as plain data, which the schema describes."""
    return {name: _data(entry.value) for name, entry in entries.items()}


def value_of(text: str) -> Any:
    """A value as it is written in a file, as plain data; ValueError where it is none."""
    parsed = syntax.parse(Source("", f"value = {text}\n"))
    if parsed.diagnostics:
        raise ValueError(f"not a value: {text}")
    return _data(parsed.settings[0].value)


def _data(value: Value) -> Any:
    """A number stays text where it would not be written in the same way again."""
    if isinstance(value, ListNode):
        return [_data(item) for item in value.items]
    is_number = not value.quoted and _PLAIN.fullmatch(value.text)
    return int(value.text) if is_number else value.text


def _known(since: str, release: Release) -> bool:
    return Release.parse(since) <= release


def _tokens(release: Release) -> dict[str, dict[str, Any]]:
    """The words of specs by key: a module's words belong to the key of the module's name."""
    return {
        module.__name__.rpartition(".")[2]: {
            token.name: _token(token) for token in module.TOKENS if token.known_to(release)
        }
        for module in vocabulary.modules()
        if hasattr(module, "TOKENS")
    }


def _token(token: Token) -> dict[str, Any]:
    described = {"description": token.doc, "form": token.form, "since": token.since}
    values = [value for value in token.values if value]
    return described | ({"values": values} if values else {}) | ({"example": token.good} if token.good else {})


def _property(key: Key, tokens: dict[str, Any] | None, release: Release) -> dict[str, Any]:
    text = _TEXT if tokens is None else {"type": "string", "x-tokens": tokens}
    examples = [value_of(example) for example in key.good]
    default = _default(key.default)
    return {
        "description": key.doc,
        **_type(key, text, [*examples, *default.values()], release),
        **default,
        "examples": examples,
        "x-guests": list(key.guests),
        "x-since": key.since,
        **({"x-unit": key.unit} if key.unit else {}),
        **({"x-libxl-field": key.field} if key.field else {}),
        **({"x-secret": True} if key.secret else {}),
        **({"deprecated": True, "x-instead": key.deprecated} if key.deprecated else {}),
    }


def _default(text: str) -> dict[str, Any]:
    """A default that is a value as such, any other as text."""
    if text in _UNSAID:
        return {}
    try:
        return {"default": value_of(text)}
    except ValueError:
        return {"x-default": text}


def _type(key: Key, text: dict[str, Any], seen: list[Any], release: Release) -> dict[str, Any]:
    """What a kind of values takes, by its name in the manual; SEEN are values of which it is known that it does."""
    if isinstance(key.kind, Choice):
        return _words(key.kind, seen, release)
    number = _number(release)
    types = {
        "string": text,
        "integer": number,
        "boolean": number,
        "list": {"type": "array", "items": _item(text, seen)},
        "list of strings": {"type": "array", "items": text},
        "string or list of strings": {"anyOf": [text, {"type": "array", "items": text}]},
    }
    return types[key.kind.name]


def _number(release: Release) -> dict[str, Any]:
    """A number, or text that C takes for one."""
    return {"type": ["integer", "string"], "pattern": f"^{libxl_number(release).pattern}$"}


def _words(kind: Choice, seen: list[Any], release: Release) -> dict[str, Any]:
    """The words, and numbers where they are words, too, or stand for some."""
    words: list[Any] = list(kind.words(release))
    words += [int(word) for word in words if word.isdecimal()]
    numbers = kind.name != "word" or any(isinstance(value, int) and value not in words for value in seen)
    return {"anyOf": [{"enum": words}, _number(release)]} if numbers else {"enum": words}


def _item(text: dict[str, Any], seen: list[Any]) -> dict[str, Any]:
    """The items of a list are lists themselves where they are so in its examples."""
    items = (item for value in seen if isinstance(value, list) for item in value)
    return {"type": "array", "items": text} if any(isinstance(item, list) for item in items) else text
