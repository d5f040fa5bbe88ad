"""What libvirt says about a host, and what xl info and a plan make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.libvirt.fake import Error, Xen
from tests.libvirt.samples import CAPABILITIES
from xlpy.config import load
from xlpy.executors.libvirt import facts
from xlpy.planner.plan import check, make_plan
from xlpy.release import Release
from xlpy.render.hostinfo import info_text
from xlpy.source import Source

if TYPE_CHECKING:
    from xlpy.executors.libvirt.host import LibvirtHost

FAR = """\
host                   : dom0
machine                : x86_64
nr_cpus                : 4
max_cpu_id             : 3
nr_nodes               : 2
cores_per_socket       : 2
threads_per_core       : 1
cpu_mhz                : 2596.000
total_memory           : 4095
free_memory            : 2514
xen_major              : 4
xen_minor              : 17
xen_version            : 4.17
xen_caps               : xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 
xen_scheduler          : credit2
xen_pagesize           : 4096
xend_config_format     : 4
"""  # noqa: W291 - so does xl
GUEST = 'name = "a"\nkernel = "/nosuch"\nmemory = 64\nvif = ["bridge=nosuch"]\ndisk = ["/nosuch,raw,xvda,w"]\n'


def test_info_is_what_libvirt_knows_and_nothing_else(host: LibvirtHost) -> None:
    assert info_text(host.info()) == FAR
    assert info_text(host.info(), numa=True) == FAR


def test_the_host_as_facts(host: LibvirtHost) -> None:
    found = host.info().facts
    assert (found.nodes, found.hvm, found.hap) == ((0, 0, 1, 1), True, True)
    assert (found.memory_kib, found.dom0_memory_kib, found.dom0_vcpus) == (4095 * 1024, 1572864, 2)
    assert (found.lib_dir, found.device_model) == ("/usr/lib/xen", "/usr/lib/xen/bin/qemu-system-i386")


def test_a_host_without_hvm(xen: Xen, host: LibvirtHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xen, "getCapabilities", lambda: CAPABILITIES.split("<guest>")[0] + "</capabilities>")
    found = host.info().facts
    assert (found.hvm, found.hap) == (False, False)


def test_a_host_from_afar_is_asked_itself_for_files_and_bridges(host: LibvirtHost) -> None:
    found = host.info().facts
    config = load(Source("a", GUEST)).config
    assert check(make_plan(config, found), found) == ()
    too_large = load(Source("a", GUEST.replace("64", "64000"))).config
    assert [problem.code for problem in check(make_plan(too_large, found), found)] == ["not-enough-memory"]


def test_this_machine_is_looked_at(xen: Xen, host: LibvirtHost) -> None:
    here = facts.host_info(facts.ask(type(host._link.api), xen), local=True)
    codes = [problem.code for problem in check(make_plan(load(Source("a", GUEST)).config, here.facts), here.facts)]
    assert codes == ["no-such-disk", "no-such-file", "no-such-bridge"]
    assert "release" not in here.unknown


@pytest.mark.parametrize(
    ("version", "release"), [(4017000, Release(4, 17)), (4020003, Release(4, 20)), (2, Release(4, 20))]
)
def test_the_release_of_xen(xen: Xen, host: LibvirtHost, version: int, release: Release) -> None:
    told = facts.ask(type(host._link.api), xen).replace(version=version)
    assert facts.release(told) == release


def test_a_host_without_domain_0(xen: Xen, host: LibvirtHost) -> None:
    xen.fails["lookupByID"] = Error(42, "Domain not found")
    found = host.info().facts
    assert (found.dom0_memory_kib, found.dom0_vcpus, found.scheduler) == (0, 0, "")
