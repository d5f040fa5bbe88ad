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
        """`4.20` -> Release; ValueError for anything but MAJOR.MINOR."""
        if text not in _PARSED:
            major, _, minor = text.partition(".")
            if not (major.isdecimal() and minor.isdecimal()):
                raise ValueError(f"not a Xen release: {text!r} (give it like 4.20)")
            _PARSED[text] = cls(int(major), int(minor))
        return _PARSED[text]

    def __str__(self) -> str:
        return f"{self[0]}.{self[1]}"


_PARSED: dict[str, Release] = {}

COMPARED = (Release(4, 17), Release(4, 20))
"""The releases that are compared with the real xl."""

DEFAULT = Release(4, 20)
