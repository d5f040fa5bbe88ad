"""NUMA nodes, CPUs and memory -> SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.picture.machine import DOM0, XEN
from xlpy.render.picture.canvas import LETTER, element, safe, shortened, svg, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlpy.picture.machine import Cpu, MachineNode

_WIDTH, _MARGIN, _CELL, _GAP = 960.0, 16.0, 34.0, 22.0
_PER_LINE = int((_WIDTH - 2 * _MARGIN) // _CELL)
_BAR = 26.0
_COLOURS = 24
_WIDE = 7.6
"""A letter of 12 px has no more."""


def machine_svg(nodes: Sequence[MachineNode], name: str, theme: str = "auto") -> str:
    """For each NUMA node its CPUs with who is pinned there, and its memory as a bar."""
    guests = dict.fromkeys(part.who for node in nodes for part in node.parts)
    colours = {who: f"part{index % _COLOURS}" for index, who in enumerate(guests)}
    body = [element("text", safe(f"CPUs and memory of {name}"), class_="head", x=_MARGIN, y=20.0)]
    top = 44.0
    for node in nodes:
        drawn, height = _node(node, top, colours)
        body.append(drawn)
        top += height + _GAP
    drawn, height = _legend(colours, top)
    return svg(_WIDTH, top + height + _MARGIN, "".join([*body, drawn]), theme, f"CPUs and memory of {name}")


def _node(node: MachineNode, top: float, colours: dict[str, str]) -> tuple[str, float]:
    over = node.asked_kib > node.size_kib
    words = f"{node.asked_kib // 1024} of {node.size_kib // 1024} MiB taken" + ", more than there is" * over
    head = f"NUMA node {node.number}: {len(node.cpus)} CPUs"
    parts = [
        element("text", safe(head), x=_MARGIN, y=top),
        element("text", safe(words), class_="alarm" if over else "quiet", x=_MARGIN + 240, y=top),
    ]
    rows = -(-len(node.cpus) // _PER_LINE)
    for index, cpu in enumerate(node.cpus):
        left, down = _MARGIN + index % _PER_LINE * _CELL, top + 10 + index // _PER_LINE * _CELL
        parts.append(_cpu(cpu, left, down, colours))
    bar = top + 10 + rows * _CELL + 4
    parts.append(_bar(node, bar, colours))
    return "".join(parts), bar + _BAR - top


def _cpu(cpu: Cpu, left: float, top: float, colours: dict[str, str]) -> str:
    """A pCPU: its number, and a stripe for each guest that is pinned to it."""
    size = _CELL - 4
    pinned = ", ".join(cpu.pinned) or "none"
    parts = [title([f"CPU {cpu.number}", cpu.pool or "in no pool", f"pinned here: {pinned}"])]
    parts.append(element("rect", class_="host" if cpu.pool else "free", x=left, y=top, width=size, height=size, rx=4.0))
    shown = cpu.pinned[:5]
    for index, who in enumerate(shown):
        width = (size - 4) / len(shown)
        stripe = {"x": left + 2 + index * width, "y": top + size - 9, "width": width, "height": 7.0}
        parts.append(element("rect", class_=colours.get(who, "part0"), **stripe))
    at = left + size / 2 - len(str(cpu.number)) * LETTER / 2
    parts.append(element("text", str(cpu.number), x=at, y=top + 15))
    return element("g", "".join(parts))


def _bar(node: MachineNode, top: float, colours: dict[str, str]) -> str:
    whole = _WIDTH - 2 * _MARGIN
    scale = whole / max(node.size_kib, node.asked_kib, 1)
    parts = [element("rect", class_="free", x=_MARGIN, y=top, width=whole, height=_BAR, rx=4.0)]
    left = _MARGIN
    for who, kib in node.parts:
        width = kib * scale
        inside = title([f"{who}: {kib // 1024} MiB"])
        inside += element("rect", class_=colours[who], x=left, y=top, width=width, height=_BAR)
        most = int((width - 8) // _WIDE)
        if most >= 3:
            inside += element("text", safe(shortened(who, most)), x=left + 4, y=top + 17)
        parts.append(element("g", inside))
        left += width
    if node.asked_kib > node.size_kib:
        end = _MARGIN + node.size_kib * scale
        parts.append(element("rect", class_="alarm", x=end - 1, y=top - 4, width=2.0, height=_BAR + 8))
    return "".join(parts)


def _legend(colours: dict[str, str], top: float) -> tuple[str, float]:
    """The colours of Xen, Domain-0 and the guests."""
    parts, left, line = [], _MARGIN, top
    for who, colour in colours.items():
        text = shortened(who, 24)
        width = len(text) * LETTER + 34
        if left + width > _WIDTH - _MARGIN:
            left, line = _MARGIN, line + 20
        parts.append(element("rect", class_=colour, x=left, y=line - 10, width=12.0, height=12.0, rx=2.0))
        parts.append(element("text", safe(text), class_="" if who in (XEN, DOM0) else "guest", x=left + 18, y=line))
        left += width
    return "".join(parts), line - top + 8
