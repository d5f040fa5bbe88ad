"""Release: the version of Xen whose xl is followed."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Release(NamedTuple):
    """A Xen release such as 4.20; releases compare by age."""

    major: int
    minor: int

    @classmethod
    @cache
    def parse(cls, text: str) -> Release:
        """`4.20` -> Release; ValueError for anything but MAJOR.MINOR."""
        major, _, minor = text.partition(".")
        if not (major.isdecimal() and minor.isdecimal()):
            raise ValueError(f"not a Xen release: {text!r} (give it like 4.20)")
        return cls(int(major), int(minor))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


COMPARED = (Release(4, 17), Release(4, 20))
"""The releases that are compared with the real xl."""

DEFAULT = Release(4, 20)
