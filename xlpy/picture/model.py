"""The object model as a graph: VM, VBD, VDI, SR, PBD and VIF, network, PIF, down to the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

RANKS = {
    "vm": 0,
    "vbd": 1,
    "vif": 1,
    "stubdom": 1,
    "vdi": 2,
    "network": 2,
    "pci": 2,
    "usb": 2,
    "sr": 3,
    "pif": 3,
    "pbd": 4,
    "driver": 5,
    "host": 6,
}
"""The kinds of objects, and how far each is from the guests."""


class Node(NamedTuple):
    """An object. `id` tells it from all others; `notes` are lines for who looks closer. Text is not escaped."""

    id: str
    kind: str
    label: str
    detail: str = ""
    notes: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """How far it is from the guests."""
        return RANKS[self.kind]


class Edge(NamedTuple):
    """SOURCE uses TARGET, both by id; `by` names what is left out between them."""

    source: str
    target: str
    by: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Graph(NamedTuple):
    """Objects in the order in which they were met, and what joins them."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def fold(graph: Graph, kinds: frozenset[str]) -> Graph:
    """The same without the objects of these kinds: what they join is joined by edges that name them."""
    gone = {node.id: node for node in graph.nodes if node.kind in kinds}
    onward: dict[str, list[str]] = {}
    for edge in graph.edges:
        onward.setdefault(edge.source, []).append(edge.target)
    joined: dict[tuple[str, str], list[Node]] = {}
    notes: dict[str, list[str]] = {}
    for edge in graph.edges:
        for way in _ways(edge.target, gone, onward) if edge.source not in gone else ():
            *passed, end = way
            if end in gone:  # it leads nowhere
                notes.setdefault(edge.source, []).extend(note for name in way for note in gone[name].notes)
            else:
                joined.setdefault((edge.source, end), []).extend(gone[name] for name in passed)
    nodes = (node._replace(notes=_once((*node.notes, *notes.get(node.id, ())))) for node in graph.nodes)
    edges = (_through(*ends, passed) for ends, passed in joined.items())
    return Graph(graph.title, tuple(node for node in nodes if node.id not in gone), tuple(edges))


def _through(source: str, target: str, passed: Sequence[Node]) -> Edge:
    return Edge(source, target, _once(node.label for node in passed), _once(n for node in passed for n in node.notes))


def _ways(start: str, gone: Mapping[str, Node], onward: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """The ways from an object through those that go, to the first that stays, or to the end."""
    waiting: list[tuple[str, ...]] = [(start,)]
    while waiting:
        way = waiting.pop()
        after = onward.get(way[-1], ()) if way[-1] in gone else ()
        waiting += [(*way, name) for name in after]
        if not after:
            yield way


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
