"""What xl's calls of the C library make of a text: they take what fits from its start, and ignore the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlpy.release import Release

BLANKS = " \t\n\v\f\r"
"""What isspace takes for white space."""

_UINT = 2**32
_LONG_MAX = 2**63 - 1
ULONG_MAX = 2**64 - 1
_DECIMAL = re.compile(r"[ \t\n\v\f\r]*([-+]?)([0-9]+)")
_ANY_BASE = re.compile(r"[ \t\n\v\f\r]*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_ANY_BASE_OR_BINARY = re.compile(_ANY_BASE.pattern.replace("(0[xX]", "(0[bB][01]+|0[xX]"))
_HEX = re.compile(r"[ \t\n\v\f\r]*([-+]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)")
_PATTERNS = {0: _ANY_BASE, 10: _DECIMAL, 16: _HEX}
_BASES = {"b": 2, "x": 16}
_BINARY_SINCE = (4, 20)
"""The first release that is built with a C library which knows 0b101; only libxl and libxlu are."""
_BEYOND = 2 * ULONG_MAX
_LONGEST = 40
"""Longer numbers are beyond all limits, whatever their digits."""

_RESOLUTION = re.compile(r"[ \t\n\v\f\r]*([-+]?[0-9]+)(?:x[ \t\n\v\f\r]*([-+]?[0-9]+))?")


def as_int(number: int) -> int:
    """A number as a C int keeps it."""
    number %= _UINT
    return number - _UINT if number >= _UINT // 2 else number


def atoi(text: str) -> int:
    """A decimal int; 0 where there is none."""
    number = _decimal(_DECIMAL.match(text))
    return as_int(max(-_LONG_MAX - 1, min(_LONG_MAX, number)))


def strtoul(text: str) -> int:
    """An unsigned long in base 10, 16 (0x) or 8 (0); 0 where there is none. Negative numbers wrap."""
    return _unsigned(_any_base(_ANY_BASE.match(text)))


def take_long(text: str, release: Release) -> tuple[int, str] | None:
    """The number at the start of the text as libxlu's getters read it, and the rest; None where there is none.

    It may be too large for a long.
    """
    if text.isdecimal() and text.isascii() and text[0] != "0" and len(text) < _LONGEST:
        return int(text), ""
    match = libxl_number(release).match(text)
    return (_any_base(match), text[match.end() :]) if match else None


def is_long(number: int) -> bool:
    """Whether a number fits into a C long."""
    return -_LONG_MAX - 1 <= number <= _LONG_MAX


def overflows(text: str, base: int, signed: bool) -> bool:
    """Whether the number at the start of the text does not fit into a long or an unsigned long."""
    match = _PATTERNS[base].match(text)
    number = 0 if match is None else _any_base(match) if base == 0 else _signed(match[1], match[2], base)
    return not is_long(number) if signed else abs(number) > ULONG_MAX


def take_number(text: str, release: Release) -> tuple[int, str] | None:
    """The unsigned long at the start of the text as libxl reads it, and the rest; None where there is none."""
    match = libxl_number(release).match(text)
    return (_unsigned(_any_base(match)), text[match.end() :]) if match else None


def take_ulong(text: str, base: int = 0) -> tuple[int, str] | None:
    """The unsigned long in base 10, 16 or any (0) at the start of the text, and the rest; None where there is none."""
    match = _PATTERNS[base].match(text)
    if match is None:
        return None
    number = _any_base(match) if base == 0 else _signed(match[1], match[2], base)
    return _unsigned(number), text[match.end() :]


def take_long_long(text: str) -> tuple[int | None, str]:
    """The decimal long long at the start of the text (cut to what fits) and the rest; None where there is none."""
    match = _DECIMAL.match(text)
    if match is None:
        return None, text
    return max(-_LONG_MAX - 1, min(_LONG_MAX, _decimal(match))), text[match.end() :]


def strtol(text: str) -> int:
    """A decimal long as a C int keeps it; 0 where there is none."""
    return as_int(take_long_long(text)[0] or 0)


def parse_ulong(text: str) -> int:
    """A decimal unsigned long, as xl wants it to be one; ValueError in its words."""
    match = _DECIMAL.match(text)
    number = _unsigned(_decimal(match))
    if match is None or number == ULONG_MAX:
        raise ValueError(f'xl: failed to convert "{text}" to number')
    return number


def scan_resolution(text: str) -> tuple[int, ...] | None:
    """What sscanf reads with %ux%u: as many of both numbers as fit; None where the text is blank."""
    if not text.strip(BLANKS):
        return None
    match = _RESOLUTION.match(text)
    numbers = match.groups() if match else ()
    return tuple(_unsigned(_decimal(_DECIMAL.match(number))) % _UINT for number in numbers if number is not None)


def split_pair(text: str, separator: str, release: Release) -> tuple[str, str] | None:
    """NAME and VALUE around the separator; None where one is missing.

    Up to Xen 4.17 separators in front are skipped and a second one ends the value; later the first one separates.
    """
    if release < (4, 18):
        parts = [part for part in text.split(separator) if part]
        return (parts[0], parts[1]) if len(parts) > 1 else None
    name, _, value = text.partition(separator)
    return (name, value) if value else None


def same_word(text: str) -> str:
    """The text for a comparison without regard to case, as strcasecmp compares: only of ASCII letters."""
    return text.lower() if text.isascii() else text


def _decimal(match: re.Match[str] | None) -> int:
    return _signed(match[1], match[2], 10) if match else 0


def libxl_number(release: Release) -> re.Pattern[str]:
    """What libxl and libxlu take for a number in any base."""
    return _ANY_BASE if release < _BINARY_SINCE else _ANY_BASE_OR_BINARY


def _any_base(match: re.Match[str] | None) -> int:
    if match is None:
        return 0
    sign, digits = match.groups()
    base = _BASES.get(digits[1:2].lower())
    if base:
        return _signed(sign, digits[2:], base)
    return _signed(sign, digits, 8 if digits.startswith("0") else 10)


def _signed(sign: str, digits: str, base: int) -> int:
    significant = digits.lstrip("0")
    number = int(significant or "0", base) if len(significant) < _LONGEST else _BEYOND
    return -number if sign == "-" else number


def _unsigned(number: int) -> int:
    return number % (ULONG_MAX + 1) if abs(number) <= ULONG_MAX else ULONG_MAX
