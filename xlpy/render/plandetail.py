"""The detail of a step as lines of text, and as plain values for JSON."""

from __future__ import annotations

import shlex

from xlpy.planner.steps import PRINTABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from xlpy.host import HostFacts
    from xlpy.planner.details import Detail
    from xlpy.planner.hotplug import Script
    from xlpy.planner.plan import Plan
    from xlpy.planner.steps import AnyStep
    from xlpy.xenstore import Node

_WIDTH = 95


def detail_lines(step: AnyStep, plan: Plan, facts: HostFacts) -> Iterator[str]:
    """What there is to say, on lines that a terminal may see."""
    from xlpy.planner.details import detail

    found = detail(step, plan, facts)
    for line in _lines(found):
        yield line.translate(PRINTABLE)


def _lines(found: Detail) -> Iterator[str]:
    for name, value in found.facts:
        yield f"{name}: {value}"
    if found.command:
        given = " ".join(f"{name}={shlex.quote(value)}" for name, value in found.environment)
        yield "runs" + f" with {given}" * bool(given)
        yield from command_lines(found.command)
    for script in found.scripts:
        yield f"runs {shlex.join((script.path, *script.arguments))}"
        yield from (f"    {name}={shlex.quote(value)}" for name, value in script.environment)
    if found.nodes:
        yield "writes"
    yield from node_lines(found.nodes)


def command_lines(command: tuple[str, ...]) -> Iterator[str]:
    """A command line as a shell takes it, an option with its value on a line."""
    line = shlex.quote(command[0])
    for word, behind in zip(command[1:], (*command[2:], ""), strict=True):
        quoted = shlex.quote(word)
        if word.startswith("-") and len(f"{line} {quoted} {shlex.quote(behind)}") > _WIDTH:
            yield f"    {line} \\"
            line = quoted
        else:
            line = f"{line} {quoted}"
    yield f"    {line}"


def node_lines(nodes: tuple[Node, ...]) -> Iterator[str]:
    """Nodes with values and permissions; below the directory before them by their names."""
    top = ""
    for node in nodes:
        inside = top and node.path.startswith(f"{top}/")
        if not inside:
            top = node.path if not node.value else ""
        name = f"    {node.path[len(top) + 1 :]}" if inside else node.path
        yield f'    {name} = "{node.value}"  ({node.permissions})'


def detail_dict(step: AnyStep, plan: Plan, facts: HostFacts) -> dict[str, Any]:
    """The same as plain values."""
    from xlpy.planner.details import detail

    found = detail(step, plan, facts)
    return {
        "facts": dict(found.facts),
        "command": list(found.command),
        "environment": dict(found.environment),
        "scripts": [_script(script) for script in found.scripts],
        "nodes": [node._asdict() for node in found.nodes],
    }


def _script(script: Script) -> dict[str, Any]:
    return {"path": script.path, "arguments": list(script.arguments), "environment": dict(script.environment)}
