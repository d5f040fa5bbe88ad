"""The facts of a Dom0, and the simulated host that is made from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tests.xenlab.compare import run_scenario, unmet
from tests.xenlab.facts import host_facts
from tests.xenlab.hosts import Simulated
from tests.xenlab.remote import Said
from tests.xenlab.scenario import read_scenario
from xlpy.host import BUILT_IN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.xenlab.lab import Lab

SAID = {
    "xl info -n": """\
host                   : dom0
release                : 6.1.0-56-amd64
machine                : x86_64
nr_cpus                : 4
threads_per_core       : 1
cpu_mhz                : 2596.119
virt_caps              : pv hvm hvm_directio pv_directio hap gnttab-v1 gnttab-v2
total_memory           : 4095
free_memory            : 3000
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
  1:       1        0        0
  2:       0        1        1
  3:       1        1        1
numa_info              :
node:    memsize    memfree    distances
   0:      2048       1547      10,20
   1:      2048       1126      20,10
xen_version            : 4.17.7
xen_scheduler          : credit2
""",
    "xl list 0": "Name  ID   Mem VCPUs\tState\tTime(s)\nDomain-0      0  1024     2     r-----      71.8\n",
    "xl cpupool-list": "Name               CPUs   Sched     Active   Domain count\nPool-0    4   credit2    y     1\n",
    "xl pci-assignable-list": "0000:00:08.0\n",
}
TALK = """\
$ xl create /dev/null 'name="a"' 'kernel="/boot/k"' memory=64
$ xl console a
see a login:
type root
see a:~#
type cat /proc/cmdline
press ^]
$ xl shutdown -w a
err Domain 1 has been shut down, reason code 0
$ xl list a
within 20
status 1
$ xl list b
status 7
$ xl console a
see nothing
"""


class FakeLab:
    """Answers as a Dom0 did."""

    xen = "4.17"

    def run(self, command: str) -> Said:
        if command.startswith("find"):
            return Said(0, "/boot/xen\n/usr/libexec/xen-qemu-system-i386\n", "")
        return Said(0, "xenbr0\n" if command.startswith("ip") else SAID[command], "")


def test_the_facts_are_those_that_xl_tells() -> None:
    facts = host_facts(cast("Lab", FakeLab()))
    assert facts.nodes == (0, 0, 1, 1)
    assert (facts.sockets, facts.threads_per_core, facts.cpu_mhz) == (2, 1, 2596)
    assert facts.memory_kib == 4095 * 1024
    assert facts.guest_memory_kib == 3000 * 1024
    assert (facts.dom0_memory_kib, facts.dom0_vcpus) == (1024 * 1024, 2)
    assert (facts.name, facts.kernel, facts.xen_version) == ("dom0", "6.1.0-56-amd64", "4.17.7")
    assert (facts.hvm, facts.hap, facts.iommu) == (True, True, True)
    assert (facts.bridges, facts.pools, facts.pci_assignable) == (("xenbr0",), ("Pool-0",), ("0000:00:08.0",))
    assert facts.paths == ("/boot/xen", "/usr/libexec/xen-qemu-system-i386")
    assert facts.device_model == "/usr/libexec/xen-qemu-system-i386"


def test_a_simulated_host_has_the_facts(tmp_path: Path) -> None:
    host = Simulated(tmp_path, BUILT_IN.replace(name="lab", nodes=(0, 1)), "4.17")
    assert host.run("xl info host; xl info nr_cpus; xl info nr_nodes").out == "lab\n2\n2\n"
    host.write({"a.cfg": "text"})
    assert host.run("cat a.cfg; exit 5") == (5, "text", "")


def test_a_scenario_runs_on_it(tmp_path: Path) -> None:
    path = tmp_path / "talk.scenario"
    path.write_text(TALK, encoding="utf-8")
    results = run_scenario(read_scenario(path), Simulated(tmp_path, BUILT_IN, "4.17"))
    assert [result.lines[-1] for result in results[:2]] == ["err Parsing config from /dev/null", "status 0"]
    assert [line.partition(": $ ")[0] for line in unmet(results, path)] == ["talk.scenario:13", "talk.scenario:15"]
    assert results[-1].lines == ("then it was different",)
