"""Where the objects of a graph stand: in columns by rank, in each column near what they are joined with.

Guests keep their order. The columns of a graph are given by its kinds, so that this is all of a layered drawing that
is left to do: an order in each column, a bend where an edge passes a column, and no two boxes at one place.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlpy.picture.model import Graph

ROW = 40.0
"""From the middle of a box to that of the next one below it."""
LANE = 12.0
"""The same for an edge that passes between boxes."""


class Laid(NamedTuple):
    """For each object its column and the height of its middle; for each edge the points that it passes, likewise."""

    places: Mapping[str, tuple[int, float]]
    bends: Mapping[tuple[str, str], tuple[tuple[int, float], ...]]
    columns: int
    height: float


class _Item(NamedTuple):
    name: str
    room: float


def layout(graph: Graph) -> Laid:
    """Place a graph. The time it takes grows with objects and edges, not faster."""
    used = sorted({node.rank for node in graph.nodes})
    column = {node.id: used.index(node.rank) for node in graph.nodes}
    layers: list[list[_Item]] = [[] for _ in used]
    for node in graph.nodes:
        layers[column[node.id]].append(_Item(node.id, ROW))
    before: dict[str, list[str]] = {}
    chains: dict[tuple[str, str], list[str]] = {}
    for number, (source, target, *_) in enumerate(graph.edges):
        chain = [source]
        for passed in range(column[source] + 1, column[target]):
            name = f"{number}@{passed}"
            layers[passed].append(_Item(name, LANE))
            chain.append(name)
        chain.append(target)
        chains[source, target] = chain
        for left, right in pairwise(chain):
            before.setdefault(right, []).append(left)
    heights = _heights(layers, before)
    last = max((heights[item.name] + item.room / 2 for layer in layers for item in layer), default=0.0)
    return Laid(
        places={node.id: (column[node.id], heights[node.id]) for node in graph.nodes},
        bends={
            ends: tuple((column[ends[0]] + at, heights[name]) for at, name in enumerate(chain))
            for ends, chain in chains.items()
        },
        columns=len(used),
        height=last,
    )


def _heights(layers: Sequence[list[_Item]], before: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The middle of each object: the first column top down, the others near those that use them."""
    heights: dict[str, float] = {}
    if not layers:
        return heights
    _stack(_spread(layers), heights)
    for layer in layers[1:]:
        wanted = {item.name: _mean([heights[name] for name in before.get(item.name, ())]) for item in layer}
        ordered = sorted(layer, key=lambda item: wanted[item.name])
        heights.update(_apart(ordered, [wanted[item.name] for item in ordered]))
    lowest = min((heights[item.name] - item.room / 2 for layer in layers for item in layer), default=0.0)
    return {name: height - lowest for name, height in heights.items()}


def _spread(layers: Sequence[list[_Item]]) -> list[_Item]:
    """The first column, with as much room as the fullest one takes."""
    fullest = max(sum(item.room for item in layer) for layer in layers)
    room = max(ROW, min(fullest / max(1, len(layers[0])), 6 * ROW))
    return [item._replace(room=room) for item in layers[0]]


def _stack(items: Sequence[_Item], heights: dict[str, float]) -> None:
    top = 0.0
    for item in items:
        heights[item.name] = top + item.room / 2
        top += item.room


def _apart(items: Sequence[_Item], wanted: Sequence[float]) -> dict[str, float]:
    """Heights near the wanted ones, in their order, with room between: half way between pushing down and pushing up."""
    gaps = [(one.room + other.room) / 2 for one, other in pairwise(items)]
    down = list(wanted)
    for at, gap in enumerate(gaps, 1):
        down[at] = max(down[at], down[at - 1] + gap)
    up = list(wanted)
    for at in range(len(gaps) - 1, -1, -1):
        up[at] = min(up[at], up[at + 1] - gaps[at])
    return {item.name: (one + other) / 2 for item, one, other in zip(items, down, up, strict=True)}


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
