"""Graph -> the languages of other drawing programs: Graphviz's dot, Mermaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.render.picture.colours import LIGHT
from xlpy.render.text import printable

if TYPE_CHECKING:
    from xlpy.picture.model import Graph, Node

_MERMAID = {ord(char): f"#{ord(char)};" for char in '"#&<>()[]{}|`\\;'}
"""What would be markup in the text of a Mermaid node."""


def dot(graph: Graph) -> str:
    """For Graphviz."""
    names = {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    lines = ["digraph xen {", "  rankdir=LR;", '  node [shape=box, style="rounded,filled", fontname="sans-serif"];']
    for node in graph.nodes:
        text = "\\n".join(_quoted(line) for line in (node.label, node.detail) if line)
        tip = "\\n".join(_quoted(line) for line in (node.kind, *node.notes))
        colours = f'fillcolor="{LIGHT.fills[node.kind]}", color="{LIGHT.borders[node.kind]}"'
        lines.append(f'  {names[node.id]} [label="{text}", tooltip="{tip}", {colours}];')
    lines += [f"  {names[edge.source]} -> {names[edge.target]};" for edge in graph.edges]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


def mermaid(graph: Graph) -> str:
    """For Mermaid, as code hosts show it in Markdown."""
    names = {node.id: f"n{index}" for index, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    lines += [f'  {names[node.id]}["{_text(node)}"]:::{node.kind}' for node in graph.nodes]
    lines += [f"  {names[edge.source]} --> {names[edge.target]}" for edge in graph.edges]
    kinds = dict.fromkeys(node.kind for node in graph.nodes)
    lines += [
        f"  classDef {kind} fill:{LIGHT.fills[kind]},stroke:{LIGHT.borders[kind]},color:{LIGHT.text}" for kind in kinds
    ]
    return "\n".join([*lines, ""])


def _text(node: Node) -> str:
    lines = (printable(line).translate(_MERMAID) for line in (node.label, node.detail) if line)
    return "<br/>".join(lines)
