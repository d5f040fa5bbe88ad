"""NUMA nodes of the guest: `vnuma = [ [ "pnode=N", "size=MIB", "vcpus=LIST", "vdistances=LIST" ], ... ]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlpy.cstring import BLANKS, as_int, parse_ulong, split_pair, take_ulong
from xlpy.diagnostic import Severity
from xlpy.differences import MANY_VNODES, VNUMA_DISTANCES, VNUMA_EMPTY, VNUMA_RANGE
from xlpy.kinds import KIB_PER_MIB, LIST
from xlpy.libxl import UNSET64, VnodeInfo
from xlpy.loss import Loss
from xlpy.nodes import ListNode
from xlpy.options.cpu import fits, no_bitmap
from xlpy.vocabulary import HVM, Key, Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlpy.libxl import DomainConfig
    from xlpy.nodes import Value
    from xlpy.reader import Reader

_PLACED = Loss(
    why="libvirt's driver for Xen puts node N of the guest on node N of the host, or all on 0 where it has too few",
    severity=Severity.WARNING,
    judged=True,
)
_FAR = Loss(why="libvirt takes 10 for the node itself and 11 to 255 for the others", judged=True)
TOKENS = (
    Token(
        name="pnode",
        form="integer",
        field="pnode",
        doc="The node of the host from which the memory comes.",
        since="4.6",
        libvirt=_PLACED,
        good="pnode=0",
        bad="pnode=x",
    ),
    Token(
        name="size",
        form="mib",
        field="memkb",
        doc="The memory of the node; that of all nodes is the guest's maxmem.",
        since="4.6",
        good="size=512",
        bad="size=x",
    ),
    Token(
        name="vcpus",
        form="ranges",
        field="vcpus",
        doc="The vCPUs of the node: numbers and ranges. xl takes a wrong one for 0 or leaves it out, in silence.",
        since="4.6",
        good="vcpus=0-1,3",
    ),
    Token(
        name="vdistances",
        form="integers",
        field="distances",
        doc="How far it is to each node from here, 10 for itself.",
        since="4.6",
        libvirt=_FAR,
        good="vdistances=10,20",
        bad="vdistances=x",
    ),
)
_MOST_NODES = 1 << 10  # far beyond what Xen can have; xl would fill its memory with their distances
_BY_NAME = {token.name: token for token in TOKENS}


class _RefusedError(Exception):
    """Xl gives up; a code, and what is said."""


class _Node:
    """One node while it is read. `room` is how many vCPUs its bitmap holds: xl drops others from it in silence."""

    def __init__(self, nodes: int, room: int) -> None:
        self.room = room
        self.values: dict[str, Any] = {}
        self.distances = [0] * nodes
        self.vcpus: set[int] = set()
        self.vcpu_count = 0
        self.kib = 0

    def build(self) -> VnodeInfo:
        return VnodeInfo(**self.values, distances=tuple(self.distances), vcpus=tuple(sorted(self.vcpus)))

    def set_size(self, text: str) -> None:
        size = parse_ulong(text) * KIB_PER_MIB % 2**64
        self.values["memkb"] = size
        self.kib += size

    def set_pnode(self, text: str, host_nodes: int) -> None:
        pnode = parse_ulong(text)
        if pnode >= host_nodes:
            raise _RefusedError("bad-vnuma", f"xl: invalid pnode number: {pnode}")
        self.values["pnode"] = pnode

    def set_vcpus(self, text: str) -> None:
        for item in _items(text, "vcpus"):
            first, last = _range(item)
            if last >= UNSET64:
                raise _RefusedError(*VNUMA_RANGE.told(item=item))
            self.vcpu_count += max(0, last + 1 - first)
            self.vcpus.update(range(first, min(last + 1, self.room)))

    def set_distances(self, text: str) -> None:
        distances = [parse_ulong(item) % 2**32 for item in _items(text, "vdistances")]
        count = len(self.distances)
        if len(distances) > max(6, (count + 1) // 4 * 4 + 2):  # what xl's memory for them has room for
            raise _RefusedError(*VNUMA_DISTANCES.told(given=len(distances), nodes=count))
        self.distances[: len(distances)] = distances[:count]


def _items(text: str, name: str) -> list[str]:
    items = [item for item in text.split(",") if item]
    if not items:
        raise _RefusedError(*VNUMA_EMPTY.told(name=name))
    return items


def _range(text: str) -> tuple[int, int]:
    """FIRST or FIRST-LAST, as far as it can be read."""
    first, rest = take_ulong(text, 10) or (0, "")
    if not rest.startswith("-"):
        return first, first
    last, _ = take_ulong(rest[1:], 10) or (0, "")
    return first, last


def _read_vnuma(reader: Reader, key: Key) -> None:
    """The nodes say how much memory and how many vCPUs there are; maxmem and maxvcpus must not say otherwise."""
    items = reader.items(key.name, quiet=True)
    if not items:
        if items is None:
            reader.overlook(key.name)
        return
    most = reader.get("b_info.max_vcpus", 0)
    if most < 0:
        lines = (no_bitmap(reader.release), "libxl_node_bitmap_alloc failed.")
        reader.say("negative-vcpus", "maxvcpus is negative", lines, exit_status=1)
        return
    if len(items) > _MOST_NODES:
        reader.refuse(*MANY_VNODES.told(most=_MOST_NODES), key=key.name)
        return
    if not fits(reader, most, key.name):
        return
    room = -(-(most or reader.host.cpus) // 8) * 8
    nodes = [_Node(len(items), room) for _ in items]
    for node, item in zip(nodes, items, strict=True):
        if not _read_node(reader, node, item):
            return
    _settle(reader, nodes, most)
    reader.put(key.field, tuple(node.build() for node in nodes), key.name)


def _read_node(reader: Reader, node: _Node, item: Value) -> bool:
    """Read the words of one node; False where xl gives up."""
    if not isinstance(item, ListNode):
        place = f"{reader.source.name}:{reader.source.line(item.span.start)}:0"
        lines = (f"{place}: warning: value is not a list", "xl: cannot get vnode config option list")
        reader.say("value-for-list", "a vNUMA node must be a list", lines, span=item.span, exit_status=1)
        return False
    for word in item.items:
        if isinstance(word, ListNode):
            continue
        try:
            _read_word(reader, node, word.text)
        except _RefusedError as error:
            reader.refuse(*error.args, span=word.span)
            return False
        except ValueError as error:
            reader.refuse("bad-vnuma", str(error), span=word.span)
            return False
    return True


def _read_word(reader: Reader, node: _Node, text: str) -> None:
    """NAME=VALUE; xl ignores unknown names in silence."""
    pair = split_pair(text, "=", reader.release)
    if pair is None:
        raise _RefusedError("bad-vnuma", f'xl: failed to split "{text}" into pair')
    name, value = (part.strip(BLANKS) for part in pair)
    token = _BY_NAME.get(name)
    if token is None:
        return
    if token.form == "integer":
        node.set_pnode(value, len(set(reader.host.nodes)))
        reader.put("b_info.numa_placement", False, "vnuma")
    elif token.form == "mib":
        node.set_size(value)
    elif token.form == "ranges":
        node.set_vcpus(value)
    else:
        node.set_distances(value)


def _settle(reader: Reader, nodes: Sequence[_Node], most: int) -> None:
    vcpus = sum(node.vcpu_count for node in nodes)
    if most and most != vcpus:
        reader.refuse("vnuma-vcpus", "xl: vnuma vcpus and maxvcpus= mismatch", key="maxvcpus")
    elif not most and vcpus > reader.host.cpus:
        message = "xl: vnuma specifies more vcpus than pcpus, use maxvcpus= to override this check."
        reader.refuse("vnuma-vcpus", message, key="vnuma")
    reader.put("b_info.max_vcpus", as_int(vcpus), "vnuma")
    kib = sum(node.kib for node in nodes) % 2**64
    if reader.integer("maxmem", quiet=True) is not None and reader.get("b_info.max_memkb") % 2**64 != kib:
        reader.refuse("vnuma-memory", "xl: maxmem and vnuma memory size mismatch", key="maxmem")
    reader.put("b_info.max_memkb", kib, "vnuma")


def _write_vnuma(config: DomainConfig) -> list[list[str]] | None:
    placed = config.b_info.numa_placement is not None
    return [list(_words(node, placed=placed)) for node in config.b_info.vnuma_nodes] or None


def _words(node: VnodeInfo, *, placed: bool) -> Iterator[str]:
    if placed:
        yield f"pnode={node.pnode}"
    if node.memkb != UNSET64:
        yield f"size={node.memkb // KIB_PER_MIB}"
    if node.vcpus:
        yield f"vcpus={','.join(map(str, node.vcpus))}"
    if any(node.distances):
        yield f"vdistances={','.join(map(str, node.distances))}"


KEYS = (
    Key(
        name="vnuma",
        kind=LIST,
        order=1600,
        read=_read_vnuma,
        write=_write_vnuma,
        field="b_info.vnuma_nodes",
        guests=(HVM,),
        since="4.6",
        doc="NUMA nodes that the guest sees, each a list of words; libxl refuses them for PV guests.",
        good=('[["pnode=0", "size=512", "vcpus=0-1", "vdistances=10,20"], ["pnode=1", "size=512", "vcpus=2-3"]]',),
        bad=('["pnode=0"]', '[["pnode"]]', '[["pnode=many"]]', '"pnode=0"'),
    ),
)
