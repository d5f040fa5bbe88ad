"""What fits where, as text for people and as plain values for JSON."""

from __future__ import annotations

from xlpy.planner.steps import PRINTABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from xlpy.fleet.capacity import Capacity, Load, Use

_MIB = 1024
_MOST_NAMES = 12


def capacity_text(found: Capacity) -> str:
    """Host by host; then the guests without a place."""
    lines = [line for load in found.loads for line in _load(load)]
    if found.left:
        lines.append(f"{len(found.left)} without a place:")
        lines += [f"  {name}: {reason}" for name, reason in found.left]
    placed = sum(len(load.guests) for load in found.loads)
    lines.append(f"{placed} of {placed + len(found.left)} guests have a place ({found.solver}).")
    return "".join(f"{line.translate(PRINTABLE)}\n" for line in lines)


def _load(load: Load) -> Iterator[str]:
    share = f"{100 * load.used_kib // load.memory_kib} %" if load.memory_kib > 0 else "full"
    guests = f"{len(load.guests)} guest{'s' * (len(load.guests) != 1)}"
    yield f"{load.host}: {guests}, {load.used_kib // _MIB} of {load.memory_kib // _MIB} MiB ({share})"
    if load.guests:
        yield f"  {_names(load.guests)}"
    for node in load.nodes:
        memory = f"{node.used_kib // _MIB} of {node.memory_kib // _MIB} MiB"
        yield f"  {node.name}: {memory}, {_ratio(node)}"
    for pool in load.pools:
        yield f"  {pool.name}: {_ratio(pool)}"
    if load.stranded is not None and load.guests:
        if load.stranded:
            yield f"  if it fails: {len(load.stranded)} find no place: {_names(load.stranded)}"
        else:
            yield "  if it fails: the other hosts have room for all of its guests"


def _names(names: tuple[str, ...]) -> str:
    rest = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + f" and {rest} more" * (rest > 0)


def _ratio(use: Use) -> str:
    words = f"{use.vcpus:g} vCPUs on {use.cpus} pCPUs"
    return f"{words} (overcommitted {use.ratio:.1f} times)" if use.ratio > 1 else words


def capacity_dict(found: Capacity) -> dict[str, Any]:
    """The same as plain values; memory in KiB."""
    return {
        "solver": found.solver,
        "hosts": [
            {
                "host": load.host,
                "guests": list(load.guests),
                "memory_kib": load.memory_kib,
                "used_kib": load.used_kib,
                "nodes": [use.as_dict() for use in load.nodes],
                "pools": [use.as_dict() for use in load.pools],
                "stranded": None if load.stranded is None else list(load.stranded),
            }
            for load in found.loads
        ],
        "left": [{"name": name, "reason": reason} for name, reason in found.left],
    }
