"""What makes a guest slower than it need be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.diagnostic import Severity
from xlpy.lint import edits
from xlpy.lint.rule import Finding, Rule
from xlpy.vocabulary import PV

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlpy.lint.guest import Guest


def _shadow_paging(guest: Guest) -> Iterator[Finding]:
    if guest.kind != PV and guest.config.c_info.hap is False:
        yield Finding(
            guest.span("hap"),
            "without hardware assisted paging Xen keeps shadows of the guest's page tables, which is slow",
            "remove the line: libxl uses what the host has",
            edits.remove(guest.text, guest.assignments_of("hap")[-1], safe=False),
        )


def _crowded(guest: Guest) -> Iterator[Finding]:
    maps = guest.config.b_info.vcpu_hard_affinity
    online = guest.config.vcpus
    there = {cpu for cpus in maps[:online] for cpu in cpus}
    if online <= len(maps) and 0 < len(there) < online:
        pcpus = "1 pCPU" if len(there) == 1 else f"{len(there)} pCPUs"
        yield Finding(
            guest.span("cpus"),
            f"{online} vCPUs on {pcpus}: some of them always wait for another",
            "give the guest as many pCPUs as vCPUs, or fewer vCPUs; cap limits its CPU time",
        )


def _across_nodes(guest: Guest) -> Iterator[Finding]:
    host, maps = guest.host, guest.config.b_info.vcpu_hard_affinity
    assert host is not None
    used = {cpu for cpus in maps for cpu in cpus}
    nodes = {host.nodes[cpu] for cpu in used}
    room = {node: set(host.node_cpus(node)) for node in nodes}
    if len(nodes) < 2 or any(cpus <= used for cpus in room.values()):
        return
    if guest.config.max_vcpus <= max(map(len, room.values())):
        names = " and ".join(str(node) for node in sorted(nodes)[:3])
        yield Finding(
            guest.span("cpus"),
            f"the pCPUs are in the NUMA nodes {names} of {host.name}: a part of the guest's memory is always far away",
            f'take them from one node: cpus = "node:{min(nodes)}"',
        )


def _slow_clock(guest: Guest) -> Iterator[Finding]:
    if guest.config.b_info.tsc_mode == "always_emulate":
        text = "Xen intervenes each time that the guest reads the time stamp counter"
        yield Finding(guest.span("tsc_mode"), text, 'remove the line: "default" emulates only where it must')


RULES = (
    Rule(
        code="hap-off",
        group="performance",
        severity=Severity.ADVICE,
        summary="an HVM or PVH guest without hardware assisted paging",
        why=(
            "With hap = 0 Xen keeps a second copy of the guest's page tables and follows each change of them. That is "
            "slow, and a hypervisor that was built without shadow paging refuses the guest."
        ),
        bad='type = "hvm"\nhap = «0»',
        good='type = "hvm"\nhap = 1',
        fixed='type = "hvm"',
        keys=("hap",),
        check=_shadow_paging,
    ),
    Rule(
        code="cpus-crowded",
        group="performance",
        severity=Severity.ADVICE,
        summary="fewer pCPUs in cpus= than vCPUs",
        why=(
            "vCPUs that share a pCPU take turns. When one that holds a lock has to wait, all others of the guest wait "
            "with it, so that the guest is slower than with fewer vCPUs."
        ),
        bad='vcpus = 4\ncpus = «"2-3"»',
        good='vcpus = 4\ncpus = "2-5"',
        keys=("cpus",),
        check=_crowded,
    ),
    Rule(
        code="cpus-across-nodes",
        group="performance",
        severity=Severity.ADVICE,
        summary="a small guest that is pinned to pCPUs of several NUMA nodes",
        why=(
            "Memory of another node is slower to reach. A guest that fits into one node is best pinned there; libxl "
            "takes its memory from the nodes of its pCPUs."
        ),
        bad='vcpus = 2\ncpus = «"3-4"»',
        good='vcpus = 2\ncpus = "2-3"',
        keys=("cpus",),
        check=_across_nodes,
        needs_host=True,
    ),
    Rule(
        code="tsc-emulated",
        group="performance",
        severity=Severity.ADVICE,
        summary="a time stamp counter that is always emulated",
        why=(
            "With always_emulate every read of the counter traps into Xen. The default emulates it only after a "
            "migration to a host with another frequency, or where the hardware cannot do it."
        ),
        bad='tsc_mode = «"always_emulate"»',
        good='tsc_mode = "default"',
        keys=("tsc_mode",),
        check=_slow_clock,
        default=False,
    ),
)
