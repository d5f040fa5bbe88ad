"""What the guest sees of its CPUs: features, nested virtualization, NUMA nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlpy.cpuid_features import features, find
from xlpy.libxl import UNSET64, Hvm
from xlpy.lower.guest import element, ranges

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xlpy.cpuid_features import Feature
    from xlpy.libxl import CpuidLeaf, VnodeInfo
    from xlpy.lower.guest import Guest

_LIBXL_NAMES = {
    "cx16": "cmpxchg16",
    "cid": "cntxid",
    "ds_cpl": "dscpl",
    "pclmuldq": "pclmulqdq",
    "pni": "sse3",
    "ht": "htt",
    "pn": "psn",
    "clflush": "clfsh",
    "sep": "sysenter",
    "cx8": "cmpxchg8",
    "nodeid_msr": "nodeid",
    "cr8legacy": "altmovcr8",
    "lahf_lm": "lahfsahf",
    "cmp_legacy": "cmplegacy",
    "fxsr_opt": "ffxsr",
    "pdpe1gb": "page1gb",
    "spec-ctrl": "ibrsb",
}
"""What the driver makes of libvirt's names of features; the other names it hands to libxl as they are."""
_POLICIES = {"0": "disable", "1": "require"}
_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,29}")
_REGISTERS = ("eax", "ebx", "ecx", "edx")
_LOCAL, _FARTHEST = 10, 255
"""How far a NUMA node is from itself, and the largest distance."""


def cpu(guest: Guest) -> Iterator[Element]:
    """The driver looks at the features of HVM and PVH guests, and only if the CPU is that of the host."""
    children = [*_features(guest)] if guest.type != "pv" else []
    mode = "host-passthrough" if children else None
    nodes = [*_nodes(guest)]
    if nodes:
        children.append(element("numa", *nodes))
    if children:
        yield element("cpu", *children, mode=mode)


def _features(guest: Guest) -> Iterator[Element]:
    """Bits of CPUID that are 0 or 1; a feature that libvirt knows as virtualization is the switch of nested guests."""
    info = guest.config.b_info
    nested = info.u.nested_hvm if isinstance(info.u, Hvm) and info.nested_hvm is None else info.nested_hvm
    switch = guest.capabilities.virtualization
    if nested is not None and switch:
        yield element("feature", policy=_POLICIES[str(int(nested))], name=switch)
    elif nested:
        guest.lose(
            "nestedhvm", "b_info.nested_hvm", "nestedhvm = 1", why="libvirt sees no CPU there that has virtual machines"
        )
    policy = info.cpuid
    if policy is None:
        return
    lost = bool(policy.msr)
    for place, bit in (found for found in _bits(policy.cpuid) if found[1] != "x"):
        name = _name(guest, place)
        if bit in _POLICIES and name is not None:
            yield element("feature", policy=_POLICIES[bit], name=name)
        else:
            lost = True
    if lost:
        guest.lose("cpuid", "b_info.cpuid", "cpuid")


def _bits(leaves: tuple[CpuidLeaf, ...]) -> Iterator[tuple[tuple[int, int | None, str, int], str]]:
    """Each bit of the policy, with its place: leaf, subleaf, register, number."""
    for leaf in leaves:
        for register in _REGISTERS:
            for number, bit in enumerate(reversed(getattr(leaf, register) or "")):
                yield (leaf.leaf, leaf.subleaf, register, number), bit


def _name(guest: Guest, place: tuple[int, int | None, str, int]) -> str | None:
    """A name that the driver turns into one by which libxl of the release knows this very bit."""
    libvirt_names = {libxl: libvirt for libvirt, libxl in _LIBXL_NAMES.items()}
    own = (libvirt_names.get(feature.name, feature.name) for feature in _at(place))
    fit = (name for name in own if _NAME.fullmatch(name) and name != guest.capabilities.virtualization)
    return next((name for name in fit if find(_LIBXL_NAMES.get(name, name), guest.release) in _at(place)), None)


def _at(place: tuple[int, int | None, str, int]) -> list[Feature]:
    """The features that are this bit alone."""
    found = (f for f in features().values() if f.length == 1)
    return [f for f in found if (f.leaf, f.subleaf, f.register, f.bit) == place]


def _nodes(guest: Guest) -> Iterator[Element]:
    """The nodes; the driver itself chooses those of the host."""
    nodes = guest.config.b_info.vnuma_nodes
    apart = len(nodes) <= guest.capabilities.nodes
    for number, node in enumerate(nodes):
        field = f"b_info.vnuma_nodes[{number}]"
        if node.pnode != (number if apart else 0):
            guest.lose("vnuma", f"{field}.pnode", f"pnode={node.pnode}", token="pnode")
        if not node.vcpus or node.memkb == UNSET64:
            guest.lose("vnuma", field, f"vnuma node {number}", why="libvirt needs the size and the vCPUs of each node")
        memory = None if node.memkb == UNSET64 else node.memkb
        yield element(
            "cell",
            _distances(guest, field, number, node),
            id=number,
            cpus=ranges(node.vcpus) or None,
            memory=memory or 0,
            unit="KiB",
        )


def _distances(guest: Guest, field: str, number: int, node: VnodeInfo) -> Element | None:
    """Without them each other node is at 20, which is what a guest makes of zeros too."""
    if not any(node.distances):
        return None
    others = (distance for index, distance in enumerate(node.distances) if index != number)
    at_home = node.distances[number : number + 1] == (_LOCAL,)
    if not at_home or not all(_LOCAL < distance <= _FARTHEST for distance in others):
        what = f"vdistances={','.join(map(str, node.distances))}"
        guest.lose("vnuma", f"{field}.distances", what, token="vdistances")
        return None
    return element("distances", *(element("sibling", id=id_, value=value) for id_, value in enumerate(node.distances)))
