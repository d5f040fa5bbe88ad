"""How much a program may do and hold: enough for any guest file, too little to do harm."""

from __future__ import annotations

from typing import Any

from xlpy.xm.undecided import TooMuchError

MOST_STEPS = 200_000
LONGEST_TEXT = 1 << 16
LONGEST_LIST = 10_000
WIDEST_FIELD = 4096
MOST_BITS = 256
DEEPEST = 40
_CHARACTERS_A_STEP = 64


class TooLargeError(ValueError):
    """A value would be larger than any that belongs into a configuration."""


class Budget:
    """The steps that are left."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.steps = steps

    def spend(self, steps: int = 1) -> None:
        """Count steps; TooMuchError when there are none left."""
        self.steps -= steps
        if self.steps < 0:
            raise TooMuchError

    def weigh(self, value: Any, depth: int = 0) -> None:
        """Count what a value holds; TooLargeError where it is larger than it may be."""
        if isinstance(value, str):
            check_length(len(value))
            self.spend(len(value) // _CHARACTERS_A_STEP)
        elif isinstance(value, int) and value.bit_length() > MOST_BITS:
            raise TooLargeError("the number is too long")
        elif isinstance(value, list | tuple | dict):
            check_items(len(value), depth)
            self.spend(len(value))
            for item in value:
                self.weigh(item, depth + 1)
            for item in value.values() if isinstance(value, dict) else ():
                self.weigh(item, depth + 1)


def check_length(characters: int) -> None:
    """TooLargeError for a text that is too long."""
    if characters > LONGEST_TEXT:
        raise TooLargeError("the text is too long")


def check_items(items: int, depth: int = 0) -> None:
    """TooLargeError for a list that is too long, or lies too deep in others."""
    if items > LONGEST_LIST or depth > DEEPEST:
        raise TooLargeError("the list is too long, or too deep")
