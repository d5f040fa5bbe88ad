"""The nodes of vnuma, word by word, with their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.cstring import BLANKS, split_pair
from xlpy.nodes import Atom, ListNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest
    from xlpy.source import Span


class Word(NamedTuple):
    """NAME=VALUE of a node, by the number of the node."""

    node: int
    name: str
    atom: Atom
    start: int
    """Where the name begins in the text."""

    @property
    def name_span(self) -> Span:
        """The place of the name."""
        return self.atom.inside(self.start, self.start + len(self.name))


def nodes(guest: Guest) -> list[ListNode]:
    """The nodes of vnuma that are lists."""
    entry = guest.entries.get("vnuma")
    if entry is None or not isinstance(entry.value, ListNode):
        return []
    return [item for item in entry.value.items if isinstance(item, ListNode)]


def words(guest: Guest) -> Iterator[Word]:
    """The words of all nodes that have a name and a value."""
    for number, node in enumerate(nodes(guest)):
        for atom in node.items:
            pair = split_pair(atom.text, "=", guest.release) if isinstance(atom, Atom) else None
            if pair is not None and isinstance(atom, Atom):
                name = pair[0].strip(BLANKS)
                yield Word(number, name, atom, atom.text.index(name))


def place(guest: Guest, node: int, name: str) -> Span:
    """Where a node says something, or the whole node."""
    said = (word.atom.span for word in words(guest) if (word.node, word.name) == (node, name))
    return next(said, nodes(guest)[node].span)
