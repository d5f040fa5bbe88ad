"""Logical volumes: the names under which one of them is known."""

from __future__ import annotations

import re

_SAME_FOLDER = re.compile(r"/(?:\.?/)+")
_MAPPED = re.compile(r"/dev/mapper/((?:[^-/]|--)+)-((?:[^-/]|--)+)")
"""The device mapper doubles the hyphens in the names of group and volume, and puts one between them."""


def one_name(path: str) -> str:
    """A path in one form: of a logical volume /dev/GROUP/VOLUME, not the name that the device mapper gives it."""
    path = _SAME_FOLDER.sub("/", path)
    mapped = _MAPPED.fullmatch(path)
    return f"/dev/{mapped[1]}/{mapped[2]}".replace("--", "-") if mapped else path
