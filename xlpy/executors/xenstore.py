"""Facet `xenstore` of an executor: the tree in which Xen's domains tell each other things."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Protocol

    from xlpy.xenstore import Node
else:
    Protocol = object  # typing is slow to import


class XenstoreError(Exception):
    """The store would not do it; `name` is the error's name as in C: ENOENT, EINVAL, EACCES, EQUOTA ..."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(f"{path}: {name}")
        self.name = name
        self.path = path


class Xenstore(Protocol):
    """Paths are absolute, or below /local/domain/0; values are text. All methods raise XenstoreError."""

    def seen_by(self, domid: int) -> Xenstore:
        """The same as another domain than Domain-0 may see and change it."""

    def node(self, path: str) -> Node:
        """One node."""

    def children(self, path: str) -> Sequence[str]:
        """The names of what is directly below a node, sorted."""

    def tree(self, path: str) -> Iterable[Node]:
        """All that is below a node, each before what is below it, siblings sorted by name."""

    def write(self, path: str, value: str) -> None:
        """Set a value; makes the node and those above it."""

    def remove(self, path: str) -> None:
        """Remove a node with all that is below it."""

    def set_permissions(self, path: str, permissions: str) -> None:
        """Set the permissions of a node: the owner, then others, as in `n0,r1`."""

    def changes(self, path: str, since: int) -> tuple[int, Sequence[str]]:
        """The paths at or below PATH that changed, or whose node came or went, after the moment SINCE, and this moment.

        A moment is what the last call for this path gave; -1 is now.
        """
