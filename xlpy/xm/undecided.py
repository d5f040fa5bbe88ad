"""What a program's text alone does not tell, and why: causes, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.record import Record

if TYPE_CHECKING:
    from xlpy.source import Span

WRITE_IT = "write the value in its place"


class Cause(NamedTuple):
    """Why a value is not known; `name` is the variable that --define could give, if there is one."""

    summary: str
    span: Span
    name: str = ""
    way_out: str = WRITE_IT

    @property
    def advice(self) -> str:
        """The way out, for a diagnostic."""
        return self.way_out + (f", or give it with --define {self.name}=VALUE" if self.name else "")


class Undecided(Record):
    """Stands for a value that is not known."""

    causes: tuple[Cause, ...]


class UndecidedError(Exception):
    """An expression has no known value."""

    def __init__(self, *causes: Cause) -> None:
        super().__init__()
        self.causes = causes


class UnknownNameError(UndecidedError):
    """A name is used that the file has not set: xm has it only from its command line."""


class TooMuchError(Exception):
    """The program would take more time or memory than a guest file has a right to."""
