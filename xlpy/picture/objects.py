"""Guests + host -> Graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlpy.libxl import Hvm
from xlpy.picture.model import RANKS, Edge, Graph, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlpy.host import HostFacts
    from xlpy.libxl import DeviceRecord, DomainConfig
    from xlpy.planner.plan import Plan

HOST = "host"
_DOM0 = "Domain-0"


class Drawn(NamedTuple):
    """A guest to draw: its plan, and what its file says of a field (`web.cfg:7: ...`), empty where it says nothing."""

    plan: Plan
    said: Callable[[str], str] = lambda _field: ""


def object_graph(guests: Sequence[Drawn], facts: HostFacts) -> Graph:
    """What the guests use, and what that rests on."""
    return _Builder(facts).graph(guests)


class _Builder:
    """Collects objects and edges, each once."""

    def __init__(self, facts: HostFacts) -> None:
        self.facts = facts
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str], None] = {}

    def graph(self, guests: Sequence[Drawn]) -> Graph:
        for guest in guests:
            config = guest.plan.config
            top = self._add("vm", config.name, config.name, _size(config), guest.said("c_info.name"))
            if not config.devices:
                self._join(top, self._host())
            self._stub_domain(config, top, guest)
            counts: dict[str, int] = {}
            for device in config.devices:
                index = counts.get(device.KIND, 0)
                counts[device.KIND] = index + 1
                self._device(device, index, top, guest.said(f"{device.KIND}[{index}]"))
        host = self._host()
        self.nodes[host] = self.nodes.pop(host)
        return Graph(self.facts.name, tuple(self.nodes.values()), tuple(Edge(*ends) for ends in self.edges))

    def _host(self) -> str:
        facts = self.facts
        size = f"{facts.cpus} CPUs, {facts.memory_kib // 1024**2} GiB, Xen {facts.xen_version}"
        return self._add(HOST, "", facts.name, size)

    def _stub_domain(self, config: DomainConfig, top: str, guest: Drawn) -> None:
        if isinstance(config.b_info.u, Hvm) and config.b_info.device_model_stubdomain:
            said = guest.said("b_info.device_model_stubdomain")
            stub = self._add("stubdom", config.name, f"{config.name}-dm", "device model", said)
            self._join(top, stub)
            self._join(stub, self._host())

    def _device(self, device: DeviceRecord, index: int, top: str, said: str) -> None:
        """The chain of objects from the guest to the host, or to the domain that serves the device."""
        at, served = top, device.backend_domain()
        for kind, key, label in device.objects(index):
            own = f"{top}/{index}" if RANKS[kind] == 1 else f"{served}/{key}"
            node = self._add(kind, own, label, key if kind == "vdi" else "", said)
            self._join(at, node)
            at = node
        if self.nodes[at].rank > 1:  # an empty drive leads nowhere
            self._ground(at, served)

    def _ground(self, at: str, served: str) -> None:
        node = self.nodes[at]
        below = [self._add("driver", served, served, "driver domain")] if served != _DOM0 else []
        if node.kind == "network" and served == _DOM0:
            below = [self._add("pif", nic, nic) for nic in self._nics(node.label)]
        for one in below:
            self._join(at, one)
            self._join(one, self._host())
        if not below:
            self._join(at, self._host())

    def _nics(self, bridge: str) -> Iterator[str]:
        return (nic for name, nics in zip(self.facts.bridges, self.facts.bridge_nics, strict=False)
                if name == bridge for nic in nics)  # fmt: skip

    def _add(self, kind: str, key: str, label: str, detail: str = "", note: str = "") -> str:
        name = f"{kind}:{key}"
        known = self.nodes.get(name) or Node(name, kind, label, detail)
        notes = known.notes if not note or note in known.notes else (*known.notes, note)
        self.nodes[name] = known._replace(notes=notes)
        return name

    def _join(self, source: str, target: str) -> None:
        self.edges[source, target] = None


def _size(config: DomainConfig) -> str:
    kib = config.memory_kib
    return f"{config.c_info.type}, {config.vcpus} vCPU{'s' * (config.vcpus > 1)}, {kib // 1024} MiB"
