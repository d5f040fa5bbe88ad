"""xl's tables; the expected lines are what xl 4.17 printed on real Xen."""

from __future__ import annotations

import pytest

from tests.cli.fake import domain, vcpu
from xlpy.executors import HostInfo
from xlpy.host import HostFacts
from xlpy.render import hostinfo, listing

MIB = 1024
DOM0 = domain(0, "Domain-0", memory_kib=1536 * MIB, vcpus=2, running=True, blocked=False, cpu_time=50.5)
PVH1 = domain(2, "pvh1", uuid="621963d5-84e0-4ff2-9d85-b99bfb3a268d", cpu_time=10.24)
PV2 = domain(3, "pv2", uuid="b2407247-367a-4ed1-b035-c71f230c554b", blocked=False, shutdown=True, cpu_time=4.1)
PLAIN = """\
Name                                        ID   Mem VCPUs	State	Time(s)
Domain-0                                     0  1536     2     r-----      50.5
pvh1                                         2   128     1     -b----      10.2
pv2                                          3   128     1     ---s--       4.1
"""
VERBOSE = """\
Name                                        ID   Mem VCPUs	State	Time(s)   UUID                            Reason-Code	Security Label
Domain-0                                     0  1536     2     r-----      50.5 00000000-0000-0000-0000-000000000000        -                -
pvh1                                         2   128     1     -b----      10.2 621963d5-84e0-4ff2-9d85-b99bfb3a268d        -                -
pv2                                          3   128     1     ---s--       4.1 b2407247-367a-4ed1-b035-c71f230c554b        0                -
"""  # noqa: E501 - lines as the real xl prints them
CONTEXT = """\
Name                                        ID   Mem VCPUs	State	Time(s)   Security Label
Domain-0                                     0  1536     2     r-----      50.5                -
"""
POOL = """\
Name                                        ID   Mem VCPUs	State	Time(s)         Cpupool
Domain-0                                     0  1536     2     r-----      50.5          Pool-0
"""
NUMA = """\
Name                                        ID   Mem VCPUs	State	Time(s) NODE Affinity
pvh1                                         2   128     1     -b----      10.2 0
"""


def test_list() -> None:
    assert listing.list_header() + "".join(map(listing.list_row, (DOM0, PVH1, PV2))) == PLAIN


def test_list_verbose() -> None:
    rows = [listing.list_row(each, verbose=True) for each in (DOM0, PVH1, PV2)]
    assert listing.list_header(verbose=True, context=True) + "".join(rows) == VERBOSE


def test_list_with_one_more_column() -> None:
    assert listing.list_header(context=True) + listing.list_row(DOM0, context=True) == CONTEXT
    assert listing.list_header(pool=True) + listing.list_row(DOM0, pool=True) == POOL
    assert listing.list_header(numa=True) + listing.list_row(PVH1, nodes="0") == NUMA


@pytest.mark.parametrize(
    ("changes", "letters"),
    [
        ({"running": True, "blocked": False}, "r-----"),
        ({"paused": True, "blocked": False}, "--p---"),
        ({"paused": True, "shutdown": True, "blocked": False}, "--ps--"),
        ({"shutdown": True, "shutdown_reason": 1}, "-b-sr-"),
        ({"shutdown": True, "shutdown_reason": 2}, "-b-ss-"),
        ({"shutdown": True, "shutdown_reason": 3, "dying": True}, "-b-scd"),
        ({"shutdown": True, "shutdown_reason": 4}, "-b-sw-"),
        ({"shutdown": True, "shutdown_reason": 5}, "-b-sS-"),
        ({"shutdown": True, "shutdown_reason": 6}, "-b-s?-"),
        ({"shutdown": False, "shutdown_reason": 3}, "-b----"),
    ],
)
def test_state(changes: dict[str, bool | int], letters: str) -> None:
    assert listing.state(PVH1.replace(**changes)) == letters


def test_names_are_padded_by_bytes_as_c_does() -> None:
    assert listing.padded("größe", 10) == "größe" + " " * 3
    assert listing.padded("a\udcff", 4) == "a\udcff  "
    assert listing.padded("", 8) == " " * 8


def test_vm_list() -> None:
    pv1 = domain(1, "pv1", uuid="9859d9af-07b4-4465-a5ad-a031da592ab9")
    assert listing.VM_LIST_HEADER + listing.vm_list_row(DOM0) + listing.vm_list_row(pv1) == (
        "UUID                                  ID    name\n"
        "00000000-0000-0000-0000-000000000000  0    Domain-0                      \n"
        "9859d9af-07b4-4465-a5ad-a031da592ab9  1    pv1                           \n"
    )


def test_vcpu_list() -> None:
    pv1 = domain(1, "pv1")
    rows = [
        listing.vcpu_row(DOM0, vcpu(1, cpu=2, running=True, blocked=False, cpu_time=17.6), 8),
        listing.vcpu_row(pv1, vcpu(0, cpu_time=7.1), 8),
        listing.vcpu_row(pv1, vcpu(2, online=False, cpu_time=0.5), 8),
        listing.vcpu_row(PVH1, vcpu(0, cpu=3, cpu_time=11.9, soft_affinity=(0, 1)), 8),
        listing.vcpu_row(DOM0, vcpu(1, online=False, cpu_time=35.3, hard_affinity=(0,)), 8),
    ]
    assert listing.VCPU_HEADER + "".join(rows) == (
        "Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)\n"
        "Domain-0                             0     1    2   r--      17.6  all / all\n"
        "pv1                                  1     0    0   -b-       7.1  all / all\n"
        "pv1                                  1     2    -   --p       0.5  all / all\n"
        "pvh1                                 2     0    3   -b-      11.9  all / 0-1\n"
        "Domain-0                             0     1    -   --p      35.3  0 / all\n"
    )


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((), "none"), (range(8), "all"), ((0,), "0"), ((0, 1), "0-1"), ((5, 0, 2, 1, 7, 6), "0-2,5-7"), ((8, 3), "3")],
)
def test_number_set(numbers: tuple[int, ...], text: str) -> None:
    assert listing.number_set(numbers, 8) == text


def test_node_affinity_comes_from_the_vcpus() -> None:
    nodes = (0, 0, 0, 0, 1, 1, 1, 1)
    assert listing.node_affinity([vcpu(0)], nodes) == "all"
    assert listing.node_affinity([vcpu(0, soft_affinity=(0, 1))], nodes) == "0"
    assert listing.node_affinity([vcpu(0, hard_affinity=(5,), soft_affinity=(0,))], nodes) == "1"
    assert listing.node_affinity([vcpu(0, hard_affinity=(5,)), vcpu(1, hard_affinity=(2,))], nodes) == "all"


def test_uptime() -> None:
    long = domain(1, "pv1", uptime=2 * 86400 + 3600 + 2 * 60 + 3.9)
    assert listing.UPTIME_HEADER + listing.uptime_row(DOM0.replace(uptime=35.0)) + listing.uptime_row(long) == (
        "Name                                ID Uptime\n"
        "Domain-0                             0  0:00:35\n"
        "pv1                                  1 2 days,  1:02:03\n"
    )


def test_short_uptime() -> None:
    assert listing.short_uptime_row(DOM0, "10:24:31") == " 10:24:31 up  0:00, Domain-0 (0)\n"
    assert listing.short_uptime_row(PVH1.replace(uptime=90000.0), "10:24:31") == " 10:24:31 up 1 day,  1:00, pvh1 (2)\n"


FACTS = HostFacts(
    shadow=False,
    iommu_shares_tables=False,
    name="dom0",
    xen_version="4.17.7",
    kernel="6.1.0-56-amd64",
    cpu_mhz=2596,
    nodes=(0, 0, 1, 1),
    memory_kib=4096 * MIB,
    dom0_memory_kib=1536 * MIB,
    dom0_vcpus=2,
)
HOST = HostInfo(facts=FACTS, free_memory_kib=2514 * MIB)
INFO = """\
host                   : dom0
release                : 6.1.0-56-amd64
version                : #1 SMP PREEMPT_DYNAMIC
machine                : x86_64
nr_cpus                : 4
max_cpu_id             : 3
nr_nodes               : 2
cores_per_socket       : 2
threads_per_core       : 1
cpu_mhz                : 2596.000
hw_caps                : 00000000:00000000:00000000:00000000:00000000:00000000:00000000:00000000
virt_caps              : pv hvm hvm_directio pv_directio hap gnttab-v1 gnttab-v2
total_memory           : 4096
free_memory            : 2514
sharing_freed_memory   : 0
sharing_used_memory    : 0
outstanding_claims     : 0
free_cpus              : 0
"""
TOPOLOGY = """\
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
  1:       1        0        0
  2:       0        1        1
  3:       1        1        1
device topology        :
device           node
No device topology data available
numa_info              :
node:    memsize    memfree    distances
   0:      2048       1257      10,20
   1:      2048       1257      20,10
"""
XEN = """\
xen_major              : 4
xen_minor              : 17
xen_extra              : .7
xen_version            : 4.17.7
xen_caps               : xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 
xen_scheduler          : credit2
xen_pagesize           : 4096
platform_params        : virt_start=0xffff800000000000
xen_changeset          : 
xen_commandline        : dom0_mem=1536M dom0_max_vcpus=2
"""  # noqa: W291 - blanks as the real xl prints them


def test_info() -> None:
    text = hostinfo.info_text(HOST)
    assert text.startswith(INFO + XEN)
    assert text.endswith("\nxend_config_format     : 4\n")


def test_info_numa() -> None:
    assert hostinfo.info_text(HOST, numa=True).startswith(INFO + TOPOLOGY + XEN)


def test_info_has_each_field_once_in_xls_order() -> None:
    names = [name for name, _ in hostinfo.info_fields(HOST)]
    assert names == [line.split(":")[0].strip() for line in hostinfo.info_text(HOST).splitlines()]
