"""Guest: one configuration as the rules see it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from xlpy.cstring import is_long, take_long
from xlpy.host import HostFacts
from xlpy.lint.secrets import Secrets
from xlpy.nodes import Atom, ListNode
from xlpy.source import Span
from xlpy.syntax import comments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.config import Loaded
    from xlpy.libxl import DeviceRecord
    from xlpy.nodes import Setting
    from xlpy.release import Release

    D = TypeVar("D", bound=DeviceRecord)

ANY_HOST = HostFacts(name="any", nodes=tuple(cpu // 64 for cpu in range(4096)))
"""What a file is read for where no host is described: CPUs and nodes enough for what any host has."""


class Guest:
    """A configuration that was read, its text, and the release and host that it is for."""

    def __init__(self, loaded: Loaded, release: Release, host: HostFacts | None = None) -> None:
        """HOST is None where nothing is known of it."""
        self.loaded = loaded
        self.release = release
        self.host = host
        self.source = loaded.source
        self.text = loaded.source.text
        self.entries = loaded.entries
        self.assignments = loaded.assignments
        self.config = loaded.config
        self.where = loaded.where
        self.kind = loaded.config.c_info.type
        self._numbers: dict[str, int | None] = {}

    @cached_property
    def comments(self) -> tuple[Span, ...]:
        """The places of the comments, from # to before the end of the line."""
        return tuple(comments(self.text))

    @cached_property
    def missing(self) -> Span:
        """The place of what is not there: that of the name, of the first setting, or the start of the text."""
        first = self.assignments[0].name_span if self.assignments else Span(0, 0)
        return self.entries["name"].value_span if "name" in self.entries else first

    @cached_property
    def secrets(self) -> Secrets:
        """What of it must not be shown."""
        return Secrets(self)

    def assignments_of(self, name: str) -> list[Setting]:
        """All assignments to a key, in order."""
        return [setting for setting in self.assignments if setting.name == name]

    def atom(self, name: str) -> Atom | None:
        """The single value of a key; None when it is unset or a list."""
        entry = self.entries.get(name)
        return entry.value if entry is not None and isinstance(entry.value, Atom) else None

    def value(self, name: str) -> str | None:
        """The text of the single value of a key."""
        atom = self.atom(name)
        return None if atom is None else atom.text

    def number(self, name: str) -> int | None:
        """The number that xl reads; None where it reads none."""
        if name not in self._numbers:
            self._numbers[name] = self._number(name)
        return self._numbers[name]

    def _number(self, name: str) -> int | None:
        atom = self.atom(name)
        taken = None if atom is None or self.entries[name].appended else take_long(atom.text, self.release)
        return taken[0] if taken is not None and not taken[1] and is_long(taken[0]) else None

    def atoms(self, name: str) -> Iterator[Atom]:
        """The texts in the list of a key, up to a list in it, where xl ends."""
        entry = self.entries.get(name)
        if entry is not None and isinstance(entry.value, ListNode):
            for item in entry.value.items:
                if not isinstance(item, Atom):
                    return
                yield item

    def span(self, name: str) -> Span:
        """Where the value of a key stands that is set."""
        return self.entries[name].value_span

    def devices(self, record: type[D]) -> Iterator[tuple[str, D]]:
        """The devices of a class that xl takes, each with its prefix in `where`: disk[0]."""
        for index, device in enumerate(self.config.devices_of(record)):
            yield f"{record.KIND}[{index}]", device

    def place(self, path: str, *others: str) -> Span:
        """Where the first of these fields was written that was; raises KeyError when none was."""
        return next(self.where[one] for one in (path, *others) if one in self.where)
