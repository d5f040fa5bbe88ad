"""HostFacts <-> plain values, and what each field means: the form of host files, its JSON Schema, its page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from xlpy.host import BUILT_IN, Directory, HostFacts, PciDevice, UsbDevice, VolumeGroup
from xlpy.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTS: dict[str, type[Record]] = {kind.__name__: kind for kind in (PciDevice, UsbDevice, VolumeGroup, Directory)}
"""The records of which fields of HostFacts are lists."""
DOCS: dict[type[Record], dict[str, str]] = {
    HostFacts: {
        "name": "The host's name.",
        "xen_version": "The version of Xen, as 4.20.0.",
        "machine": "x86_64, or aarch64 for Arm.",
        "kernel": "The release of Domain-0's kernel.",
        "cpu_mhz": "The clock of its pCPUs, in MHz.",
        "sockets": "How many sockets have a processor.",
        "threads_per_core": "How many threads (pCPUs) a core has.",
        "nodes": "For each pCPU its NUMA node.",
        "memory_kib": "All memory, in KiB.",
        "dom0_memory_kib": "Domain-0's memory, in KiB.",
        "dom0_vcpus": "How many vCPUs Domain-0 has.",
        "dom0_nodes": "The NUMA nodes of which Domain-0 has its memory; empty: all.",
        "node_memory_kib": "For each NUMA node, ascending, its memory in KiB; empty: all have the same.",
        "node_free_kib": "For each NUMA node what was free in KiB; empty: what Xen and Domain-0 leave.",
        "node_distances": "For each NUMA node its distances to all; empty: 10 to itself, 20 to others.",
        "xen_memory_kib": "What Xen keeps for itself, in KiB.",
        "hvm": "The processors can run HVM and PVH guests.",
        "hap": "The processors map guests' memory by hardware (hardware assisted paging).",
        "shadow": "Xen can run guests by shadow page tables where there is no HAP.",
        "iommu": "Xen uses an IOMMU.",
        "iommu_shares_tables": "The IOMMU can use the page tables of HAP.",
        "commandline": "Xen's command line; empty: dom0_mem and dom0_max_vcpus of the Domain-0 above.",
        "xsm": "The security module that knows labels: flask; empty: none.",
        "bridges": "The bridges in Domain-0.",
        "nics": "The physical network interfaces in Domain-0.",
        "bridge_nics": "For each bridge the physical interfaces that are its ports; empty: not known.",
        "pools": "The names of the cpupools.",
        "pool_cpus": "For each cpupool its pCPUs; empty: the first has all that are in some pool.",
        "pool_schedulers": "For each cpupool its scheduler; empty: the host's.",
        "free_cpus": "The pCPUs that are in no cpupool.",
        "scheduler": "The scheduler of the host.",
        "schedulers": "The schedulers that further cpupools may have.",
        "info": "Fields of xl info that nothing here determines, as NAME: VALUE.",
        "paths": "Files and block devices that are there; * and ? stand for any text and any letter.",
        "local_files": "What is on the machine that xlpy runs on counts as well; a recorded host says false.",
        "volume_groups": "The LVM volume groups.",
        "directories": "Directories with images.",
        "lib_dir": "Where Xen's own firmware (boot/) and programs (bin/) are.",
        "device_model": "QEMU.",
        "seabios": 'The file of bios="seabios"; empty: not known, and not checked.',
        "ovmf": 'The file of bios="ovmf"; empty: not known, and not checked.',
        "script_dir": "Where hotplug scripts without a path are looked for.",
        "scripts": "The hotplug scripts that are there.",
        "pci_devices": "The PCI functions; empty: not known, and not checked.",
        "usb_devices": "The USB devices.",
        "ports": "The TCP ports that are taken.",
        "domains": "The names of the guests that ran.",
        "pci_assignable": "The PCI functions that guests may have, as 0000:03:00.0.",
        "unchecked": "Codes of the problems that only the host itself can find.",
    },
    PciDevice: {
        "bdf": "Its address, as 0000:03:00.0.",
        "what": "What it is.",
        "driver": "The driver in Domain-0 that holds it; pciback: it is for guests.",
        "node": "The NUMA node it is wired to; -1: not known.",
        "reset": "The kernel can reset it.",
    },
    UsbDevice: {
        "bus": "The number of its bus (hostbus).",
        "address": "Its number on the bus (hostaddr).",
        "vendor": "The vendor's number.",
        "product": "The product's number.",
        "what": "What it is.",
    },
    VolumeGroup: {
        "name": "Its name.",
        "size_kib": "Its size in KiB.",
        "free_kib": "What no volume has, in KiB.",
        "volumes": "Its volumes: block devices /dev/NAME/VOLUME.",
    },
    Directory: {
        "path": "Its path.",
        "size_kib": "The size of its file system, in KiB.",
        "free_kib": "What is free there, in KiB.",
    },
}
_LIST = re.compile(r"tuple\[(.+), \.\.\.\]")
_PLAIN: dict[str, tuple[type, str, str]] = {
    "str": (str, "string", "text"),
    "int": (int, "integer", "a whole number"),
    "bool": (bool, "boolean", "true or false"),
}
_MOST = 2**63 - 1
"""No number of a host is larger, or negative but for -1."""


def from_plain(data: object) -> HostFacts:
    """The host of a JSON or TOML document; what it does not say is as in the built-in host.

    ValueError names the field that does not fit.
    """
    if not isinstance(data, dict):
        raise ValueError("a host is a table of fields")
    facts = BUILT_IN.replace(**_fields(HostFacts, data, ""))
    _consistent(facts)
    return facts


def to_plain(facts: HostFacts) -> dict[str, Any]:
    """Every field as numbers, texts, lists and tables."""
    found = _as_plain(facts)
    assert isinstance(found, dict)
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema of a host file."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A host, for xlpy --host"}
    return {**head, **_object(HostFacts), "required": []}


def fields(kind: type[Record]) -> list[tuple[str, str, str]]:
    """Name, form and meaning of each field."""
    return [(name, _form(annotation), DOCS[kind][name]) for name, annotation in kind.FIELDS.items()]


def _fields(kind: type[Record], data: Mapping[object, object], at: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in data.items():
        if not isinstance(name, str) or name not in kind.FIELDS:
            owner = "a host" if kind is HostFacts else at.rstrip(".")
            raise ValueError(f"{owner} has no {name}; it has {', '.join(kind.FIELDS)}")
        made[name] = _value(kind.FIELDS[name], value, f"{at}{name}")
    return made


def _value(annotation: str, value: object, at: str) -> Any:
    inner = _LIST.fullmatch(annotation)
    if inner:
        if not isinstance(value, list):
            raise ValueError(f"{at} must be {_form(annotation)}")
        return tuple(_value(inner[1], item, f"{at}[{index}]") for index, item in enumerate(value))
    if annotation in PARTS:
        part = PARTS[annotation]
        if not isinstance(value, dict):
            raise ValueError(f"{at} must be a table with {', '.join(part.FIELDS)}")
        lacking = part.REQUIRED - value.keys()
        if lacking:
            raise ValueError(f"{at} needs {', '.join(sorted(lacking))}")
        return part(**_fields(part, value, f"{at}."))
    if type(value) is not _PLAIN[annotation][0] or (isinstance(value, int) and not -1 <= value <= _MOST):
        raise ValueError(f"{at} must be {_form(annotation)}")
    return value


def _consistent(facts: HostFacts) -> None:
    """Lists that belong together have the same length, and numbers of pCPUs are those of the host."""
    if not facts.nodes or min(facts.nodes) < 0:
        raise ValueError("nodes must have a NUMA node for each pCPU")
    if facts.sockets < 1 or facts.threads_per_core < 1 or facts.dom0_vcpus < 1:
        raise ValueError("sockets, threads_per_core and dom0_vcpus must be 1 or more")
    if not facts.pools:
        raise ValueError("pools must name at least one")
    ids = facts.node_ids
    for name, wanted, of in (
        ("node_memory_kib", len(ids), "NUMA node"),
        ("node_free_kib", len(ids), "NUMA node"),
        ("node_distances", len(ids), "NUMA node"),
        ("pool_cpus", len(facts.pools), "cpupool"),
        ("pool_schedulers", len(facts.pools), "cpupool"),
    ):
        given = getattr(facts, name)
        if given and len(given) != wanted:
            raise ValueError(f"{name} must have an item for each {of}: {wanted}, not {len(given)}")
    if any(len(row) != len(ids) for row in facts.node_distances):
        raise ValueError(f"each row of node_distances must have an item for each NUMA node: {len(ids)}")
    if any(cpu not in range(facts.cpus) for cpus in (facts.free_cpus, *facts.pool_cpus) for cpu in cpus):
        raise ValueError(f"the pCPUs of pool_cpus and free_cpus must be from 0 to {facts.cpus - 1}, as nodes has them")
    if any(node not in ids for node in facts.dom0_nodes):
        raise ValueError("dom0_nodes must be some of nodes")


def _as_plain(value: object) -> Any:
    if isinstance(value, Record):
        return {name: _as_plain(item) for name, item in value.as_dict().items()}
    return [_as_plain(item) for item in value] if isinstance(value, tuple) else value


def _form(annotation: str) -> str:
    inner = _LIST.fullmatch(annotation)
    if not inner:
        return f"a table ({annotation})" if annotation in PARTS else _PLAIN[annotation][2]
    if inner[1] in PARTS:
        return f"a list of tables ({inner[1]})"
    of = {"str": "texts", "int": "whole numbers"}.get(inner[1], "lists of whole numbers")
    return f"a list of {of}"


def _object(kind: type[Record]) -> dict[str, Any]:
    properties = {
        name: {"description": DOCS[kind][name], **_shape(annotation)} for name, annotation in kind.FIELDS.items()
    }
    required = sorted(kind.REQUIRED)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _shape(annotation: str) -> dict[str, Any]:
    inner = _LIST.fullmatch(annotation)
    if inner:
        return {"type": "array", "items": _shape(inner[1])}
    return _object(PARTS[annotation]) if annotation in PARTS else {"type": _PLAIN[annotation][1]}
