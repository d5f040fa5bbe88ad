"""What Xen keeps for a simulated domain, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.render.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlpy.executors.sim.bridges import Bridge
    from xlpy.executors.sim.inspect import End, Inspection


def inspection_text(found: Inspection) -> str:
    """Devices, event channels and grants, each with a heading that counts them."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Inspection) -> Iterator[str]:
    yield f"{printable(found.name)}, domid {found.domid}, {found.type}"
    yield f"xenstore: {found.xenstore_nodes} nodes, {found.xenstore_written} written or changed by others"
    yield from _part("devices", [_end(end) for end in found.devices])
    yield from _part("serves", [printable(text) for text in found.serves])
    channels = [
        f"{one.port:>6}  {one.kind:<11} {'' if one.remote is None else one.remote:>5}  {printable(one.use)}"
        for one in sorted(found.event_channels, key=lambda one: one.port)
    ]
    yield from _part("event channels", channels, f" of {found.most_event_channels}")
    grants = [
        f"{one.ref:>6}  {one.count:>4} pages for {one.to:>5}  {printable(one.use)}"
        for one in sorted(found.grants, key=lambda one: one.ref)
    ]
    yield from _part("grants", grants, f", {sum(one.count for one in found.grants)} of {found.most_grants} pages")


def _end(end: End) -> str:
    states = f"{end.frontend_state}/{end.backend_state}"
    return f"{states:>6}  by {end.backend:>5}  {printable(end.device)}"


def _part(title: str, lines: Iterable[str], more: str = "") -> Iterator[str]:
    lines = list(lines)
    if lines:
        yield f"{title}: {len(lines)}{more}"
        yield from lines


def bridges_text(found: Sequence[Bridge]) -> str:
    """Each bridge with the domain it is in, and a line for each port."""
    lines = []
    for bridge in found:
        lines.append(f"{printable(bridge.name)} in domain {bridge.domid}: {len(bridge.ports)}")
        for port in bridge.ports:
            idle = "" if port.connected else "  not connected"
            lines.append(f"  {printable(port.name):<16} {port.mac:17}  domid {port.domid}{idle}")
    return "".join(f"{line}\n" for line in lines)
