"""The object model of guests and host."""

from __future__ import annotations

from tests.picture.drawn import drawn, numbered
from xlpy.host import BUILT_IN
from xlpy.picture.model import Graph, fold
from xlpy.picture.objects import object_graph

WEB = """\
name = "web"
kernel = "/boot/vmlinuz"
disk = ["/dev/vg0/web,raw,xvda,w", ",,hdc,cdrom"]
vif = ["bridge=xenbr0"]
pci = ["0000:03:00.0"]
"""
BEHIND = """\
name = "behind"
kernel = "/boot/vmlinuz"
disk = ["backend=stor,vdev=xvda,format=raw,target=/dev/vg0/web"]
vif = ["bridge=xenbr0,backend=netdom"]
"""


def ways(graph: Graph, start: str) -> list[list[str]]:
    """The labels on each way from an object to where it ends."""
    label = {node.id: f"{node.kind} {node.label}" for node in graph.nodes}
    after: dict[str, list[str]] = {}
    for edge in graph.edges:
        after.setdefault(edge.source, []).append(edge.target)

    def follow(name: str) -> list[list[str]]:
        further = [way for target in after.get(name, ()) for way in follow(target)]
        return [[label[name], *way] for way in further] or [[label[name]]]

    return follow(next(name for name, words in label.items() if words == start))


def test_the_ways_from_a_guest_to_the_host() -> None:
    facts = BUILT_IN.replace(name="rack7", bridge_nics=(("eno1",),))
    assert ways(object_graph([drawn(WEB, facts)], facts), "vm web") == [
        ["vm web", "vbd xvda", "vdi web", "sr /dev/vg0", "pbd block devices", "host rack7"],
        ["vm web", "vbd hdc"],
        ["vm web", "vif vif0", "network xenbr0", "pif eno1", "host rack7"],
        ["vm web", "pci 0000:03:00.0", "host rack7"],
    ]


def test_a_bridge_without_known_ports_stands_on_the_host() -> None:
    found = ways(object_graph([drawn(WEB)], BUILT_IN), "vif vif0")
    assert found == [["vif vif0", "network xenbr0", "host xlpy-sim"]]


def test_what_a_driver_domain_serves_is_another_thing_than_that_of_domain_0() -> None:
    graph = object_graph([drawn(WEB), drawn(BEHIND)], BUILT_IN)
    assert ways(graph, "vm behind") == [
        ["vm behind", "vbd xvda", "vdi web", "sr /dev/vg0", "pbd block devices", "driver stor", "host xlpy-sim"],
        ["vm behind", "vif vif0", "network xenbr0", "driver netdom", "host xlpy-sim"],
    ]
    assert [node.label for node in graph.nodes if node.kind == "network"] == ["xenbr0", "xenbr0"]


def test_a_stub_domain_stands_beside_its_guest() -> None:
    graph = object_graph([drawn('name = "win"\ntype = "hvm"\ndevice_model_stubdomain_override = 1\n')], BUILT_IN)
    assert ["vm win", "stubdom win-dm", "host xlpy-sim"] in ways(graph, "vm win")


def test_objects_know_the_lines_that_ask_for_them() -> None:
    graph = object_graph([drawn(WEB)], BUILT_IN)
    notes = {f"{node.kind} {node.label}": node.notes for node in graph.nodes}
    assert notes["vm web"] == ('web.cfg:1: "web"',)
    assert notes["vbd xvda"] == notes["sr /dev/vg0"] == ('web.cfg:3: "/dev/vg0/web,raw,xvda,w"',)
    assert notes["pci 0000:03:00.0"] == ('web.cfg:5: "0000:03:00.0"',)


def test_folded_what_is_left_out_is_named_by_the_edge() -> None:
    graph = fold(object_graph([drawn(WEB)], BUILT_IN), frozenset({"vbd", "vif", "vdi"}))
    assert not {node.kind for node in graph.nodes} & {"vbd", "vif", "vdi"}
    label = {node.id: node.label for node in graph.nodes}
    joined = {(label[edge.source], label[edge.target]): edge for edge in graph.edges}
    assert joined["web", "/dev/vg0"].by == ("xvda", "web")
    assert joined["web", "/dev/vg0"].notes == ('web.cfg:3: "/dev/vg0/web,raw,xvda,w"',)
    assert joined["web", "xenbr0"].by == ("vif0",)
    web = next(node for node in graph.nodes if node.label == "web")
    assert 'web.cfg:3: ",,hdc,cdrom"' in web.notes


def test_what_many_guests_use_is_there_once() -> None:
    graph = object_graph(numbered(60), BUILT_IN)
    counts: dict[str, int] = {}
    for node in graph.nodes:
        counts[node.kind] = counts.get(node.kind, 0) + 1
    assert counts == {"vm": 60, "vbd": 120, "vif": 60, "vdi": 120, "network": 2, "sr": 4, "pbd": 4, "host": 1}
    assert len({node.id for node in graph.nodes}) == len(graph.nodes)
