"""The CPU lists of cpus and cpus_soft, item by item, with their places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlpy.cstring import take_ulong
from xlpy.nodes import Atom, ListNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.source import Span

AFFINITIES = ("cpus", "cpus_soft")
_ITEM = re.compile(r"(?P<not>\^?)(?P<node>nodes?:)?(?P<first>[0-9]+)(?:-(?P<last>[0-9]+))?")


class Item(NamedTuple):
    """One item between the commas of a CPU list, and where it stands."""

    text: str
    span: Span

    @property
    def last(self) -> int | None:
        """The last pCPU or node of a range that is well formed."""
        match = _ITEM.fullmatch(self.text)
        number = take_ulong(match["last"] or match["first"], 10) if match else None
        return None if number is None else number[0]

    @property
    def is_left_out(self) -> bool:
        """Whether its pCPUs are taken from the list."""
        return self.text.startswith("^")

    @property
    def is_by_node(self) -> bool:
        """Whether its numbers are those of nodes."""
        return self.text.lstrip("^").startswith("node")


def items(atom: Atom) -> Iterator[Item]:
    """The items of one CPU list."""
    at = 0
    for text in atom.text.split(","):
        if text:
            yield Item(text, atom.inside(at, at + len(text)))
        at += len(text) + 1


def lists(guest: Guest, name: str) -> list[Atom]:
    """The CPU lists of a key that stand in one piece: one for all vCPUs, or one for each."""
    entry = guest.entries.get(name)
    if entry is None:
        return []
    if isinstance(entry.value, ListNode):
        return [item for item in entry.value.items if isinstance(item, Atom)]
    return [] if entry.appended else [entry.value]


def list_of(guest: Guest, name: str) -> ListNode | None:
    """The list of a key that has a CPU list for each vCPU and was assigned at once."""
    entry = guest.entries.get(name)
    return entry.value if entry and isinstance(entry.value, ListNode) and not entry.appended else None
