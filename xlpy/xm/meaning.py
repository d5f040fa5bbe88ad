"""What a variable of an xm file means to xl: settings, and what there is to say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xlpy.diagnostic import Severity
from xlpy.record import Record
from xlpy.xm.undecided import Undecided, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = int | str | list[Any]


class Setting(NamedTuple):
    """KEY = VALUE of xl.cfg."""

    key: str
    value: Value


class Remark(NamedTuple):
    """A finding about a variable; its place is that of the variable's value, or of an item in it, counted from 0."""

    code: str
    severity: Severity
    summary: str
    advice: str = ""
    item: int | None = None


class Meaning(Record):
    """The settings that come of a variable, comments that stand above them, and findings."""

    settings: tuple[Setting, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


class NoMeaningError(Exception):
    """A value that xl cannot have; the text says why."""


class Guest(NamedTuple):
    """The variables of an xm file, as one world has them, and which of them it sets as keys."""

    names: Mapping[str, Any]
    keys: frozenset[str]

    @property
    def is_hvm(self) -> bool:
        """Whether the guest is fully virtualized."""
        return "hvm" in (self.names.get("builder"), self.names.get("type"))

    def has(self, name: str) -> bool:
        """Whether the file sets a key itself."""
        return name in self.keys and name in self.names

    def get(self, name: str) -> Any:
        """The value of a key, None where the file does not set it; UndecidedError where it is not known."""
        value = self.names[name] if self.has(name) else None
        if isinstance(value, Undecided):
            raise UndecidedError(*value.causes)
        return value


def as_xl(value: Any) -> Value | None:
    """A value as xl.cfg has it, None for None; NoMeaningError for what it cannot say."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        if not value.is_integer():
            raise NoMeaningError(f"xl takes whole numbers, and this is {value}")
        return int(value)
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, list | tuple):
        return [item for item in map(as_xl, value) if item is not None]
    raise NoMeaningError("xl has no values of this kind")


def plainly(key: str, value: Any) -> Meaning:
    """KEY = VALUE, as it is; None says nothing."""
    said = as_xl(value)
    return Meaning(notes=(f"{key} is None: left out",)) if said is None else Meaning(settings=(Setting(key, said),))


def left_out(name: str, why: str, advice: str = "", *, severity: Severity = Severity.WARNING) -> Meaning:
    """A variable that says nothing to xl."""
    summary = f"{name} is left out: {why}"
    said = f"{summary} ({advice})" if advice and severity >= Severity.WARNING else summary
    return Meaning(notes=(said,), remarks=(Remark("left-out", severity, summary, advice),))


def silently(name: str, why: str) -> Meaning:
    """A variable that is left out and changes nothing."""
    return Meaning(notes=(f"{name} is left out: {why}",))
