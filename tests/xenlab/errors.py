"""How a lab fails."""

from __future__ import annotations


class NoLabError(Exception):
    """There can be no lab on this machine; the text says why in one line."""


class LabError(Exception):
    """A lab that should work does not; the text says what happened and where to look."""
