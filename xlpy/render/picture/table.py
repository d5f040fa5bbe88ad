"""Graph of many guests -> SVG: a row for each guest, a column for each thing that guests use, dots where they meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.render.picture.canvas import LETTER, element, safe, shortened, svg, title
from xlpy.render.picture.objects import HEADS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.picture.model import Edge, Graph, Node

_MARGIN, _ROW, _BOX, _GAP = 16.0, 22.0, 30.0, 12.0
_MOST = 26
_ORDER = ("sr", "network", "stubdom", "pci", "usb")
"""From left to right; what else there is stands behind."""


class _Column(NamedTuple):
    """A thing that guests use, and what it rests on, from below to above."""

    chain: tuple[Node, ...]
    left: float
    width: float

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


def table_svg(graph: Graph, theme: str = "auto") -> str:
    """The host above all, below it what rests on it, and below that the guests."""
    guests = [node for node in graph.nodes if node.kind == "vm"]
    names = max((len(shortened(node.label, _MOST)) for node in guests), default=4) * LETTER
    details = max((len(node.detail) for node in guests), default=4) * LETTER * 0.92
    left = _MARGIN + names + details + 30
    columns = _columns(graph, left)
    levels = max((len(column.chain) for column in columns.values()), default=0)
    top = 34 + (levels + 1) * (_BOX + _GAP)
    right = max((column.left + column.width for column in columns.values()), default=left + 200)
    bottom = top + 14 + len(guests) * _ROW
    body = [
        element("text", safe(f"Guests and what they use on {graph.title}"), class_="head", x=_MARGIN, y=20.0),
        _host(graph, left, right),
    ]
    for column in columns.values():
        line = {"x1": column.middle, "x2": column.middle, "y1": 34 + _BOX, "y2": bottom}
        body.append(element("line", class_="edge", **line))
        body += [_box(node, column, top - (at + 1) * (_BOX + _GAP)) for at, node in enumerate(column.chain)]
    uses: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        uses.setdefault(edge.source, []).append(edge)
    for index, guest in enumerate(guests):
        height = top + 14 + index * _ROW
        body.append(_row(guest, uses.get(guest.id, ()), columns, height, _MARGIN + names + 14, right))
    return svg(right + _MARGIN, bottom + _MARGIN, "".join(body), theme, f"The objects of {graph.title}")


def _columns(graph: Graph, left: float) -> dict[str, _Column]:
    """What guests use, by id, in columns from LEFT on."""
    nodes = {node.id: node for node in graph.nodes}
    below: dict[str, Node] = {}
    for edge in graph.edges:
        if nodes[edge.target].kind != "host":
            below.setdefault(edge.source, nodes[edge.target])
    used = dict.fromkeys(edge.target for edge in graph.edges if nodes[edge.source].kind == "vm")
    heads = [nodes[name] for name in used if nodes[name].kind != "host"]
    heads.sort(key=lambda node: _ORDER.index(node.kind) if node.kind in _ORDER else len(_ORDER))
    columns = {}
    for head in heads:
        chain = [head]
        while (after := below.get(chain[-1].id)) is not None:
            chain.append(after)
        width = (
            max(len(word) for node in chain for word in (shortened(node.label, _MOST), HEADS[node.kind])) * LETTER + 20
        )
        columns[head.id] = _Column(tuple(chain), left, max(width, 64.0))
        left += columns[head.id].width + _GAP
    return columns


def _host(graph: Graph, left: float, right: float) -> str:
    host = next(node for node in graph.nodes if node.kind == "host")
    box = element("rect", class_="host", x=left, y=34.0, width=right - left, height=_BOX, rx=5.0)
    most = int((right - left - 20) / LETTER)
    text = element("text", safe(shortened(f"{host.label}: {host.detail}", most)), x=left + 10, y=53.0)
    return element("g", title([f"host {host.label}", host.detail]) + box + text)


def _box(node: Node, column: _Column, top: float) -> str:
    head = HEADS[node.kind]
    parts = [
        title([f"{head} {node.label}", *node.notes[:20]]),
        element("rect", class_=node.kind, x=column.left, y=top, width=column.width, height=_BOX, rx=5.0),
        element("text", safe(head), class_="quiet", x=column.left + 8, y=top + 11),
        element("text", safe(shortened(node.label, _MOST)), x=column.left + 8, y=top + 25),
    ]
    return element("g", "".join(parts))


def _row(guest: Node, uses: Sequence[Edge], columns: dict[str, _Column], height: float, at: float, right: float) -> str:
    parts = [
        element("line", class_="row", x1=_MARGIN, x2=right, y1=height, y2=height),
        element(
            "g",
            title([f"VM {guest.label}", guest.detail, *guest.notes])
            + element("text", safe(shortened(guest.label, _MOST)), x=_MARGIN, y=height - 4)
            + element("text", safe(guest.detail), class_="quiet", x=at, y=height - 4),
        ),
    ]
    for edge in uses:
        column = columns.get(edge.target)
        if column is not None:
            kind = column.chain[0].kind
            dot = element("circle", class_=f"{kind} dot", cx=column.middle, cy=height - 8, r=5.0)
            by = ", ".join(edge.by[:4])
            parts.append(element("g", title([f"{guest.label}: {by}", *edge.notes]) + dot))
    return "".join(parts)
