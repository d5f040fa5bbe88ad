"""Amounts of memory as xl reads them on the command line."""

from __future__ import annotations

_SHIFTS = {"t": 30, "g": 20, "m": 10, "": 10, "k": 0, "b": -10}
"""From the unit to KiB."""
_LLONG = 2**63


def parse_kib(text: str) -> int | None:
    """A number with one letter b, k, m, g or t behind it (none: MiB) as KiB; None for what xl refuses."""
    from xlpy.cstring import take_long_long

    number, unit = take_long_long(text)
    shift = _SHIFTS.get(unit.lower())
    if shift is None:
        return None
    kib = (number or 0) << shift if shift >= 0 else (number or 0) >> -shift
    kib = (kib + _LLONG) % (2 * _LLONG) - _LLONG
    return None if kib == -1 else kib
