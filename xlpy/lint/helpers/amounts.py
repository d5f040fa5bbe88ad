"""The number that somebody meant who wrote no number: 64M, yes, 2.0, 1 024."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.lint.helpers.keyed import is_numeric, is_switch

if TYPE_CHECKING:
    from xlpy.vocabulary import Key

_ON = frozenset({"yes", "true", "on", "enable", "enabled", "y", "t"})
_OFF = frozenset({"no", "false", "off", "disable", "disabled", "none", "n", "f"})
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)[ \t]*([kmgt])(?:i?b|ytes)?", re.IGNORECASE)
_FLOAT = re.compile(r"([0-9]+)\.0*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ _,'][0-9]{3})+")
_PLAIN = re.compile(r"-?(?:0x[0-9a-fA-F]+|[0-9]+)")
_POWERS = {"k": 10, "m": 20, "g": 30, "t": 40}
_UNITS = {"KiB": 10, "MiB": 20}


def is_switch_word(text: str) -> bool:
    """Whether the text is a word for on or off."""
    return text.lower() in _ON | _OFF


def switched(text: str) -> str:
    """1 or 0 for a word that says on or off, empty for any other; for a place where xl takes a number."""
    return str(int(text.lower() in _ON)) if is_switch_word(text) else ""


def is_size(text: str) -> bool:
    """Whether the text is a number with a unit of memory behind it."""
    return _SIZE.fullmatch(text) is not None


def number_meant(text: str, key: Key) -> str:
    """The digits that say what a text means as the value of a key of numbers; empty where that is not known."""
    text = text.strip()
    if not is_numeric(key):
        return ""
    if is_switch(key) and is_switch_word(text):
        return str(int(text.lower() in _ON))
    if _PLAIN.fullmatch(text):
        return _decimal(text)
    if match := _FLOAT.fullmatch(text):
        return _decimal(match[1])
    if _GROUPED.fullmatch(text):
        return re.sub("[^0-9]", "", text)
    return _sized(text, key)


def _decimal(text: str) -> str:
    return text.lower() if "x" in text.lower() else str(int(text)) if len(text) < 40 else ""


def _sized(text: str, key: Key) -> str:
    """A size in the unit of the key, where it is a whole number of that."""
    match = _SIZE.fullmatch(text)
    if match is None or key.unit not in _UNITS or len(text) > 40:
        return ""
    number, exponent = float(match[1]), _POWERS[match[2].lower()] - _UNITS[key.unit]
    value = number * 2.0**exponent
    return str(int(value)) if value == int(value) else ""
