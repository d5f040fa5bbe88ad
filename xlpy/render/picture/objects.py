"""Graph -> SVG."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from xlpy.render.picture.canvas import LETTER, element, safe, shortened, svg, title
from xlpy.render.picture.layout import ROW, layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlpy.picture.model import Edge, Graph, Node
    from xlpy.render.picture.layout import Laid

HEADS = {
    "vm": "VM", "vbd": "VBD", "vif": "VIF", "stubdom": "stub domain", "vdi": "VDI", "network": "network", "pci": "PCI",
    "usb": "USB", "sr": "SR", "pif": "PIF", "pbd": "PBD", "driver": "driver domain", "host": "host",
}  # fmt: skip
"""What each kind of object is called."""
_MOST, _LEAST = 30, 8
_GAP, _MARGIN, _TOP, _BOX = 64.0, 16.0, 52.0, 30.0


def objects_svg(graph: Graph, theme: str = "auto") -> str:
    """The objects in columns, from the guests to the host."""
    laid = layout(graph)
    columns: list[list[Node]] = [[] for _ in range(laid.columns)]
    for node in graph.nodes:
        columns[laid.places[node.id][0]].append(node)
    widths = [max(map(_width, nodes)) for nodes in columns]
    lefts = [_MARGIN + sum(widths[:at]) + at * _GAP for at in range(len(widths))]
    body = [_heading(graph, columns, lefts)]
    body += [_edge(edge, laid, lefts, widths) for edge in graph.edges]
    body += [_box(node, laid, lefts, widths) for node in graph.nodes]
    width = (lefts[-1] + widths[-1] if lefts else 0.0) + _MARGIN
    return svg(width, laid.height + _TOP + _MARGIN, "".join(body), theme, f"The objects of {graph.title}")


def _width(node: Node) -> float:
    longest = max(len(shortened(node.label, _MOST)), 0.92 * len(shortened(node.detail, _MOST)), _LEAST)
    return longest * LETTER + 20


def _heading(graph: Graph, columns: Sequence[Iterable[Node]], lefts: Sequence[float]) -> str:
    heads = [element("text", safe(f"Guests and what they use on {graph.title}"), class_="head", x=_MARGIN, y=20.0)]
    for nodes, left in zip(columns, lefts, strict=True):
        kinds = dict.fromkeys(HEADS[node.kind] for node in nodes)
        heads.append(element("text", safe(", ".join(kinds)), class_="quiet", x=left, y=40.0))
    return "".join(heads)


def _edge(edge: Edge, laid: Laid, lefts: Sequence[float], widths: Sequence[float]) -> str:
    bends = laid.bends[edge.source, edge.target]
    path = ""
    for (column, height), (after, lower) in pairwise(bends):
        start, end = lefts[column] + widths[column], lefts[after]
        begin = f"M{start:.1f} {height + _TOP:.1f}" if not path else f"L{start:.1f} {height + _TOP:.1f}"
        half = (start + end) / 2
        path += f"{begin}C{half:.1f} {height + _TOP:.1f} {half:.1f} {lower + _TOP:.1f} {end:.1f} {lower + _TOP:.1f}"
    return element("path", title(edge.notes), class_="edge", d=path)


def _box(node: Node, laid: Laid, lefts: Sequence[float], widths: Sequence[float]) -> str:
    column, height = laid.places[node.id]
    left, top, width = lefts[column], height + _TOP - _BOX / 2, widths[column]
    name = f"{HEADS[node.kind]} {node.label}"
    parts = [title([name, node.detail, *node.notes])]
    parts.append(element("rect", class_=node.kind, x=left, y=top, width=width, height=_BOX, rx=5.0))
    inner = left + 10
    if node.detail:
        parts.append(element("text", safe(shortened(node.label, _MOST)), x=inner, y=top + 13))
        parts.append(element("text", safe(shortened(node.detail, _MOST)), class_="quiet", x=inner, y=top + 25))
    else:
        parts.append(element("text", safe(shortened(node.label, _MOST)), x=inner, y=top + 19))
    return element("g", "".join(parts))


assert _BOX < ROW
