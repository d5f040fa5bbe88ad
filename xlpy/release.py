"""Release: the version of Xen whose xl is followed."""

from __future__ import annotations


class Release(tuple[int, int]):
    """A Xen release such as 4.20; releases compare by age."""

    __slots__ = ()

    def __new__(cls, major: int, minor: int) -> Release:
        """Release(4, 20) is Xen 4.20."""
        return super().__new__(cls, (major, minor))

    @classmethod
    def parse(cls, text: str) -> Release:
        """`4.20` -> Release; ValueError for anything but MAJOR.MINOR of a release that has an xl."""
        if text not in _PARSED:
            major, _, minor = text.partition(".")
            if not (text.isascii() and major.isdecimal() and minor.isdecimal()):
                raise ValueError(f"not a Xen release: {text!r} (give it like 4.20)")
            release = cls(int(major), int(minor))
            if not FIRST <= release <= LAST:
                raise ValueError(f"there is no xl of Xen {text} to follow: give a release from {FIRST} to {LAST}")
            _PARSED[text] = release
        return _PARSED[text]

    def __str__(self) -> str:
        return f"{self[0]}.{self[1]}"


_PARSED: dict[str, Release] = {}

COMPARED = (Release(4, 17), Release(4, 20))
"""The releases that are compared with the real xl."""

DEFAULT = Release(4, 20)

FIRST, LAST = Release(4, 1), Release(4, 23)
"""The oldest with an xl, and the one that is in the making."""
